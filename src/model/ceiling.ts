export const CEILING_LIMITS = ['device', 'vram-limit', 'engine-budget', 'context-length', 'asleep'] as const
export const CEILING_BASES = ['engine-log', 'tensors', 'formula', 'catalogue'] as const

/** The most memory a workload can come to hold, with the error that the estimator states of itself. */
export interface Ceiling {
  readonly bytes: number
  readonly lowBytes: number
  readonly highBytes: number
  /** What keeps it from more; `asleep`: it holds what it holds until it wakes. */
  readonly limitedBy: (typeof CEILING_LIMITS)[number]
  readonly basis: (typeof CEILING_BASES)[number]
  /** The sum, term by term. */
  readonly workings: readonly CeilingTerm[]
  readonly perGpu: readonly GpuCeiling[]
}

/** The share of one card, or of one MIG instance of it. */
export interface GpuCeiling {
  readonly uuid: string
  readonly gpuInstanceId?: number
  readonly bytes: number
  readonly lowBytes: number
  readonly highBytes: number
}

export interface CeilingTerm {
  readonly term: string
  /** As predicted. */
  readonly bytes: number
  /** What the engine or the driver says of the same term, where one does: the difference is drift. */
  readonly measuredBytes?: number
}
