/** The most memory a workload can come to hold, with the error that the estimator states of itself. */
export interface Ceiling {
  readonly bytes: number
  readonly lowBytes: number
  readonly highBytes: number
  readonly limitedBy: 'device' | 'engine-budget' | 'context-length'
  readonly basis: 'engine-log' | 'tensors' | 'formula' | 'catalogue'
  /** The sum, term by term. */
  readonly workings: readonly { readonly term: string; readonly bytes: number }[]
  readonly perGpu: readonly { readonly uuid: string; readonly bytes: number }[]
}
