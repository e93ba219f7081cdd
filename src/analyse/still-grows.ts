import type { RiskRules } from './rules.ts'
import { since } from './window.ts'
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
  const { points } = since(watched?.window ?? { points: [] }, nowMs - withinMs)
  const [first] = points
  const last = points.at(-1)
  if (first === undefined || last === undefined) return undefined
  const rises = points.filter(({ value }, at) => at > 0 && value > (points[at - 1]?.value ?? value))
  const newest = rises.at(-1)
  const grown = last.value - first.value
  if (newest === undefined || rises.length < steps || grown < bytes) return undefined
  return nowMs - newest.atMs > lastMs ? undefined : (grown / (last.atMs - first.atMs)) * 1000
}
