import type { Fault } from '../core/fault.ts'
import type { NvidiaSmi } from '../model/snapshot.ts'

/** The GPUs that were there and are no longer listed, by uuid. */
export type GoneGpus = ReadonlyMap<string, GoneGpu>

type GoneGpu = Extract<Fault, { kind: 'gpu-gone' }>

/**
 * A card that falls off the bus may leave the list without a word, and the driver's count with it. It is gone until it is
 * listed again; one of which the document itself says that it can't be read is not told twice.
 */
export function followGoneGpus(gone: GoneGpus, before: NvidiaSmi | undefined, now: NvidiaSmi): GoneGpus {
  const listed = new Set(now.gpus.map(({ uuid }) => uuid))
  const left = (before?.gpus ?? []).map(({ uuid, index, busId }): readonly [string, GoneGpu] => [
    uuid,
    { kind: 'gpu-gone', gpu: index, busId },
  ])
  return new Map(
    [...gone, ...left].filter(([uuid, { busId }]) => !listed.has(uuid) && !isNamed(busId, now.faults)),
  )
}

function isNamed(busId: string, faults: readonly Fault[]): boolean {
  return faults.some(
    (fault) =>
      (fault.kind === 'gpu-unreadable' && fault.gpu === busId) ||
      (fault.kind === 'malformed' && fault.where.includes(busId)),
  )
}
