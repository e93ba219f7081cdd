import type { Fault } from '../../core/fault.ts'
import type { RawSample } from '../../model/sample.ts'

/** What a log gives, one after the other. */
export type LogEntry =
  /** `position` is the place in the text, in characters, where its sample ends. */
  | { readonly kind: 'sample'; readonly sample: RawSample; readonly position: number }
  /** It ends here, before its end. */
  | { readonly kind: 'end'; readonly fault: Fault }

/** Puts the samples of several segments on one time line: sequence and elapsed time never fall, a new segment is a gap. */
export function continuing(): { startSegment(): void; next(sample: RawSample): RawSample } {
  let last: RawSample | undefined
  let shift: { readonly elapsedMs: number; readonly sequence: number } | undefined
  return {
    startSegment: () => {
      shift = undefined
    },
    next: (sample) => {
      shift ??= last === undefined ? { elapsedMs: 0, sequence: 0 } : shiftAfter(last, sample)
      last = {
        ...sample,
        sequence: sample.sequence + shift.sequence,
        elapsedMs: sample.elapsedMs + shift.elapsedMs,
      }
      return last
    },
  }
}

/** The time between two segments by the wall clock, and at least what counts as a gap. */
function shiftAfter(last: RawSample, first: RawSample): { elapsedMs: number; sequence: number } {
  const gapMs = 4 * Math.max(last.intervalMs, first.intervalMs)
  const pauseMs = Math.max(gapMs, first.takenAtEpochMs - last.takenAtEpochMs)
  return {
    elapsedMs: last.elapsedMs + pauseMs - first.elapsedMs,
    sequence: last.sequence + 1 - first.sequence,
  }
}
