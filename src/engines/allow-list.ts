import { mebibytes, seconds } from '../core/units.ts'
import type { ReducerId, Want } from '../model/want.ts'

/** Where an engine answers: an address of this machine, never a name that somebody else would have to resolve. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** The pages that engines are asked for, ever: each only reports, changes nothing, and wakes nothing by itself. */
export type ReportingPage =
  '/api/ps' | '/info' | '/metrics' | '/props' | '/server_info' | '/slots' | '/v1/models' | '/version'

/** How often at most (engines.md §6); a busy engine answers out of the loop that generates. */
const SPACING_MS = seconds(2)
const METRICS_BYTES = mebibytes(4)
const PAGE_BYTES = mebibytes(1)

/** A GET of a page that changes all the time, or with `once` of one that never does. */
export function pageWant(address: Address, path: ReportingPage, every: 'often' | 'once' = 'often'): Want {
  const isMetrics = path === '/metrics'
  const reduce: ReducerId = isMetrics ? 'engine-metrics' : 'engine-page'
  return {
    kind: 'http',
    ...address,
    path,
    every: every === 'once' ? 'once' : SPACING_MS,
    maxBytes: isMetrics ? METRICS_BYTES : PAGE_BYTES,
    reduce,
  }
}
