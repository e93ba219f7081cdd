import { map, sumOfKnown, valueOr } from '../core/reading.ts'
import type { GpuState } from '../model/frame.ts'
import type { AttributedWorkload } from './attribute.ts'

/**
 * Of a card whose processes nobody lists, but of which it is told what the engines on it hold: the same division as by
 * processes.
 */
export function withToldShares(gpu: GpuState, workloads: readonly AttributedWorkload[]): GpuState {
  const shares = gpu.processes.kind === 'known' ? [] : sharesOn(gpu.uuid, workloads)
  if (shares.length === 0) return gpu
  const held = (those: typeof shares): number =>
    valueOr(sumOfKnown(those.map(({ usedBytes }) => usedBytes)), 0)
  const attributed = held(shares.filter(({ workload }) => workload.engine !== 'unknown'))
  const { usedBytes } = gpu.memory
  return {
    ...gpu,
    attributedBytes: map(usedBytes, () => attributed),
    otherBytes: map(usedBytes, (used) => used - attributed),
    unownedBytes: map(usedBytes, (used) => Math.max(0, used - held(shares))),
  }
}

/** What is told of each workload on a card. */
export function sharesOn(
  uuid: string,
  workloads: readonly AttributedWorkload[],
): readonly {
  readonly workload: AttributedWorkload
  readonly usedBytes: AttributedWorkload['memory']['usedBytes']
}[] {
  return workloads.flatMap((workload) =>
    workload.memory.perGpu
      .filter((share) => share.uuid === uuid)
      .map(({ usedBytes }) => ({ workload, usedBytes })),
  )
}
