/** The most memory a workload can come to hold, with the error that the estimator states of itself. */
export interface Ceiling {
  readonly bytes: number
  readonly lowBytes: number
  readonly highBytes: number
  readonly limitedBy: 'device' | 'engine-budget' | 'context-length'
  readonly basis: 'engine-log' | 'tensors' | 'formula' | 'catalogue'
  /** The sum, term by term. */
  readonly workings: readonly CeilingTerm[]
  readonly perGpu: readonly { readonly uuid: string; readonly bytes: number }[]
}

export interface CeilingTerm {
  readonly term: string
  /** As predicted. */
  readonly bytes: number
  /** What the engine or the driver says of the same term, where one does: the difference is drift. */
  readonly measuredBytes?: number
}
