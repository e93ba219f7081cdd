import { known, valueOr, map, type Reading } from '../core/reading.ts'

/** The devices that a model may use. An empty list of GPUs means that none is known, not that there is none. */
export interface GpuTopology {
  readonly gpus: readonly GpuCapacity[]
  readonly host: { readonly totalBytes: Reading<number>; readonly availableBytes: Reading<number> }
}

export interface GpuCapacity {
  /** `NVIDIA GeForce RTX 3090`; it sets the size of the CUDA context. */
  readonly name: Reading<string>
  readonly totalBytes: Reading<number>
  /** What the driver keeps for itself; capacity = total − reserved. */
  readonly reservedBytes: Reading<number>
  /** What a new start could use now; missing for GPUs that are only assumed. */
  readonly freeBytes: Reading<number>
  /** Streaming multiprocessors, where known better than by name. */
  readonly multiprocessors?: number
  /** One pool with host memory (GB10, Jetson). */
  readonly unifiedMemory?: boolean
}

/** Total less what the driver keeps. */
export function capacityBytes(gpu: GpuCapacity): Reading<number> {
  return map(gpu.totalBytes, (total) => total - valueOr(gpu.reservedBytes, 0))
}

/** Free now where the GPU is real, else its capacity. */
export function availableBytes(gpu: GpuCapacity): Reading<number> {
  return gpu.freeBytes.kind === 'known' ? known(gpu.freeBytes.value, gpu.freeBytes.basis) : capacityBytes(gpu)
}
