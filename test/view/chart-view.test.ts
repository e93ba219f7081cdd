import { expect, test } from 'vitest'
import { chartLabels } from '../../src/view/chart-labels.ts'
import { roundUp, rowOf } from '../../src/view/chart-subject.ts'
import type { ChartSubject, SubjectCurve } from '../../src/view/chart-subject.ts'
import { timeAxis, timeScale } from '../../src/view/chart-time.ts'
import { chartView } from '../../src/view/chart-view.ts'
import type { PanelView } from '../../src/view/panel.ts'
import { append, EMPTY_TRACK } from '../../src/view/track.ts'
import type { Entry } from '../../src/view/track.ts'

function curve(
  name: string,
  entries: readonly Entry[],
  latest: number,
  changes: Partial<SubjectCurve> = {},
): SubjectCurve {
  const track = entries.reduce(append, EMPTY_TRACK)
  return {
    name,
    tone: 'curve0',
    track,
    latest: { value: latest, text: latest.toFixed(0) },
    forecast: undefined,
    ...changes,
  }
}

function subject(curves: readonly SubjectCurve[]): ChartSubject {
  return {
    yMax: 80,
    tick: (value) => value.toFixed(0),
    curves,
    marks: [{ name: 'limit', value: 79, tone: 'limit' }],
  }
}

function text(view: PanelView): readonly string[] {
  return view.lines.map((line) => line.map((span) => span.text).join(''))
}

const SIZE = { columns: 40, rows: 8 }

test('axes and labels stand around the plot, each label at the height of its curve', () => {
  const view = chartView(subject([curve('GPU 0', [], 71), curve('GPU 1', [], 20)]), 600_000, SIZE, 'auto')
  expect(text(view)).toEqual([
    '  80┤                         limit     ',
    '    │                         GPU 0 71  ',
    '    │                                   ',
    '  40┤                                   ',
    '    │                                   ',
    '    │                         GPU 1 20  ',
    '    │                                   ',
    '   0└── −5 min ────────── now           ',
  ])
})

