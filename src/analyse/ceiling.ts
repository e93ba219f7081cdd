import { both, missing, sumOfKnown, type Reading } from '../core/reading.ts'
import type { Ceiling } from '../model/ceiling.ts'
import type { GpuState } from '../model/frame.ts'
import type { AttributedWorkload } from './attribute.ts'

/** The most a workload can come to hold. Missing, with the reason in words, wherever it would be a guess. */
export function ceilingOf(workload: AttributedWorkload): Reading<Ceiling> {
  if (workload.engine === 'unknown') return missing('not-supported', 'no ceiling: the engine is not known')
  if (workload.model.name.kind === 'missing') {
    return missing('not-reported', 'no ceiling: the model is not known')
  }
  return missing('not-supported', "no ceiling: a running engine's is not computed yet")
}

/** What is left to grow into: the rest of the pool of a preallocating engine, the free memory of its cards for the others. */
export function headroomOf(workload: AttributedWorkload, gpus: readonly GpuState[]): Reading<number> {
  if (workload.kv.growth.kind === 'missing') return workload.kv.growth
  if (workload.kv.growth.value === 'preallocated') return poolHeadroom(workload)
  const uuids = new Set(workload.memory.perGpu.map(({ uuid }) => uuid))
  const free = gpus.filter(({ uuid }) => uuids.has(uuid)).map(({ memory }) => memory.freeBytes)
  return free.length === 0 ? missing('not-reported') : sumOfKnown(free)
}

/** The same in tokens, by what the engine counts or by what one more token costs. */
export function headroomTokensOf(
  { kv }: AttributedWorkload,
  headroomBytes: Reading<number>,
): Reading<number> {
  if (kv.growth.kind === 'known' && kv.growth.value === 'preallocated') {
    return both(kv.capacityTokens, kv.usedTokens, (capacity, used) => Math.max(0, capacity - used))
  }
  return both(headroomBytes, kv.bytesPerToken, (bytes, perToken) => Math.floor(bytes / perToken))
}

function poolHeadroom({ kv }: AttributedWorkload): Reading<number> {
  return both(kv.capacityBytes, kv.usedBytes, (capacity, used) => Math.max(0, capacity - used))
}
