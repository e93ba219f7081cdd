import { both, known, missing, sum, type Reading } from '../core/reading.ts'
import { formatGib } from '../core/format.ts'
import type { Estimate, EstimateInput, Fit, GpuEstimate, Term } from './estimate-types.ts'
import { prepareExllama } from './exllama.ts'
import { prepareFreeShare } from './free-share.ts'
import { prepareLlamaCpp } from './llama-cpp.ts'
import { longestContext } from './longest-context.ts'
import type { GpuParts, Plan, PreparedEngine } from './plan.ts'
import { rangeOf } from './range.ts'
import { withReported } from './reported.ts'
import { prepareSglang } from './sglang.ts'
import { availableBytes, type GpuCapacity } from './topology.ts'
import { prepareTransformers } from './transformers.ts'
import { unmodelled, withoutCache } from './unmodelled.ts'
import { prepareVllm } from './vllm.ts'

/**
 * What a model will need with these settings on these GPUs, in bytes by part, with the range that the measured error of
 * each part allows. Pure arithmetic, below a millisecond. A part that can't be known is missing and says why; the sum is
 * then missing too, and the verdict is `unsure`.
 */
export function estimate(input: EstimateInput): Estimate {
  const engine = prepare(input)
  const reason = unmodelled(input.architecture.family)
  const computed = reason === undefined ? engine.plan : withoutCache(engine.plan, reason)
  const plan = input.reported === undefined ? computed : withReported(computed, input)
  const perGpu = plan.perGpu.map((parts, gpu) => gpuEstimate(parts, plan, input.topology.gpus[gpu]))
  const otherBytes = plan.host.workings.reduce((total, { bytes }) => total + bytes, 0)
  return {
    basis: basisOf(input),
    kvGrowth: plan.kvGrowth,
    perGpu,
    host: { ...plan.host, otherBytes: known(otherBytes, 'derived') },
    neededBytes: sum(perGpu.map((gpu) => gpu.neededBytes)),
    lowBytes: sum(perGpu.map((gpu) => gpu.lowBytes)),
    highBytes: sum(perGpu.map((gpu) => gpu.highBytes)),
    kv: { ...plan.kv, maxContextTokens: reason ?? longestContext(engine, input) },
    workings: workingsOf(perGpu),
    fits: plan.fits ?? fitOf(perGpu),
    assumptions: plan.assumptions,
  }
}

function prepare(input: EstimateInput): PreparedEngine {
  switch (input.settings.engine) {
    case 'llama.cpp':
    case 'ollama':
    case 'koboldcpp':
    case 'lmstudio':
      return prepareLlamaCpp(input)
    case 'vllm':
      return prepareVllm(input)
    case 'sglang':
      return prepareSglang(input)
    case 'tgi':
    case 'tensorrt-llm':
    case 'lmdeploy':
      return prepareFreeShare(input)
    case 'exllama':
      return prepareExllama(input)
    case 'transformers':
    case 'pytorch':
    case 'text-generation-webui':
    case 'unknown':
      return prepareTransformers(input)
  }
}

function gpuEstimate(parts: GpuParts, plan: Plan, gpu: GpuCapacity | undefined): GpuEstimate {
  const neededBytes = sum([
    parts.weightsBytes,
    parts.kvBytes,
    parts.stateBytes,
    parts.activationsBytes,
    parts.overheadBytes,
  ])
  const unknown = missing('not-reported', 'the GPU is not known')
  return {
    totalBytes: gpu?.totalBytes ?? unknown,
    availableBytes: gpu === undefined ? unknown : availableBytes(gpu),
    ...parts,
    neededBytes,
    ...rangeOf(parts, neededBytes, plan.errors),
  }
}

function basisOf({ reported, weights, fromCatalogue }: EstimateInput): Estimate['basis'] {
  if (reported !== undefined) return 'engine-log'
  if (weights.kind === 'tensors') return 'tensors'
  return fromCatalogue === true ? 'catalogue' : 'formula'
}

/** The worst verdict of all GPUs. */
function fitOf(perGpu: readonly GpuEstimate[]): Fit {
  const fits = perGpu.map(gpuFit)
  return (
    fits.find(({ verdict }) => verdict === 'no') ??
    fits.find(({ verdict }) => verdict === 'unsure') ??
    fits[0] ?? { verdict: 'unsure', reason: 'no GPU is known' }
  )
}

/** Fits when even the high end does; does not when even the low end does not. */
function gpuFit(gpu: GpuEstimate, index: number): Fit {
  const range = both(gpu.lowBytes, gpu.highBytes, (low, high) => ({ low, high }))
  const sizes = both(range, gpu.availableBytes, (needed, available) => ({ ...needed, available }))
  if (sizes.kind === 'missing') return { verdict: 'unsure', reason: sizes.detail ?? sizes.reason }
  const { low, high, available } = sizes.value
  const reason = `GPU ${index}: ${formatGib(low)}–${formatGib(high)} GiB needed, ${formatGib(available)} GiB there`
  if (low > available) return { verdict: 'no', reason }
  return { verdict: high > available ? 'unsure' : 'yes', reason }
}

/** One term per part over all GPUs; parts that are missing on any GPU are left out, and so is then the sum. */
export function workingsOf(perGpu: readonly GpuEstimate[]): readonly Term[] {
  const terms: readonly (readonly [string, (gpu: GpuEstimate) => Reading<number>])[] = [
    ['weights', (gpu) => gpu.weightsBytes],
    ['KV cache', (gpu) => gpu.kvBytes],
    ['recurrent state', (gpu) => gpu.stateBytes],
    ['compute buffers and activations', (gpu) => gpu.activationsBytes],
    ['CUDA context and other overhead', (gpu) => gpu.overheadBytes],
  ]
  return terms.flatMap(([term, part]) => {
    const total = sum(perGpu.map(part))
    return total.kind === 'known' && total.value !== 0 ? [{ term, bytes: total.value }] : []
  })
}
