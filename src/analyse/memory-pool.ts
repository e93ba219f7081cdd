import type { Reading } from '../core/reading.ts'
import type { GpuState } from '../model/frame.ts'
import type { VramLimit } from '../model/workload.ts'

/** Memory that fills by itself: a card, a MIG instance of one, or a limit on some of its processes. */
export interface MemoryPool {
  /** `GPU-…`, or `GPU-…/5` for an instance. */
  readonly key: string
  /** `GPU 1`, `GPU 1 MIG 5`. */
  readonly name: string
  readonly gpu: GpuState
  readonly gpuInstanceId: number | undefined
  /** Set where it is no more than a limit on some of the processes of a card. */
  readonly limit: VramLimit | undefined
  /** What can be held of it: total less what the driver keeps. */
  readonly capBytes: Reading<number>
  readonly usedBytes: Reading<number>
  readonly freeBytes: Reading<number>
  /** Missing where the driver lists no processes. */
  readonly holders: Reading<readonly Holder[]>
}

/** What one workload holds of a pool. */
export interface Holder {
  readonly workload: string
  readonly usedBytes: Reading<number>
  /** Only draws: a desktop, not a compute process. */
  readonly isGraphics: boolean
}

/** Whether a share of a ceiling is one of this pool: a limit is on the card as a whole. */
export function isPartOf(
  { uuid, gpuInstanceId }: { readonly uuid: string; readonly gpuInstanceId?: number | undefined },
  pool: MemoryPool,
): boolean {
  return uuid === pool.gpu.uuid && gpuInstanceId === pool.gpuInstanceId
}
