import { both, valueOr, type Reading } from '../../core/reading.ts'
import type { GpuEstimate } from '../../estimate/estimate-types.ts'
import { takesBudget } from '../../estimate/fit.ts'
import type { Ceiling } from '../../model/ceiling.ts'
import { isPartOf, type MemoryPool } from '../memory-pool.ts'
import type { JudgedWorkload } from '../judged.ts'
import type { GateRules } from '../rules.ts'

/** What a start, or waking up, takes of one pool. */
export interface Demand {
  readonly bytes: number
  readonly lowBytes: number
  readonly highBytes: number
  readonly basis: Ceiling['basis']
  /** Its loader takes what there is and leaves the rest to the CPU, instead of failing. */
  readonly adapts: boolean
}

/** Undefined where it isn't known. */
export function demandOf(workload: JudgedWorkload, pool: MemoryPool, rules: GateRules): Demand | undefined {
  if (workload.estimated.kind === 'missing') return undefined
  const { estimate, devices } = workload.estimated.value
  const at = devices.findIndex((device) => isPartOf(device, pool))
  const gpu = estimate.perGpu[at]
  if (gpu === undefined) return undefined
  // what grows with use is not there yet when the load has ended
  const parts = estimate.kvGrowth === 'on-demand' ? gpu.weightsBytes : plannedBytes(gpu, workload, pool)
  if (parts.kind === 'missing') return undefined
  const whole = valueOr(gpu.neededBytes, parts.value)
  const share = whole === 0 ? 1 : parts.value / whole
  // a formula knows the shape, not the file
  const doubt = estimate.basis === 'tensors' || estimate.basis === 'engine-log' ? 0 : rules.formulaDoubtRatio
  return {
    bytes: parts.value,
    lowBytes: Math.min(valueOr(gpu.lowBytes, whole) * share, parts.value * (1 - doubt)),
    highBytes: Math.max(valueOr(gpu.highBytes, whole) * share, parts.value * (1 + doubt)),
    basis: estimate.basis,
    adapts: adapts(workload, pool),
  }
}

/**
 * Of what the control group limits, an engine with a budget may see no more than the limit, and plan with it: only what it
 * needs before its pool is sure.
 */
function plannedBytes(
  { neededBytes, kvBytes }: GpuEstimate,
  { engine }: JudgedWorkload,
  { limit }: MemoryPool,
): Reading<number> {
  if (limit?.kind !== 'cgroup' || !takesBudget(engine)) return neededBytes
  return both(neededBytes, kvBytes, (needed, kv) => needed - kv)
}

/** Ollama and llama.cpp's own fit leave layers on the CPU; WDDM lends memory of the host. */
function adapts({ engine, config }: JudgedWorkload, { gpu }: MemoryPool): boolean {
  if (valueOr(gpu.driverModel, '') === 'WDDM') return true
  switch (engine) {
    case 'ollama':
    case 'lmstudio':
      return true
    case 'llama.cpp':
    case 'koboldcpp':
      return config.gpuLayers.kind === 'missing'
    case 'vllm':
    case 'sglang':
    case 'tgi':
    case 'tensorrt-llm':
    case 'lmdeploy':
    case 'exllama':
    case 'text-generation-webui':
    case 'transformers':
    case 'pytorch':
    case 'unknown':
      return false
  }
}
