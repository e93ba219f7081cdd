import type { Reading } from '../core/reading.ts'
import type { Estimate, Fit, Term } from './estimate-types.ts'

/** The parts on one GPU, before they are summed and given a range. */
export interface GpuParts {
  readonly weightsBytes: Reading<number>
  readonly kvBytes: Reading<number>
  readonly stateBytes: Reading<number>
  readonly activationsBytes: Reading<number>
  readonly overheadBytes: Reading<number>
}

/** How far a part may be off: a share of itself, and never less than a number of bytes. */
export interface PartError {
  readonly below: number
  readonly above: number
  readonly floorBytes: number
}

export interface PartErrors {
  readonly weights: PartError
  readonly kv: PartError
  readonly activations: PartError
  readonly overhead: PartError
}

/** What one engine makes of a model with its settings: the common form of all engines. */
export interface Plan {
  readonly kvGrowth: Estimate['kvGrowth']
  readonly perGpu: readonly GpuParts[]
  readonly host: {
    readonly weightsBytes: Reading<number>
    readonly kvBytes: Reading<number>
    readonly workings: readonly Term[]
  }
  readonly kv: Omit<Estimate['kv'], 'maxContextTokens'>
  readonly errors: PartErrors
  /** Where fitting is more than a sum below a capacity: engines with a budget. */
  readonly fits?: Fit
  readonly assumptions: readonly string[]
}

/** An engine with a model in it, ready to be asked about contexts. */
export interface PreparedEngine {
  readonly plan: Plan
  /**
   * How the longest single request is found: by trying contexts, where memory is taken for the whole context at once,
   * or from the pool that a budget leaves.
   */
  readonly longest:
    | { readonly kind: 'by-trying'; readonly planAt: (contextTokens: number) => Plan }
    | { readonly kind: 'from-pool'; readonly contextTokens: Reading<number> }
}
