import { chartLabels, FEW_CURVES } from './chart-labels.ts'
import { roundUp, rowOf } from './chart-subject.ts'
import type { ChartSubject, SubjectCurve } from './chart-subject.ts'
import { timeAxis, timeScale } from './chart-time.ts'
import type { TimeScale } from './chart-time.ts'
import { glyph } from './glyphs.ts'
import { clipLine, span } from './line.ts'
import type { Chart, Curve, Line, PanelView, Room, Size } from './panel.ts'
import { chunksSince, dotRanges, oldestPoint } from './track.ts'
import type { DotRange } from './track.ts'
import { fit } from './width.ts'

const GUTTER_COLUMNS = 5
const VALUE_COLUMNS = ' 70.9 '.length
const LEAST_PLOT: Size = { columns: 10, rows: 3 }

/** Curves with their axes: y labels at the left, names and newest values at the right, time below. */
export function chartView(
  wanted: ChartSubject,
  nowMs: number,
  size: Room,
  minutes: number | 'auto',
): PanelView {
  const plot = { left: GUTTER_COLUMNS, top: 0, columns: plotColumns(wanted, size), rows: size.rows - 1 }
  const labelColumns = size.columns - plot.left - plot.columns
  if (plot.columns < LEAST_PLOT.columns || plot.rows < LEAST_PLOT.rows) return numbersOnly(wanted, size)
  const scale = timeScale(nowMs, plot.columns, {
    minutes,
    seenMs: longest(seenFor(wanted, nowMs), wanted.beside?.seenMs),
    aheadMs: furthest(wanted, nowMs) ?? wanted.beside?.aheadMs,
    ahead: wanted.ahead ?? 'glimpse',
  })
  const dots = plot.columns * 2
  const measured = wanted.curves.map(({ track }) =>
    dotRanges(chunksSince(track, scale.fromMs), scale.fromMs, scale.dotMs, dots),
  )
  const subject = { ...wanted, yMax: topOf(wanted, measured) }
  const labels = chartLabels(subject, plot.rows)
  const rows = Array.from({ length: plot.rows }, (_, y): Line => {
    const label = labels.get(y)
    return [
      ...yAxis(subject, plot.rows, y),
      { text: ' '.repeat(plot.columns) },
      span(fit(label === undefined ? '' : ` ${label.text}`, labelColumns), label?.tone),
    ]
  })
  const zero = span(`${fit(subject.tick(0), GUTTER_COLUMNS - 1, 'right')}${glyph('corner')}`, 'dim')
  const axis: Line = [zero, span(timeAxis(scale, plot.columns), 'dim'), { text: ' '.repeat(labelColumns) }]
  return { kind: 'chart', lines: [...rows, axis], plot, chart: chartOf(subject, measured, scale) }
}

type Ranges = readonly (DotRange | undefined)[]

function topOf({ yMax, growsBy }: ChartSubject, measured: readonly Ranges[]): number {
  if (growsBy === undefined) return yMax
  const highest = measured.flat().reduce((most, range) => Math.max(most, range?.high ?? 0), yMax)
  return roundUp(highest / growsBy) * growsBy
}

function longest(own: number | undefined, beside: number | undefined): number | undefined {
  return own === undefined ? beside : Math.max(own, beside ?? 0)
}

function seenFor({ curves }: ChartSubject, nowMs: number): number | undefined {
  const starts = curves.flatMap(({ track }) => oldestPoint(track)?.atMs ?? [])
  return starts.length === 0 ? undefined : nowMs - Math.min(...starts)
}

function furthest({ curves }: ChartSubject, nowMs: number): number | undefined {
  const ends = curves.flatMap(({ forecast }) =>
    forecast === undefined ? [] : [(forecast.latestMs ?? forecast.atMs) - nowMs],
  )
  return ends.length === 0 ? undefined : Math.max(...ends)
}

// As many in each chart of a row: what one has more goes to its labels.
function plotColumns(subject: ChartSubject, { columns, shared }: Room): number {
  const narrowest = shared?.columns ?? columns
  const labels = Math.max(labelWidth(subject), subject.beside?.labelColumns ?? 0)
  return narrowest - GUTTER_COLUMNS - Math.min(labels, Math.floor(narrowest / 3))
}

/** The columns that names and newest values want. */
export function labelWidth({ curves, marks }: ChartSubject): number {
  return Math.max(
    0,
    ...curves.map(
      (curve) => curve.name.length + VALUE_COLUMNS + (curves.length > FEW_CURVES ? ' +7'.length : 0),
    ),
    ...marks.map((mark) => mark.name.length + 1),
  )
}

function numbersOnly(subject: ChartSubject, size: Size): PanelView {
  const parts = subject.curves.map((curve) => `${curve.name} ${curve.latest?.text ?? glyph('missing')}`)
  const lines = parts.slice(0, size.rows).map((text) => clipLine([span(text)], size.columns))
  return { kind: 'lines', lines }
}

function yAxis(subject: ChartSubject, rows: number, y: number): Line {
  const tick = [1, 0.5].find((ratio) => rowOf(ratio, rows) === y)
  const text = tick === undefined ? '' : subject.tick(subject.yMax * tick)
  return [
    span(fit(text, GUTTER_COLUMNS - 1, 'right') + glyph(tick === undefined ? 'vertical' : 'tick'), 'dim'),
  ]
}

function chartOf(
  { curves, marks, yMax }: ChartSubject,
  measured: readonly Ranges[],
  scale: TimeScale,
): Chart {
  return {
    curves: curves.flatMap((curve, i): readonly Curve[] => {
      const ranges = measured[i] ?? []
      const seen = scaled(ranges, curve.top ?? yMax)
      return [
        ...forecastOf(curve, yMax, scale, ranges.length),
        {
          tone: curve.tone,
          stroke: 'solid',
          columns: seen,
          ...(curve.sign === undefined ? {} : { sign: curve.sign }),
        },
      ]
    }),
    marks: marks.map((mark) => ({ at: mark.value / yMax, tone: mark.tone })),
  }
}

// The likely course dashed, the ends of its range dotted.
function forecastOf(curve: SubjectCurve, yMax: number, scale: TimeScale, dots: number): readonly Curve[] {
  const { forecast, latest, tone } = curve
  if (forecast === undefined || latest === undefined) return []
  const { value, atMs, earliestMs, latestMs = atMs } = forecast
  const from = { atMs: scale.nowMs, value: latest.value }
  const past = new Array<undefined>(Math.min(dots, 2 * scale.pastColumns)).fill(undefined)
  const line = (endMs: number, stroke: Curve['stroke']): Curve => {
    const points = [[from, { atMs: endMs, value }]]
    const ahead = dotRanges(points, scale.nowMs, scale.aheadDotMs, dots - past.length)
    return { tone, stroke, columns: [...past, ...scaled(ahead, yMax)] }
  }
  const ends = [earliestMs, latestMs].filter((endMs) => Math.abs(endMs - atMs) > 4 * scale.aheadDotMs)
  return [...ends.map((endMs) => line(endMs, 'dotted')), line(atMs, 'dashed')]
}

function scaled(ranges: Ranges, yMax: number): Curve['columns'] {
  return ranges.map((range) =>
    range === undefined ? undefined : { low: range.low / yMax, high: range.high / yMax },
  )
}
