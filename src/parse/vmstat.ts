import { known, missing } from '../core/reading.ts'
import type { Reading } from '../core/reading.ts'

/** How many processes the kernel has killed for memory since boot: `oom_kill` of /proc/vmstat, there since 4.13. */
export function parseOomKills(text: string): Reading<number> {
  const count = /^oom_kill (\d{1,15})$/m.exec(text)?.[1]
  return count === undefined ? missing('not-reported') : known(Number(count))
}
