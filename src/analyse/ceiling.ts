import { missing, sumOfKnown, type Reading } from '../core/reading.ts'
import type { Ceiling } from '../model/ceiling.ts'
import type { GpuState } from '../model/frame.ts'
import type { AttributedWorkload } from './attribute.ts'

/** The most a workload can come to hold. Missing, with the reason in words, wherever it would be a guess. */
export function ceilingOf(workload: AttributedWorkload): Reading<Ceiling> {
  if (workload.engine === 'unknown') return missing('not-supported', 'no ceiling: the engine is not known')
  if (workload.model.name.kind === 'missing')
    return missing('not-reported', 'no ceiling: the model is not known')
  return missing('not-supported', `no ceiling: nothing is known of the shape of ${workload.model.name.value}`)
}

/** What is left to grow into: the rest of the pool of a preallocating engine, the free memory of its cards for the others. */
export function headroomOf(workload: AttributedWorkload, gpus: readonly GpuState[]): Reading<number> {
  if (workload.kv.growth.kind === 'missing') return workload.kv.growth
  if (workload.kv.growth.value === 'preallocated') return poolHeadroom(workload)
  const uuids = new Set(workload.memory.perGpu.map(({ uuid }) => uuid))
  const free = gpus.filter(({ uuid }) => uuids.has(uuid)).map(({ memory }) => memory.freeBytes)
  return free.length === 0 ? missing('not-reported') : sumOfKnown(free)
}

function poolHeadroom({ kv }: AttributedWorkload): Reading<number> {
  if (kv.capacityBytes.kind === 'missing') return kv.capacityBytes
  if (kv.usedBytes.kind === 'missing') return kv.usedBytes
  return { kind: 'known', value: kv.capacityBytes.value - kv.usedBytes.value, basis: 'derived' }
}
