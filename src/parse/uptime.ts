import { known, missing } from '../core/reading.ts'
import type { Reading } from '../core/reading.ts'

/** Seconds since boot: the first field of /proc/uptime. */
export function parseUptimeSeconds(text: string): Reading<number> {
  const uptime = /^(\d{1,12}\.\d{1,6})\b/.exec(text)?.[1]
  return uptime === undefined ? missing('not-reported') : known(Number(uptime))
}
