import type { Tone } from './theme.ts'
import type { Track } from './track.ts'

/** A chart in the terms of its subject; `chartView` lays it on dots. */
export interface ChartSubject {
  /** The top of the y axis, in the unit of the tracks. */
  readonly yMax: number
  /** Set where no limit is known: the axis reaches what is highest in the plot, a round number of these. */
  readonly growsBy?: number
  readonly tick: (value: number) => string
  readonly curves: readonly SubjectCurve[]
  readonly marks: readonly { readonly name: string; readonly value: number; readonly tone: Tone }[]
  /** What the charts beside it show of time, and how wide the longest of their labels is: all of them have one axis. */
  readonly beside?: {
    readonly seenMs: number | undefined
    readonly aheadMs: number | undefined
    readonly labelColumns: number
  }
  /** How much of the plot belongs to the forecast. */
  readonly ahead?: 'glimpse' | 'whole'
}

export interface SubjectCurve {
  readonly name: string
  /** The part of its name that no other curve has, short; absent where it is the only one. */
  readonly sign?: string
  readonly tone: Tone
  readonly track: Track
  /** What of the track's unit reaches the top of the axis, where the track has a unit of its own. */
  readonly top?: number
  /** Its newest value in words, for the label at its end. */
  readonly latest: { readonly value: number; readonly text: string } | undefined
  readonly forecast: Forecast | undefined
}

/** Where a curve is going if it goes on so: when it reaches a value, and the range of that time. */
export interface Forecast {
  readonly value: number
  readonly atMs: number
  readonly earliestMs: number
  /** undefined: no end of the range is known. */
  readonly latestMs: number | undefined
}

/** The row of a plot in which a value lies. */
export function rowOf(ratio: number, rows: number): number {
  const dots = rows * 4
  return Math.floor(Math.round((1 - Math.min(1, Math.max(0, ratio))) * (dots - 1)) / 4)
}

/** A round number at or above `value`: an eighth of the power of two below it is the step. */
export function roundUp(value: number): number {
  if (value <= 0) return 1
  const step = 2 ** Math.floor(Math.log2(value)) / 8
  return Math.ceil(value / step) * step
}
