import { expect, test } from 'vitest'
import { append, chunksSince, dotRanges, EMPTY_TRACK, newestPoint } from '../../src/view/track.ts'
import type { Entry, Track } from '../../src/view/track.ts'

function trackOf(entries: readonly Entry[]): Track {
  return entries.reduce(append, EMPTY_TRACK)
}

function points(count: number, value: (i: number) => number): readonly Entry[] {
  return Array.from({ length: count }, (_, i) => ({ atMs: i * 1000, value: value(i) }))
}

test('the newest thousand points stay exact', () => {
  const entries = points(5000, (i) => Math.sin(i) * 100)
  const kept = chunksSince(trackOf(entries), 4_000_000).flat()
  expect(kept.slice(-1000)).toEqual(entries.slice(-1000))
})

test('a day at one a second stays in bounded memory, and its extremes survive', () => {
  const spike = 12_345
  const kept = chunksSince(
    trackOf(points(86_400, (i) => (i === spike ? 99 : i === 40_000 ? -99 : i % 7))),
    0,
  ).flat()
  expect(kept.length).toBeLessThan(4400)
  expect(kept).toContainEqual({ atMs: spike * 1000, value: 99 })
  expect(kept).toContainEqual({ atMs: 40_000_000, value: -99 })
  const first = kept.find((entry) => entry !== 'gap')
  expect(first?.atMs).toBeLessThan(600_000)
})

test('a gap stays a gap through all levels', () => {
  const entries = points(20_000, () => 5).flatMap((entry, i) =>
    i === 10_000 ? (['gap', entry] as const) : [entry],
  )
  const kept = chunksSince(trackOf(entries), 0).flat()
  expect(kept.filter((entry) => entry === 'gap')).toHaveLength(1)
})

test('gaps do not pile up', () => {
  const track = trackOf(['gap', 'gap', { atMs: 0, value: 1 }, 'gap', 'gap', 'gap'])
  expect(chunksSince(track, 0).flat()).toEqual([{ atMs: 0, value: 1 }, 'gap'])
  expect(newestPoint(track)).toEqual({ atMs: 0, value: 1 })
})

test('columns without a sample are filled along the line between their neighbours', () => {
  const chunks = [
    [
      { atMs: 0, value: 0 },
      { atMs: 4000, value: 4 },
    ],
  ]
  expect(dotRanges(chunks, 0, 1000, 5)).toEqual([
    { low: 0, high: 1 },
    { low: 1, high: 2 },
    { low: 2, high: 3 },
    { low: 3, high: 4 },
    { low: 4, high: 4 },
  ])
})

test('nothing is drawn across a gap, before the first point or after the last', () => {
  const chunks = [
    [
      { atMs: 1000, value: 1 },
      { atMs: 2000, value: 1 },
    ],
    ['gap', { atMs: 5000, value: 2 }],
  ] as const
  expect(dotRanges(chunks, 0, 1000, 7)).toEqual([
    undefined,
    { low: 1, high: 1 },
    { low: 1, high: 1 },
    undefined,
    undefined,
    { low: 2, high: 2 },
    undefined,
  ])
})

test('a column with many samples shows its lowest and its highest', () => {
  const chunks = [[3, 9, 1, 4].map((value, i) => ({ atMs: i * 100, value }))]
  expect(dotRanges(chunks, 0, 1000, 1)).toEqual([{ low: 1, high: 9 }])
})

test('a curve enters the window along the line from its last point before it', () => {
  const chunks = [
    [
      { atMs: 0, value: 0 },
      { atMs: 2000, value: 20 },
    ],
  ]
  expect(dotRanges(chunks, 1000, 1000, 2)).toEqual([
    { low: 10, high: 20 },
    { low: 20, high: 20 },
  ])
})
