import type { SessionState } from '../model/session.ts'
import type { KeyAction } from './key-action.ts'
import type { GpuVital } from './gpu-metric.ts'
import type { Seen } from './seen.ts'
import type { Tone } from './theme.ts'
import type { DotRange } from './track.ts'
import type { UiState } from './ui-state.ts'

/** What every panel is drawn from: what was seen, how it is being watched, and the user's choices. */
export interface Scene extends Seen {
  /** Every host with what was seen of it, the one of `frame` among them; in the order in which they answered first. */
  readonly hosts: readonly Seen[]
  readonly session: SessionState
  readonly ui: UiState
}

/** Inner size, borders not counted. */
export interface Size {
  readonly columns: number
  readonly rows: number
}

/** What a panel may fill, and what shares its row. */
export interface Room extends Size {
  /** The panels of its row, itself among them, and the columns that the narrowest of them has: alike they differ by one. */
  readonly shared?: { readonly panels: readonly PanelId[]; readonly columns: number }
}

/** Counted from the top left corner, which is 0, 0. */
export interface Rect extends Size {
  readonly left: number
  readonly top: number
}

/** Pure: the same scene and size give the same picture. No line is wider, and no picture higher, than `size`. */
export interface Panel {
  readonly id: PanelId
  /** Stands in the border, left and right; both printable. */
  title(scene: Scene): PanelTitle
  view(scene: Scene, size: Room): PanelView
}

export type PanelId =
  | 'cgroups'
  | 'chart-gpu'
  | 'chart-fleet-host'
  | 'chart-warning'
  | 'chart-workload'
  | 'command'
  | 'fleet'
  | 'fleet-host'
  | 'fleet-risks'
  | 'gaps'
  | 'gpu-facts'
  | 'gpu-list'
  | 'gpu-processes'
  | 'header'
  | 'host-facts'
  | 'host-processes'
  | 'instances'
  | 'risk'
  | 'settings'
  | 'sheet'
  | 'slots'
  | 'sum'
  | 'warning-list'
  | 'faults'
  | 'gpus'
  | 'host-signs'
  | 'chart-memory'
  | 'chart-kv'
  | 'chart-host'
  | `chart-${GpuVital}`
  | 'host'
  | 'processes'
  | 'scrub'
  | 'warnings'
  | 'keys'
  | 'help'
  | 'one-line'

export interface PanelTitle {
  readonly left: Line
  readonly right: Line
}

/** Text of one tone. The text is free of control characters; the toolkit never reads tags in it. */
export interface Span {
  readonly text: string
  readonly tone?: Tone
  /** Part of the row under the cursor. */
  readonly selected?: boolean
  /** What a click on it does; of a span without text: on all of the line behind it. Absent: what that place does. */
  readonly does?: Click
}

/** What a click does: this, or what a key does. */
export type Click = KeyAction | { readonly kind: 'press'; readonly key: string }

export type Line = readonly Span[]

/** Lines of text; a chart adds curves, which the toolkit draws over the blank `plot` that the lines leave. */
export type PanelView =
  | { readonly kind: 'lines'; readonly lines: readonly Line[] }
  | { readonly kind: 'chart'; readonly lines: readonly Line[]; readonly plot: Rect; readonly chart: Chart }

/**
 * Curves on a grid of dots, two dots to a column and four to a row of the plot. The x axis is a dot's place in `columns`;
 * y runs from 0 at the bottom to 1 at the top.
 */
export interface Chart {
  readonly curves: readonly Curve[]
  /** Horizontal lines across the plot: the device limit, the predicted ceiling. */
  readonly marks: readonly { readonly at: number; readonly tone: Tone }[]
}

export interface Curve {
  readonly tone: Tone
  /** A few letters of its label, written on it where no colour tells curves apart. */
  readonly sign?: string
  /** A dashed curve is a forecast, dotted ones are the ends of its range. */
  readonly stroke: 'solid' | 'dashed' | 'dotted'
  /** For each column of dots the lowest and highest value there; undefined where nothing was seen: a gap stays a gap. */
  readonly columns: readonly (DotRange | undefined)[]
}
