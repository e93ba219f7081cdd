import type { RawSample } from '../../model/sample.ts'

/**
 * Where the segments of a log lie on one time line: sequence and elapsed time never fall, and a new segment is a gap. A
 * plain value, so that reading can go on from any place with it.
 */
export interface TimeLine {
  readonly last: LastSample | undefined
  /** What is added to the numbers of the present segment; undefined until its first sample. */
  readonly shift: Shift | undefined
}

/** As it stands on the time line. */
export type LastSample = Omit<RawSample, 'parts' | 'link'>

export interface Shift {
  readonly elapsedMs: number
  readonly sequence: number
}

export const BEGINNING: TimeLine = { last: undefined, shift: undefined }

export function startSegment(line: TimeLine): TimeLine {
  return { ...line, shift: undefined }
}

/** Puts the next sample on the line. */
export function placeSample(line: TimeLine, sample: RawSample): { line: TimeLine; sample: RawSample } {
  const shift = line.shift ?? shiftAfter(line.last, sample)
  const placed = {
    ...sample,
    sequence: sample.sequence + shift.sequence,
    elapsedMs: sample.elapsedMs + shift.elapsedMs,
  }
  const { parts, link, ...last } = placed
  return { line: { last, shift }, sample: placed }
}

/** By the wall clock alone, for whoever begins in the middle of a log that begins with `first`. */
export function shiftByWallClock(
  first: Pick<RawSample, 'takenAtEpochMs' | 'elapsedMs'>,
  sample: RawSample,
): Shift {
  const sinceFirstMs = sample.takenAtEpochMs - first.takenAtEpochMs
  return { elapsedMs: first.elapsedMs + sinceFirstMs - sample.elapsedMs, sequence: 0 }
}

/** The time between two segments by the wall clock, and at least what counts as a gap. */
function shiftAfter(last: LastSample | undefined, first: RawSample): Shift {
  if (last === undefined) return { elapsedMs: 0, sequence: 0 }
  const gapMs = 4 * Math.max(last.intervalMs, first.intervalMs)
  const pauseMs = Math.max(gapMs, first.takenAtEpochMs - last.takenAtEpochMs)
  return {
    elapsedMs: last.elapsedMs + pauseMs - first.elapsedMs,
    sequence: last.sequence + 1 - first.sequence,
  }
}
