import type { RiskRules } from './rules.ts'
import { EMPTY_WINDOW, pointsOf, since } from './window.ts'
import type { Watched } from './windows.ts'

/**
 * In bytes per second, what has crept up in the last two minutes in several steps, the newest of them not long ago;
 * undefined where nothing has. One step alone is an allocation, not growth.
 */
export function stillGrows(
  watched: Watched | undefined,
  nowMs: number,
  { stillGrowing }: RiskRules,
): number | undefined {
  const { withinMs, bytes, steps, lastMs } = stillGrowing
  const { closed, open } = watched?.window ?? EMPTY_WINDOW
  const points = pointsOf({ closed: since(closed, nowMs - withinMs), open })
  const [first] = points
  if (first === undefined || open === undefined) return undefined
  const grown = open.value - first.value
  if (grown < bytes) return undefined
  const rises = points.filter(({ value }, at) => at > 0 && value > (points[at - 1]?.value ?? value))
  const newest = rises.at(-1)
  if (newest === undefined || rises.length < steps || nowMs - newest.atMs > lastMs) return undefined
  return (grown / (open.atMs - first.atMs)) * 1000
}
