import { glyph } from './glyphs.ts'

/** How time lies on the columns of a plot. */
export interface TimeScale {
  readonly fromMs: number
  readonly nowMs: number
  /** Two dots make a column. */
  readonly dotMs: number
  /** Columns up to and with the present one; those behind it are the future. */
  readonly pastColumns: number
}

// Steps that divide five minutes, so that the marks of the axis stand on whole columns.
const COLUMN_SECONDS = [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60, 100, 150, 300]
const TICK_MINUTES = [1, 2, 5, 10, 20]
const TICK_COLUMNS = 12

/**
 * Ten minutes back (five on narrow plots), and with a forecast a quarter of the plot ahead. The plot moves by whole columns, when
 * the present one is full: between that nothing but the newest column changes.
 */
export function timeScale(nowMs: number, columns: number, hasForecast: boolean): TimeScale {
  const pastColumns = hasForecast ? Math.ceil((columns * 3) / 4) : columns
  const targetSeconds = columns >= 40 ? 600 : 300
  const columnSeconds = COLUMN_SECONDS.find((step) => step * pastColumns >= targetSeconds) ?? 300
  const columnMs = columnSeconds * 1000
  const fromMs = (Math.floor(nowMs / columnMs) - pastColumns + 1) * columnMs
  return { fromMs, nowMs, dotMs: columnMs / 2, pastColumns }
}

/** `─10 min──────5 min───────now────+5 min─`: the marks of time along the lower edge. */
export function timeAxis(scale: TimeScale, columns: number): string {
  const axis = new Array<string>(columns).fill(glyph('horizontal'))
  const perMinute = 60_000 / (scale.dotMs * 2)
  const step = TICK_MINUTES.find((minutes) => minutes * perMinute >= TICK_COLUMNS) ?? 20
  write(axis, scale.pastColumns - 3, 'now')
  for (let minutes = step; minutes * perMinute < scale.pastColumns; minutes += step) {
    write(axis, Math.round(scale.pastColumns - 1 - minutes * perMinute), `${glyph('minus')}${minutes} min`)
  }
  const ahead = `+${Math.floor((columns - scale.pastColumns) / perMinute)} min`
  if (scale.pastColumns < columns) write(axis, columns - ahead.length, ahead)
  return axis.join('')
}

// A mark is written where its place and one column on either side are free, or not at all.
function write(axis: string[], at: number, text: string): void {
  const end = at + text.length
  const free = axis
    .slice(Math.max(0, at - 1), end + 1)
    .every((character) => character === glyph('horizontal'))
  if (at < 0 || end > axis.length || !free) return
  for (let i = 0; i < text.length; i++) axis[at + i] = text[i] ?? ''
}
