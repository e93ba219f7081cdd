import type { RiskLevel } from '../../model/risk.ts'
import type { Anonymizer } from './anonymizer.ts'
import type { Keep } from './rotation.ts'

export interface IncidentOptions {
  /** Of each file, which also gets the time in its name: `a.ndjson.gz` → `a-20261121-021224.ndjson.gz`. */
  readonly file: string
  /** The version of llmtop. */
  readonly tool: string
  readonly anonymizer: Anonymizer | undefined
  /** How much of the past is kept. */
  readonly lastMs: number
  /** What makes a file be written: a risk of this level or above, or the death of a workload. */
  readonly level: RiskLevel
  /** A file that is larger ends; the next incident begins another. */
  readonly maxBytes: number
  readonly keep: Keep
}
