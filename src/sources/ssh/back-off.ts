import { minutes, seconds } from '../../core/units.ts'

const FIRST_MS = seconds(1)
const LONGEST_MS = minutes(1)
/** Nodes that broke together (a switch, a jump host) do not come back together. */
const JITTER_RATIO = 0.3

/** How long to wait before the next try, after so many failures in a row. @param random from 0 to 1 */
export function backOffMs(failures: number, random: number): number {
  const plainMs = Math.min(FIRST_MS * 2 ** Math.max(0, failures - 1), LONGEST_MS)
  return Math.round(plainMs * (1 + JITTER_RATIO * (2 * random - 1)))
}
