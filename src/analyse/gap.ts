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

/**
 * Whether this sample is older than what was seen, by both of its clocks: it arrived out of order, and what is newer stands.
 * Where the monotonic clock alone went back, or both by much, it is another run.
 */
export function isOutOfOrder({ previous, rules }: Memory, sample: RawSample): boolean {
  if (previous === undefined) return false
  const behindMs = previous.elapsedMs - sample.elapsedMs
  const wallBehindMs = previous.takenAtEpochMs - sample.takenAtEpochMs
  const allowedMs = rules.gapIntervals * Math.max(previous.intervalMs, sample.intervalMs)
  return behindMs > 0 && behindMs <= rules.reorderMs && Math.abs(wallBehindMs - behindMs) <= allowedMs
}

/** The sample as one that says nothing, at the time of the newest one. */
export function withoutNews({ previous }: Memory, sample: RawSample): RawSample {
  const { elapsedMs, takenAtEpochMs } = previous ?? sample
  return { ...sample, elapsedMs, takenAtEpochMs, parts: new Map() }
}

/** What still holds after a gap: all but the windows and counts over time. Where the clock went back, it is another run, and nothing does. */
export function afterwards(memory: Memory, sample: RawSample): Memory {
  const wentBack = sample.elapsedMs < (memory.previous?.elapsedMs ?? 0)
  if (wentBack) return startMemory(memory.origin, memory.rules)
  const standings = { ...memory.standings, preemptions: new Map() }
  return { ...memory, watchedFromMs: undefined, windows: new Map(), standings }
}
