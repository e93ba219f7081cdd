import type { Tone } from './theme.ts'
import type { Track } from './track.ts'

/** A chart in the terms of its subject; `chartView` lays it on dots. */
export interface ChartSubject {
  /** The top of the y axis, in the unit of the tracks. */
  readonly yMax: number
  readonly tick: (value: number) => string
  readonly curves: readonly SubjectCurve[]
  readonly marks: readonly { readonly name: string; readonly value: number; readonly tone: Tone }[]
}

export interface SubjectCurve {
  readonly name: string
  readonly tone: Tone
  readonly track: Track
  /** Its newest value in words, for the label at its end. */
  readonly latest: { readonly value: number; readonly text: string } | undefined
  /** Where it is going if it goes on so. */
  readonly forecast: { readonly value: number; readonly atMs: number } | undefined
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
