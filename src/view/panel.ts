import type { Frame } from '../model/frame.ts'
import type { SessionState } from '../model/session.ts'
import type { History } from './history.ts'
import type { Tone } from './theme.ts'
import type { UiState } from './ui-state.ts'

/** What every panel is drawn from: the newest frame, the past for charts, how it is being watched, and the user's choices. */
export interface Scene {
  readonly frame: Frame
  readonly history: History
  readonly session: SessionState
  readonly ui: UiState
}

/** Inner size, borders not counted. */
export interface Size {
  readonly columns: number
  readonly rows: number
}

/** Pure: the same scene and size give the same picture. No line is wider, and no picture higher, than `size`. */
export interface Panel {
  readonly id: string
  /** Stands in the border, left and right; both printable. */
  title(scene: Scene): PanelTitle
  view(scene: Scene, size: Size): PanelView
}

export interface PanelTitle {
  readonly left: string
  readonly right: readonly Span[]
}

/** Text of one tone. The text is free of control characters; the toolkit never reads tags in it. */
export interface Span {
  readonly text: string
  readonly tone?: Tone
  /** Drawn in reverse: the selected row. */
  readonly inverse?: boolean
}

export type Line = readonly Span[]

export type PanelView =
  | { readonly kind: 'lines'; readonly lines: readonly Line[] }
  | { readonly kind: 'chart'; readonly chart: Chart }

/** Curves against time. x is milliseconds of `elapsedMs`; y is in the unit named. */
export interface Chart {
  readonly unit: 'gib' | 'percent'
  readonly fromMs: number
  readonly nowMs: number
  readonly toMs: number
  readonly yMax: number
  readonly curves: readonly Curve[]
  /** Horizontal lines: the device limit, the predicted ceiling. */
  readonly marks: readonly { readonly name: string; readonly at: number; readonly tone: Tone }[]
}

export interface Curve {
  readonly name: string
  readonly tone: Tone
  /** A dashed curve is a forecast. */
  readonly dashed: boolean
  readonly points: readonly (ChartPoint | 'gap')[]
}

export interface ChartPoint {
  readonly atMs: number
  readonly value: number
}
