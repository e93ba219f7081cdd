import type { FailOnOptions, ShowOptions } from '../options.ts'

/** What `llmtop fleet` takes. */
export interface FleetOptions extends ShowOptions, FailOnOptions {
  readonly prometheus: URL
  readonly interval: number
  readonly selector: string
  readonly tokenFile?: string
  readonly headerFile?: string
  readonly caFile?: string
  readonly certFile?: string
  readonly keyFile?: string
}
