import type { Fault, SamplesLost } from '../../core/fault.ts'
import type { RawSample } from '../../model/sample.ts'
import type { LastSample } from './time-line.ts'

/** What of a log could not be read, and to whom it has still to be said. A plain value, as the time line is. */
export interface Losses {
  /** Damage behind the last sample; it is one loss however often reading fails before the next. */
  readonly pending: { readonly file: string; readonly because: string; readonly fault: Fault } | undefined
  /** All of it together. */
  readonly found: SamplesLost | undefined
  /** The host whose samples say it, and until when. */
  readonly speaking: { readonly host: string; readonly untilMs: number } | undefined
}

export const NO_LOSSES: Losses = { pending: undefined, found: undefined, speaking: undefined }

/** Of a part that no machine has: the log itself is what is wrong. */
export const DAMAGE_PART = 'recording/damage'

// so long a viewer can read it
const SPOKEN_MS = 60_000

/** The next sample, which says what was lost before it, and no more a minute later. */
export function speakOfLosses(
  losses: Losses,
  last: LastSample | undefined,
  sample: RawSample,
): { losses: Losses; sample: RawSample } {
  const { pending, found, speaking } = losses
  if (pending !== undefined) {
    const fault = lostBetween(pending, last, sample)
    return {
      losses: {
        pending: undefined,
        found: found === undefined ? fault : together(found, fault),
        speaking: { host: sample.host, untilMs: sample.elapsedMs + SPOKEN_MS },
      },
      sample: { ...sample, parts: new Map(sample.parts).set(DAMAGE_PART, { kind: 'fault', fault }) },
    }
  }
  if (speaking?.host !== sample.host || sample.elapsedMs < speaking.untilMs) return { losses, sample }
  const parts = new Map(sample.parts).set(DAMAGE_PART, { kind: 'text', text: '' })
  return { losses: { ...losses, speaking: undefined }, sample: { ...sample, parts } }
}

/** Why a log ended before its end, when nothing follows. */
export function endOf({ pending, found }: Losses, last: LastSample | undefined): Fault | undefined {
  if (pending === undefined || last === undefined) return pending?.fault ?? found
  if (found !== undefined) return { ...found, places: found.places + 1, samples: null }
  return { kind: 'torn-tail', file: pending.file, because: pending.because }
}

function lostBetween(
  { file, because }: { readonly file: string; readonly because: string },
  last: LastSample | undefined,
  next: RawSample,
): SamplesLost {
  const missing = last?.host === next.host ? next.sequence - last.sequence - 1 : -1
  return {
    kind: 'samples-lost',
    file,
    because,
    places: 1,
    samples: missing >= 0 ? missing : null,
    fromEpochMs: last?.takenAtEpochMs ?? null,
    toEpochMs: next.takenAtEpochMs,
  }
}

function together(first: SamplesLost, next: SamplesLost): SamplesLost {
  const samples = first.samples === null || next.samples === null ? null : first.samples + next.samples
  return { ...first, places: first.places + 1, samples }
}
