import type { Part } from '../model/sample.ts'
import type { Want } from '../model/want.ts'

/** Fetches one want. Never rejects: a failure is a fault part. Secrets are masked in what it returns. */
export interface Transport {
  readonly label: string
  fetch(want: Want, signal: AbortSignal): Promise<ReadonlyMap<string, Part>>
}
