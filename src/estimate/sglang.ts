import { both, known, map, missing, valueOr, type Reading } from '../core/reading.ts'
import { gibibytes, mebibytes } from '../core/units.ts'
import { cudaContextBytes } from './cuda-context.ts'
import type { EstimateInput } from './estimate-types.ts'
import type { PreparedEngine } from './plan.ts'
import { dtypeBytes, ranksOf, worldOf, type Rank } from './ranks.ts'
import { servedActivations } from './served-activations.ts'
import type { EngineSettings } from './settings.ts'
import { uncountedDraft } from './uncounted-draft.ts'
import { tokenPoolPlan, type PoolRank } from './token-pool.ts'
import { availableBytes, capacityBytes, type GpuCapacity } from './topology.ts'

/**
 * SGLang: pool = free after the weights − free before them × (1 − mem-fraction-static). What that leaves unreserved is for
 * activations and graphs. Hybrids divide the pool between state and KV, windowed models between two kinds of layers.
 */
export function prepareSglang(input: EstimateInput): PreparedEngine {
  const { settings, architecture } = input
  const stateRatio = architecture.recurrent === undefined ? 0 : (settings.mambaFullMemoryRatio ?? 0.9)
  return tokenPoolPlan(
    input,
    ranksOf(input).map((rank) => poolRank(input, rank)),
    {
      stateShare: stateRatio / (1 + stateRatio),
      windowRatio: architecture.slidingWindow === undefined ? 1 : (settings.swaFullTokensRatio ?? 0.8),
      maxTokens: settings.maxTotalTokens,
      assumptions: assumptionsOf(settings),
    },
  )
}

function poolRank(input: EstimateInput, rank: Rank): PoolRank {
  const { settings, architecture } = input
  const { gpu } = rank
  const defaults = defaultsFor(gpu)
  const context = cudaContextBytes(gpu, 'torch')
  const before: Reading<number> =
    gpu === undefined
      ? missing('not-reported', 'the GPU is not known')
      : map(availableBytes(gpu), (available) => available - context)
  const fraction = gpu === undefined ? 0.88 : staticFraction(settings, gpu)
  const activationsBytes = servedActivations(architecture, {
    tokens: settings.chunkedPrefillTokens ?? defaults.chunk,
    sequences: settings.cudaGraphMaxBatch ?? defaults.graphBatch,
    samplerBytes: 8,
    tensorParallel: worldOf(settings).tensor,
    dtypeBytes: dtypeBytes(settings),
  })
  return {
    rank,
    parts: {
      weightsBytes: rank.weightsBytes,
      activationsBytes,
      // logged: 92 MiB to 1.3 GiB of graphs
      overheadBytes: known(context + (settings.eager === true ? 0 : mebibytes(600)), 'derived'),
    },
    poolBytes: both(before, rank.weightsBytes, (free, weights) => free * fraction - weights),
  }
}

/** By the card's memory: tokens of a chunk of prefill, and the largest batch that is captured as a graph. */
function defaultsFor(gpu: GpuCapacity | undefined): { readonly chunk: number; readonly graphBatch: number } {
  const total = gpu === undefined ? 0 : valueOr(gpu.totalBytes, 0)
  const found = BY_MEMORY.find(([belowGiB]) => total < gibibytes(belowGiB))
  return { chunk: found?.[1] ?? 16_384, graphBatch: found?.[2] ?? 512 }
}

const BY_MEMORY: readonly (readonly [belowGiB: number, chunk: number, graphBatch: number])[] = [
  [20, 2048, 8],
  [35, 2048, 24],
  [60, 4096, 32],
  [160, 8192, 256],
]

/**
 * As stated, else (memory − reserve) ÷ memory with, in MiB, reserve = 512 + 1.5 · max(chunk, 2048) + 2 · graph batch
 * + tp · pp ÷ 8 · 1024, plus 2048 for EAGLE or 6144 for a draft model, and at least 10 GiB on cards above 60 GiB
 * (server_args.py; unknown cards 0.88).
 */
function staticFraction(settings: EngineSettings, gpu: GpuCapacity): number {
  if (settings.memFractionStatic !== undefined) return settings.memFractionStatic
  const capacity = capacityBytes(gpu)
  if (capacity.kind === 'missing') return 0.88
  const defaults = defaultsFor(gpu)
  const { tensor, pipeline } = worldOf(settings)
  const chunk = Math.max(settings.chunkedPrefillTokens ?? defaults.chunk, 2048)
  const graphBatch = settings.cudaGraphMaxBatch ?? defaults.graphBatch
  const draft = settings.specMethod === undefined ? 0 : settings.specMethod === 'draft-model' ? 6144 : 2048
  const reserve = mebibytes(512 + 1.5 * chunk + 2 * graphBatch + ((tensor * pipeline) / 8) * 1024 + draft)
  const least = capacity.value > gibibytes(60) ? gibibytes(10) : 0
  return Math.round((1 - Math.max(reserve, least) / capacity.value) * 1000) / 1000
}

function assumptionsOf(settings: EngineSettings): readonly string[] {
  const found: string[] = []
  if (settings.memFractionStatic === undefined) {
    found.push("SGLang's own choice of --mem-fraction-static for cards of this size")
  }
  found.push(...uncountedDraft(settings))
  if (settings.eager !== true) found.push('600 MiB of CUDA graphs; logs show 90 to 1,300')
  return found
}
