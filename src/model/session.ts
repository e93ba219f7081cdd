import type { Fault } from '../core/fault.ts'
import type { RiskLevel } from './risk.ts'

/** How the run is being watched, for the badges and the scrub bar of the screen. */
export type SessionState =
  | {
      readonly kind: 'live'
      readonly intervalMs: number
      /** How far the picture lies behind the newest sample: 0 unless the viewer looks back. */
      readonly behindMs: number
      readonly recording: RecordingState | undefined
    }
  | {
      readonly kind: 'replay'
      /** `Infinity` is as fast as it goes. */
      readonly speed: number
      readonly paused: boolean
      readonly ended: boolean
      readonly loop: boolean
      /** Share of the file that has been played, 0–1. */
      readonly progressRatio: number
      /** The bundled demo: labelled DEMO wherever it is shown. */
      readonly demo: boolean
      readonly timeline: Timeline
    }

/** A live session at its newest sample, with nothing being recorded. */
export function liveState(intervalMs: number): SessionState {
  return { kind: 'live', intervalMs, behindMs: 0, recording: undefined }
}

/** A recording being written. */
export interface RecordingState {
  readonly file: string
  readonly sizeBytes: number
  /** Why nothing is written just now (a full disk); samples are lost meanwhile. */
  readonly fault: Fault | undefined
}

/** What is known of a log as a whole, while and after it is looked through in the background. */
export interface Timeline {
  /** Share of the log that has been looked through, 0–1: what lies beyond has no ticks yet. */
  readonly readRatio: number
  /**
   * False while the picture was begun near its moment instead of at the beginning: what is judged over time is not ready.
   * It becomes exact by itself when the log has been looked through so far.
   */
  readonly exact: boolean
  /** From the first sample; gaps count. */
  readonly positionMs: number
  readonly durationMs: number
  readonly ticks: readonly TimelineTick[]
  readonly notice: TimelineNotice | undefined
}

export const NO_TIMELINE: Timeline = {
  readRatio: 0,
  exact: true,
  positionMs: 0,
  durationMs: 0,
  ticks: [],
  notice: undefined,
}

/** Why a live session does not go where it was told to. */
export type Unmoved =
  /** Nothing older is kept. */
  | { readonly kind: 'beginning' }
  /** Of many hosts no past is kept at all. */
  | { readonly kind: 'no-past' }
  | { readonly kind: 'no-warning'; readonly direction: 1 | -1 }
  | { readonly kind: 'no-such-time' }

/** What a viewer should be told of moving in time. */
export type TimelineNotice =
  /** A hole in the log was not sat through. */
  | { readonly kind: 'gap-skipped'; readonly ms: number }
  /** The next warning is not known yet: the log is being looked through for it. */
  | { readonly kind: 'searching' }
  | { readonly kind: 'no-warning'; readonly direction: 1 | -1 }
  /** The log has no such time of day. */
  | { readonly kind: 'no-such-time' }

/** A place on the scrub bar. */
export interface TimelineTick {
  readonly atMs: number
  readonly kind: RiskLevel | 'outcome' | 'gap'
  /** Of a gap, which ends at `atMs`. */
  readonly lengthMs?: number
}

/** What a viewer may ask of a source; a live session answers the seeking ones by looking back. */
export type SourceCommand =
  | { readonly kind: 'interval'; readonly intervalMs: number }
  | { readonly kind: 'pause' }
  | { readonly kind: 'resume' }
  /** One sample forward or back; pauses. */
  | { readonly kind: 'step'; readonly direction: 1 | -1 }
  | { readonly kind: 'speed'; readonly factor: number }
  | { readonly kind: 'seek-by'; readonly ms: number }
  | { readonly kind: 'seek-to'; readonly place: SeekPlace }
  /** The next or previous moment at which a warning was raised. */
  | { readonly kind: 'seek-warning'; readonly direction: 1 | -1 }
  | { readonly kind: 'loop' }
  /** Begins or ends a recording of a live session, in a file of the source's choice. */
  | { readonly kind: 'record' }

export type SeekPlace =
  | { readonly kind: 'start' }
  | { readonly kind: 'end' }
  /** Of the whole length, 0–1. */
  | { readonly kind: 'ratio'; readonly ratio: number }
  /** Since the first sample. */
  | { readonly kind: 'offset'; readonly ms: number }
  | { readonly kind: 'epoch'; readonly epochMs: number }
  /** A time of day on the screen's clock, the first one after the present place, around the end. */
  | { readonly kind: 'time-of-day'; readonly secondsOfDay: number; readonly timeZoneOffsetMinutes: number }
