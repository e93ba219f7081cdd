import { both, known, map, missing, sum, type Reading } from '../core/reading.ts'
import { cudaContextBytes } from './cuda-context.ts'
import type { EstimateInput } from './estimate-types.ts'
import type { PreparedEngine } from './plan.ts'
import { dtypeBytes, ranksOf, worldOf, type Rank } from './ranks.ts'
import { servedActivations } from './served-activations.ts'
import type { EngineSettings } from './settings.ts'
import { tokenPoolPlan, type PoolRank } from './token-pool.ts'
import { availableBytes } from './topology.ts'

/**
 * Engines whose pool is a share of what is free once the model is loaded: TGI, TensorRT-LLM and LMDeploy. Windows are not
 * kept apart.
 */
export function prepareFreeShare(input: EstimateInput): PreparedEngine {
  const { settings } = input
  const rules = rulesOf(settings)
  return tokenPoolPlan(
    input,
    ranksOf(input).map((rank) => poolRank(input, rank, rules)),
    { stateShare: 0, windowRatio: 1, maxTokens: settings.maxTotalTokens, assumptions: [rules.assumption] },
  )
}

interface FreeShareRules {
  /** Of what is free, 0–1. */
  readonly share: number
  /** Tokens of the largest batch, which is run before the pool is taken, or has room beside it. */
  readonly batchTokens: number
  /** What that batch needed is no longer free when the share is taken. */
  readonly afterWarmUp: boolean
  readonly assumption: string
}

/**
 * TGI: TGI_WIGGLE_ROOM, 90 % after a warm-up with the largest prefill. TensorRT-LLM: `free_gpu_memory_fraction`, 0.9 of what a
 * profiling run with `max_num_tokens` (8,192) left (tensorrt_llm/_torch/pyexecutor/_util.py). LMDeploy:
 * `cache_max_entry_count`, 0.8 of what is free after the weights, `max_prefill_token_num` 8,192 (lmdeploy/messages.py).
 */
function rulesOf(settings: EngineSettings): FreeShareRules {
  const { engine, maxNumBatchedTokens, freeMemoryFraction } = settings
  if (engine === 'tensorrt-llm') {
    return {
      share: freeMemoryFraction ?? 0.9,
      batchTokens: maxNumBatchedTokens ?? 8192,
      afterWarmUp: true,
      assumption: taken(freeMemoryFraction, 0.9, 'a profiling run', 'TensorRT-LLM'),
    }
  }
  if (engine === 'lmdeploy') {
    return {
      share: freeMemoryFraction ?? 0.8,
      batchTokens: maxNumBatchedTokens ?? 8192,
      afterWarmUp: false,
      assumption: taken(freeMemoryFraction, 0.8, 'the weights', 'LMDeploy'),
    }
  }
  return {
    share: freeMemoryFraction ?? 0.9,
    batchTokens: maxNumBatchedTokens ?? 4096,
    afterWarmUp: true,
    assumption: taken(freeMemoryFraction, 0.9, 'the warm-up', 'TGI'),
  }
}

function taken(stated: number | undefined, byDefault: number, after: string, engine: string): string {
  const percent = Math.round(100 * (stated ?? byDefault))
  const by = stated === undefined ? `as ${engine} takes it` : 'as it was told'
  return `${percent} % of what is free after ${after}, ${by}`
}

function poolRank(
  { settings, architecture }: EstimateInput,
  rank: Rank,
  { share, batchTokens, afterWarmUp }: FreeShareRules,
): PoolRank {
  const { gpu } = rank
  const activationsBytes = servedActivations(architecture, {
    tokens: batchTokens,
    sequences: 1,
    samplerBytes: 8,
    tensorParallel: worldOf(settings).tensor,
    dtypeBytes: dtypeBytes(settings),
  })
  const context = cudaContextBytes(gpu, 'torch')
  const usable: Reading<number> =
    gpu === undefined
      ? missing('not-reported', 'the GPU is not known')
      : map(availableBytes(gpu), (available) => available * (settings.cudaMemoryFraction ?? 1) - context)
  const spent = afterWarmUp ? sum([rank.weightsBytes, activationsBytes]) : rank.weightsBytes
  return {
    rank,
    parts: {
      weightsBytes: rank.weightsBytes,
      activationsBytes,
      overheadBytes: known(context, 'derived'),
    },
    poolBytes: both(usable, spent, (free, bytes) => (free - bytes) * share),
  }
}
