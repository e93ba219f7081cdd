import { known, missing } from '../core/reading.ts'
import type { Reading } from '../core/reading.ts'

/** The mean number of runnable tasks over the last minute: the first field of /proc/loadavg. */
export function parseLoad1(text: string): Reading<number> {
  const load = /^(\d{1,9}\.\d{1,6}) /.exec(text)?.[1]
  return load === undefined ? missing('not-reported') : known(Number(load))
}
