import { known, map, missing, valueOr, type Reading } from '../core/reading.ts'
import { estimate as estimateAnew } from '../estimate/estimate.ts'
import type { Estimate, EstimateInput, GpuEstimate } from '../estimate/estimate-types.ts'
import { takesBudget } from '../estimate/fit.ts'
import type { Ceiling, CeilingTerm, GpuCeiling } from '../model/ceiling.ts'
import type { AttributedWorkload } from './attribute.ts'
import type { Device, WorkloadEstimate } from './estimated.ts'

/** The most a workload can come to hold. Missing, with the reason in words, wherever it would be a guess. */
export function ceilingOf(workload: AttributedWorkload): Reading<Ceiling> {
  const { engine, estimated, state, toldCeiling } = workload
  if (toldCeiling !== undefined) return known(toldCeiling, 'derived')
  if (engine === 'unknown') return missing('not-supported', 'no ceiling: the engine is not known')
  if (engine === 'pytorch')
    return missing('not-supported', 'no ceiling: nothing says what a torch program needs')
  if (state === 'sleeping' || state === 'unloading') return whatItHolds(workload)
  if (estimated.kind === 'missing') return missing(estimated.reason, `no ceiling: ${whyUnknown(workload)}`)
  if (estimated.value.devices.length === 0) return missing('not-supported', 'no ceiling: it uses no GPU')
  return predicted(workload, estimated.value)
}

function whyUnknown({ model, estimated }: AttributedWorkload): string {
  if (model.name.kind === 'missing') return 'the model is not known'
  return (
    (estimated.kind === 'missing' ? estimated.detail : undefined) ?? 'the shape of the model is not known'
  )
}

/** It takes nothing before it wakes. */
function whatItHolds({ memory, estimated }: AttributedWorkload): Reading<Ceiling> {
  return map(memory.usedBytes, (bytes) => ({
    ...exactly(bytes),
    limitedBy: 'asleep',
    basis: estimated.kind === 'known' ? estimated.value.estimate.basis : 'formula',
    workings: [{ term: 'held while it sleeps', bytes }],
    perGpu: memory.perGpu.flatMap(({ uuid, usedBytes }) =>
      usedBytes.kind === 'known' ? [{ uuid, ...exactly(usedBytes.value) }] : [],
    ),
  }))
}

function exactly(bytes: number): Pick<Ceiling, 'bytes' | 'lowBytes' | 'highBytes'> {
  return { bytes, lowBytes: bytes, highBytes: bytes }
}

function predicted(
  workload: AttributedWorkload,
  { input, estimate, devices }: WorkloadEstimate,
): Reading<Ceiling> {
  const { neededBytes, lowBytes, highBytes } = estimate
  if (neededBytes.kind === 'missing')
    return missing(
      neededBytes.reason,
      `no ceiling: ${neededBytes.detail ?? 'a part of the sum is not known'}`,
    )
  const ceiling: Ceiling = {
    bytes: neededBytes.value,
    lowBytes: valueOr(lowBytes, neededBytes.value),
    highBytes: valueOr(highBytes, neededBytes.value),
    limitedBy: limitOf(workload, estimate, devices),
    basis: estimate.basis,
    workings: workingsOf(workload, input, estimate),
    perGpu: devices.flatMap((device, at) => shareOf(device, estimate.perGpu[at])),
  }
  return known(ceiling, 'derived')
}

function limitOf(
  { engine, vramLimits }: AttributedWorkload,
  { perGpu }: Estimate,
  devices: readonly Device[],
): Ceiling['limitedBy'] {
  const isLimited = devices.some(({ uuid }, at) => {
    const needed = valueOr(perGpu[at]?.neededBytes ?? missing('not-reported'), 0)
    return vramLimits.some(({ gpu, limitBytes }) => gpu === uuid && needed > limitBytes)
  })
  if (isLimited) return 'vram-limit'
  if (takesBudget(engine)) return 'engine-budget'
  const exceeds = perGpu.some(
    ({ neededBytes, availableBytes }) => valueOr(neededBytes, 0) > valueOr(availableBytes, Infinity),
  )
  return exceeds ? 'device' : 'context-length'
}

function shareOf({ uuid, gpuInstanceId }: Device, gpu: GpuEstimate | undefined): readonly GpuCeiling[] {
  if (gpu?.neededBytes.kind !== 'known') return []
  const bytes = gpu.neededBytes.value
  return [
    {
      uuid,
      ...(gpuInstanceId === undefined ? {} : { gpuInstanceId }),
      bytes,
      lowBytes: valueOr(gpu.lowBytes, bytes),
      highBytes: valueOr(gpu.highBytes, bytes),
    },
  ]
}

/** Each term as predicted, and beside it what the engine said of it since. */
function workingsOf(
  workload: AttributedWorkload,
  input: EstimateInput,
  estimate: Estimate,
): readonly CeilingTerm[] {
  const said = new Map(
    input.reported === undefined ? [] : estimate.workings.map(({ term, bytes }) => [term, bytes]),
  )
  const pool = poolBytes(workload)
  if (pool === undefined && input.reported === undefined) return estimate.workings
  const before = input.reported === undefined ? estimate : unreported(input, estimate)
  return before.workings.map(({ term, bytes }) => {
    const measuredBytes = said.get(term) ?? (term === 'KV cache' ? pool : undefined)
    return measuredBytes === undefined || measuredBytes === bytes
      ? { term, bytes }
      : { term, bytes, measuredBytes }
  })
}

/** A pool whose size the engine itself tells. */
function poolBytes({ kv }: AttributedWorkload): number | undefined {
  const isMeasured = kv.capacityTokens.kind === 'known' && kv.capacityTokens.basis === 'measured'
  return isMeasured ? valueOr(kv.capacityBytes, undefined) : undefined
}

/** What was predicted before the engine said anything. */
function unreported(input: EstimateInput, estimate: Estimate): Estimate {
  const present = PREDICTED.get(estimate)
  if (present !== undefined) return present
  const { reported, ...asked } = input
  const made = estimateAnew(asked)
  PREDICTED.set(estimate, made)
  return made
}

// the same question comes with every tick; what is remembered follows from it alone
const PREDICTED = new WeakMap<Estimate, Estimate>()
