import { both, known, map, missing, sum, valueOr, type Reading } from '../core/reading.ts'
import { gibibytes, mebibytes } from '../core/units.ts'
import { cudaContextBytes } from './cuda-context.ts'
import type { EstimateInput } from './estimate-types.ts'
import type { GpuParts } from './plan.ts'
import { dtypeBytes, worldOf, type Rank } from './ranks.ts'
import { servedActivations } from './served-activations.ts'
import type { EngineSettings } from './settings.ts'
import { capacityBytes, type GpuCapacity } from './topology.ts'
import { minorOf, vllmRules } from './vllm-version.ts'

/** What a rank's budget is spent on; what is left is the pool. */
export interface RankBudget {
  readonly parts: Omit<GpuParts, 'kvBytes' | 'stateBytes'>
  /** `utilization × capacity`: vLLM refuses to start when less than this is free. */
  readonly budgetBytes: Reading<number>
  /** For the pool; negative where nothing is left. */
  readonly poolBytes: Reading<number>
}

/**
 * pool = utilization × capacity − weights − peak activations − other non-torch memory [− CUDA graphs, since 0.21].
 * The CUDA context is older than the first measurement and comes on top of the budget.
 */
export function rankBudget(input: EstimateInput, rank: Rank): RankBudget {
  const { settings, architecture } = input
  const rules = vllmRules(settings.version)
  const world = worldOf(settings)
  const activationsBytes = servedActivations(architecture, {
    ...batchOf(settings, rank.gpu),
    samplerBytes: rules.samplerBytes,
    tensorParallel: world.tensor,
    dtypeBytes: dtypeBytes(settings),
  })
  const nonTorchBytes = nonTorch(settings, rank.gpu, world.tensor)
  const graphBytes = settings.eager === true ? 0 : mebibytes(600)
  const budgetBytes =
    rank.gpu === undefined
      ? missing('not-reported', 'the GPU is not known')
      : map(capacityBytes(rank.gpu), (capacity) =>
          Math.ceil(capacity * (settings.gpuMemoryUtilization ?? rules.utilization)),
        )
  const spent = sum([
    rank.weightsBytes,
    activationsBytes,
    known(nonTorchBytes + (rules.graphsInBudget ? graphBytes : 0), 'derived'),
  ])
  return {
    parts: {
      weightsBytes: rank.weightsBytes,
      activationsBytes,
      overheadBytes: known(nonTorchBytes + graphBytes + cudaContextBytes(rank.gpu, 'torch'), 'derived'),
    },
    budgetBytes,
    poolBytes:
      settings.kvCacheBytes === undefined
        ? both(budgetBytes, spent, (budget, bytes) => budget - bytes)
        : known(settings.kvCacheBytes, 'declared'),
  }
}

/** Defaults of the OpenAI server by the card's memory (vllm/engine/arg_utils.py, get_batch_defaults). */
export function batchOf(
  settings: EngineSettings,
  gpu: GpuCapacity | undefined,
): { readonly tokens: number; readonly sequences: number } {
  const total = gpu === undefined ? 0 : valueOr(gpu.totalBytes, 0)
  const isA100 = gpu !== undefined && valueOr(gpu.name, '').includes('A100')
  const tokens = total >= gibibytes(160) ? 16_384 : total >= gibibytes(70) ? 8192 : 2048
  return {
    tokens: settings.maxNumBatchedTokens ?? tokens,
    sequences: settings.maxNumSeqs ?? (total >= gibibytes(70) && !isA100 ? 1024 : 256),
  }
}

/**
 * Libraries and NCCL, as logged: one rank 30–260 MiB; several ranks about 2.1 GiB on cards with NVLink (A100, H100),
 * 256 MiB on RTX 4090.
 */
function nonTorch(settings: EngineSettings, gpu: GpuCapacity | undefined, tensorParallel: number): number {
  if (tensorParallel === 1) return mebibytes(minorOf(settings.version) >= 18 ? 256 : 100)
  const name = gpu === undefined ? '' : valueOr(gpu.name, '')
  return mebibytes(/\b(A100|A800|G?H[128]00|G?H20|G?B[23]00)\b/.test(name) ? 2150 : 300)
}
