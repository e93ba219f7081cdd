import { glyph } from './glyphs.ts'

/** How time lies on the columns of a plot. */
export interface TimeScale {
  readonly fromMs: number
  readonly nowMs: number
  /** Two dots make a column. */
  readonly dotMs: number
  /** Columns up to and with the present one; those behind it are the future. */
  readonly pastColumns: number
  /** Two dots of the future, which may lie closer together than the past. */
  readonly aheadDotMs: number
}

// Steps that divide the distances between marks, so that these stand on whole columns; close enough to each other that
// what is asked for fills most of the plot.
const COLUMN_SECONDS = [
  0.5, 1, 1.5, 2, 2.5, 3, 4, 5, 6, 7.5, 10, 12, 15, 20, 25, 30, 40, 50, 60, 75, 80, 100, 120, 150, 200, 240, 300, 360, 400, 450,
  600, 720, 900, 1200, 1440, 1800, 2400, 2700, 3600,
] // prettier-ignore
const TICK_SECONDS = [10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 21_600, 43_200]
const TICK_COLUMNS = 12

/** What a chart is to show of time. */
export interface TimeSpan {
  /** How far back; `auto`: all that has been seen, up to ten minutes, five on narrow plots. */
  readonly minutes: number | 'auto'
  /** How long there has been something to show; undefined where there is nothing. */
  readonly seenMs: number | undefined
  /** How far the forecast reaches; undefined where there is none. */
  readonly aheadMs: number | undefined
  /** Share of the plot that belongs to the forecast, and whether the scale follows it. */
  readonly ahead: 'glimpse' | 'whole'
}

/**
 * The past, and with a forecast a quarter of the plot ahead in the same scale, or half of it in a scale of its own that
 * holds all of the forecast up to an hour. The plot moves by whole columns, when the present one is full: between that
 * nothing but the newest column changes.
 */
export function timeScale(nowMs: number, columns: number, span: TimeSpan): TimeScale {
  const share = span.aheadMs === undefined ? 1 : span.ahead === 'glimpse' ? 3 / 4 : 1 / 2
  const pastColumns = Math.ceil(columns * share)
  const backSeconds = 60 * (span.minutes === 'auto' ? autoMinutes(span.seenMs, columns) : span.minutes)
  const columnMs = columnMsFor(backSeconds, pastColumns)
  const aheadSeconds = Math.min(3600, 1.2 * ((span.aheadMs ?? 0) / 1000))
  const aheadMs = span.ahead === 'whole' ? columnMsFor(aheadSeconds, columns - pastColumns) : columnMs
  const fromMs = (Math.floor(nowMs / columnMs) - pastColumns + 1) * columnMs
  return { fromMs, nowMs, dotMs: columnMs / 2, pastColumns, aheadDotMs: aheadMs / 2 }
}

// The first minutes fill the plot, in a scale that changes three times.
function autoMinutes(seenMs = Infinity, columns: number): number {
  const most = columns >= 40 ? 10 : 5
  return [1, 2, 5].find((minutes) => minutes < most && seenMs <= minutes * 60_000) ?? most
}

function columnMsFor(seconds: number, columns: number): number {
  return 1000 * (COLUMN_SECONDS.find((step) => step * columns >= seconds) ?? 3600)
}

/** `─ −10 min ───── −5 min ───── now ─── +5 min`: the marks of time along the lower edge. */
export function timeAxis(scale: TimeScale, columns: number): string {
  const axis = new Array<string>(columns).fill(glyph('horizontal'))
  const columnSeconds = (scale.dotMs * 2) / 1000
  const step = TICK_SECONDS.find((seconds) => seconds / columnSeconds >= TICK_COLUMNS) ?? 43_200
  write(axis, scale.pastColumns - 3, 'now')
  for (let seconds = step; seconds / columnSeconds < scale.pastColumns; seconds += step) {
    write(
      axis,
      Math.max(1, Math.round(scale.pastColumns - 1 - seconds / columnSeconds)),
      `${glyph('minus')}${timeName(seconds)}`,
    )
  }
  const ahead = `+${spanName(((columns - scale.pastColumns) * scale.aheadDotMs * 2) / 1000)}`
  if (scale.pastColumns < columns) write(axis, columns - ahead.length, ahead)
  return axis.join('')
}

// Exact: no two marks of an axis have one name.
function timeName(seconds: number): string {
  if (seconds < 60 || seconds % 30 !== 0) return `${seconds.toFixed(0)} s`
  return seconds < 3600 || seconds % 1800 !== 0 ? `${seconds / 60} min` : `${seconds / 3600} h`
}

function spanName(seconds: number): string {
  if (seconds < 60) return timeName(Math.floor(seconds))
  return seconds < 3600
    ? timeName(60 * Math.floor(seconds / 60))
    : `${Number((Math.floor(seconds / 360) / 10).toFixed(1))} h`
}

// A mark is written where its place and one column on either side are free, or not at all.
function write(axis: string[], at: number, text: string): void {
  const end = at + text.length
  const free = axis
    .slice(Math.max(0, at - 1), end + 1)
    .every((character) => character === glyph('horizontal'))
  if (at < 0 || end > axis.length || !free) return
  // apart from the line, which looks like the sign before it
  const around = ` ${text} `
  for (let i = Math.max(0, at - 1); i <= Math.min(end, axis.length - 1); i++)
    axis[i] = around[i - at + 1] ?? ''
}
