import { isReached, type RawSample } from '../model/sample.ts'
import { startMemory, type Memory } from './memory.ts'

/**
 * Whether time is missing before this sample: more than three intervals without one, or without one that the host itself
 * answered (a link that was down), a wall clock that ran away from the
 * monotonic one by as much (a suspend), or a monotonic clock that went back (a new segment of a recording).
 */
export function isGap({ previous, rules }: Memory, sample: RawSample): boolean {
  if (previous === undefined) return false
  const allowedMs = rules.gapIntervals * Math.max(previous.intervalMs, sample.intervalMs)
  const passedMs = sample.elapsedMs - previous.elapsedMs
  const wallMs = sample.takenAtEpochMs - previous.takenAtEpochMs
  const unreachedMs = isReached(sample) ? sample.elapsedMs - (previous.reachedAtMs ?? previous.elapsedMs) : 0
  return (
    passedMs < 0 || Math.max(passedMs, unreachedMs) > allowedMs || Math.abs(wallMs - passedMs) > allowedMs
  )
}

/** What still holds after a gap: all but the windows and counts over time. Where the clock went back, it is another run, and nothing does. */
export function afterwards(memory: Memory, sample: RawSample): Memory {
  const wentBack = sample.elapsedMs < (memory.previous?.elapsedMs ?? 0)
  if (wentBack) return startMemory(memory.origin, memory.rules)
  const standings = { ...memory.standings, preemptions: new Map() }
  return { ...memory, windows: new Map(), standings }
}