test('a gap stays a gap, and what has not been seen is not drawn', () => {
  const entries: readonly Entry[] = [
    { atMs: 540_000, value: 40 },
    { atMs: 560_000, value: 40 },
    'gap',
    { atMs: 590_000, value: 40 },
    { atMs: 600_000, value: 40 },
  ]
  const view = chartView(subject([curve('GPU 0', entries, 40)]), 600_000, SIZE, 'auto')
  const columns = view.kind === 'chart' ? (view.chart.curves[0]?.columns ?? []) : []
  const drawn = columns.map((range) => (range === undefined ? ' ' : '#')).join('')
  expect(drawn.trim()).toMatch(/^#+ +#+$/)
  expect(columns.find((range) => range !== undefined)).toEqual({ low: 0.5, high: 0.5 })
})

test('a forecast is a dashed curve from now on, between the dotted ends of its range', () => {
  const growing = curve('GPU 0', [{ atMs: 600_000, value: 40 }], 40, {
    forecast: { value: 79, atMs: 690_000, earliestMs: 610_000, latestMs: 780_000 },
  })
  const view = chartView(subject([growing]), 600_000, SIZE, 'auto')
  const curves = view.kind === 'chart' ? view.chart.curves : []
  expect(curves.map(({ stroke }) => stroke)).toEqual(['dotted', 'dotted', 'dashed', 'solid'])
  const dashed = curves.find(({ stroke }) => stroke === 'dashed')
  expect(dashed?.columns.filter((range) => range !== undefined).length).toBeGreaterThan(3)
})

test('between two steps of the axis only the newest column changes', () => {
  const entries = Array.from({ length: 300 }, (_, i) => ({
    atMs: i * 2000,
    value: 40 + 10 * Math.sin(i / 7),
  }))
  const at = (count: number) => {
    const seen = entries.slice(0, count)
    const view = chartView(
      subject([curve('GPU 0', seen, 40)]),
      seen.at(-1)?.atMs ?? 0,
      {
        columns: 70,
        rows: 10,
      },
      'auto',
    )
    return view.kind === 'chart' ? (view.chart.curves[0]?.columns ?? []) : []
  }
  const before = at(296)
  const after = at(297)
  const changed = after.flatMap((range, i) =>
    JSON.stringify(range) === JSON.stringify(before[i]) ? [] : [i],
  )
  expect(changed.length).toBeLessThanOrEqual(2)
  expect(changed.every((i) => i >= after.length - 2)).toBe(true)
})

test('too small for a plot, it is numbers', () => {
  expect(text(chartView(subject([curve('GPU 0', [], 71)]), 0, { columns: 12, rows: 3 }, 'auto'))).toEqual([
    'GPU 0 71',
  ])
})

test('labels that want the same row keep their order of heights', () => {
  const curves = [10, 11, 12].map((value, i) => curve(`GPU ${i}`, [], value))
  const labels = text(chartView(subject(curves), 0, SIZE, 'auto')).map((row) => row.slice(29).trim())
  expect(labels.filter((label) => label.startsWith('GPU'))).toEqual(['GPU 2 12', 'GPU 1 11', 'GPU 0 10'])
})

test('where labels are too many the limit goes first, then ceilings, then the lowest curves', () => {
  const [a, b, c] = [curve('GPU 0', [], 71), curve('GPU 1', [], 60), curve('GPU 2', [], 20)]
  const marks = [
    { name: 'limit', value: 79, tone: 'limit' },
    { name: 'ceil. 75', value: 75, tone: 'ceiling' },
  ] as const
  const labelsIn = (rows: number) => [...chartLabels({ ...subject([c, a, b]), marks }, rows).values()]
  const names = (rows: number) => labelsIn(rows).map((label) => label.text)
  expect(names(5)).toEqual(['limit', 'ceil. 75', 'GPU 0 71', 'GPU 1 60', 'GPU 2 20'])
  expect(names(4)).toEqual(['ceil. 75', 'GPU 0 71', 'GPU 1 60', 'GPU 2 20'])
  expect(names(3)).toEqual(['GPU 0 71', 'GPU 1 60', 'GPU 2 20'])
  expect(names(2)).toEqual(['GPU 0 71', 'GPU 1 60'])
})

test.each([
  [79.2, 80],
  [23.5, 24],
  [140.8, 144],
  [251, 256],
  [0.9, 0.9375],
  [0, 1],
])('the axis for %d ends at %d', (value, end) => {
  expect(roundUp(value)).toBe(end)
})

test('a ratio outside the axis stands at its edge', () => {
  expect([rowOf(2, 5), rowOf(1, 5), rowOf(0.5, 5), rowOf(0, 5), rowOf(-1, 5)]).toEqual([0, 0, 2, 4, 4])
})

test('the marks of time stand on whole times, apart from each other and from the line, from a minute to a day', () => {
  for (let columns = 10; columns < 200; columns++) {
    const minutes = (['auto', 1, 60, 1440] as const)[columns % 4] ?? 'auto'
    const aheadMs = columns % 2 === 0 ? 1_560_000 : undefined
    const axis = timeAxis(
      timeScale(600_000, columns, {
        minutes,
        seenMs: undefined,
        aheadMs,
        ahead: columns % 3 === 0 ? 'whole' : 'glimpse',
      }),
      columns,
    )
    expect(axis).toHaveLength(columns)
    expect(axis).toMatch(/^([─ ]|(?<=^| )(now|[−+][\d.]+ (s|min|h))(?=$| ))+$/u)
  }
})

test.each([
  [1, 60],
  [10, 600],
  [360, 21_600],
  [1440, 86_400],
])('looking back %i min, the past of the plot holds at least %i s', (minutes, seconds) => {
  const scale = timeScale(1e9, 60, { minutes, seenMs: 1e9, aheadMs: undefined, ahead: 'glimpse' })
  const pastSeconds = (scale.pastColumns * scale.dotMs * 2) / 1000
  expect(pastSeconds).toBeGreaterThanOrEqual(seconds)
  expect(pastSeconds).toBeLessThan(2.5 * seconds)
})

test('what is asked for fills two thirds of the past and more, and marks stand on whole columns', () => {
  for (const minutes of [5, 10, 30, 60, 360, 1440])
    for (let columns = 40; columns <= 250; columns++) {
      const scale = timeScale(1e9, columns, { minutes, seenMs: 1e9, aheadMs: undefined, ahead: 'glimpse' })
      expect((minutes * 60_000) / (columns * scale.dotMs * 2)).toBeGreaterThan(0.66)
      const marks = [...timeAxis(scale, columns).matchAll(/−([\d.]+) (s|min|h)/g)]
      const places = marks.map(([, count, unit]) => (Number(count) * secondsOf(unit)) / (scale.dotMs / 500))
      expect(places.filter((place) => !Number.isInteger(place))).toEqual([])
    }
})

function secondsOf(unit: string | undefined): number {
  if (unit === 'h') return 3600
  return unit === 'min' ? 60 : 1
}

test('where the forecast matters most, all of it up to an hour is in the plot, and the past stays as it was', () => {
  const scale = timeScale(1e9, 100, { minutes: 10, seenMs: 1e9, aheadMs: 2_000_000, ahead: 'whole' })
  expect(scale.pastColumns).toBe(50)
  expect((100 - scale.pastColumns) * scale.aheadDotMs * 2).toBeGreaterThan(2_000_000)
  expect(scale.pastColumns * scale.dotMs * 2).toBe(600_000)
})

test.each([
  [20_000, 60],
  [90_000, 120],
  [200_000, 300],
  [400_000, 600],
  [undefined, 600],
])('with %j ms seen, the plot begins %i s ago: the first minutes fill it', (seenMs, seconds) => {
  const scale = timeScale(1e9, 60, { minutes: 'auto', seenMs, aheadMs: undefined, ahead: 'glimpse' })
  expect((scale.pastColumns * scale.dotMs * 2) / 1000).toBe(seconds)
})

test('charts that stand side by side have one axis of time', () => {
  const flat = subject([curve('GPU 0', [{ atMs: 590_000, value: 40 }], 40)])
  const axisOf = (view: ChartSubject) =>
    text(chartView(view, 600_000, { columns: 80, rows: 8 }, 'auto')).at(-1)
  expect(axisOf(flat)).not.toContain('+')
  // beside it stands one with ten minutes of the past, and a forecast
  const beside = axisOf({ ...flat, beside: { seenMs: 600_000, aheadMs: 0, labelColumns: 0 } })
  expect(beside).toMatch(/now ─+ \+\d/)
  expect(beside).not.toContain('−30 s')
})
