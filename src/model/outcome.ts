import { RISK_CLASSES } from './risk.ts'

/** What really happened, as a recording says it: what warnings are scored against. */
export interface Outcome {
  readonly host: string
  /** In the time of the replay: segments one after the other. */
  readonly elapsedMs: number
  /** `none`: nothing did, and any warning is a false alarm. */
  readonly kind: OutcomeKind
  /** UUID of the card. */
  readonly gpu: string | undefined
  /** `transformers:9120`. */
  readonly workload: string | undefined
  /** Of the process that it happened to. */
  readonly pid: number | undefined
  /** False where nothing could have told it beforehand; such an outcome is no miss. */
  readonly foreseeable: boolean
}

export const OUTCOME_KINDS = [...RISK_CLASSES, 'none'] as const
export type OutcomeKind = (typeof OUTCOME_KINDS)[number]
