import { describe, expect, test } from 'vitest'
import {
  bucketMaxima,
  EMPTY_WINDOW,
  extend,
  pointsOf,
  spanMs,
  type Points,
  type Window,
  type WindowPoint,
} from '../../src/analyse/window.ts'
import { minutes } from '../../src/core/units.ts'

const WINDOW_MS = minutes(10)

function windowOf(points: readonly WindowPoint[]): Window {
  return points.reduce((window, point) => extend(window, point, WINDOW_MS), EMPTY_WINDOW)
}

function every(stepMs: number, forMs: number, value: (ms: number) => number): Points {
  const count = Math.floor(forMs / stepMs) + 1
  return pointsOf(
    windowOf(Array.from({ length: count }, (_, i) => ({ atMs: i * stepMs, value: value(i * stepMs) }))),
  )
}

describe('a window', () => {
  test('spans what it has seen, and at most its length', () => {
    expect([[], every(2000, 0, () => 1), every(2000, 60_000, () => 1)].map(spanMs)).toEqual([0, 0, 58_000])
    expect(spanMs(every(4000, minutes(30), () => 1))).toBe(WINDOW_MS)
    // a point that comes after everything is too old stands alone
    const late = [...every(2000, 60_000, () => 1), { atMs: minutes(60), value: 5 }]
    expect(pointsOf(windowOf(late))).toEqual([{ atMs: minutes(60), value: 5 }])
  })

  test.each([1, 100, 500, 2000, 10_000])('holds at most 151 points at one every %d ms', (stepMs) => {
    expect(every(stepMs, minutes(11), (ms) => ms).length).toBeLessThanOrEqual(151)
  })

  test('keeps the maximum of points that share a cell, because maxima are what a limit meets', () => {
    const peak = windowOf([
      { atMs: 0, value: 5 },
      { atMs: 500, value: 9 },
      { atMs: 1000, value: 2 },
    ])
    expect(pointsOf(peak)).toEqual([{ atMs: 1000, value: 9 }])
  })

  test('takes no point that is not newer than the last', () => {
    const window = windowOf(every(2000, 4000, () => 1))
    expect(extend(window, { atMs: 4000, value: 7 }, WINDOW_MS)).toBe(window)
    expect(extend(window, { atMs: 3000, value: 7 }, WINDOW_MS)).toBe(window)
  })
})

describe('the maxima of equal stretches', () => {
  test('stand in the order of time, each where it was reached', () => {
    const sawtooth = every(4000, 36_000, (ms) => (ms === 8000 || ms === 24_000 ? 100 : ms / 1000))
    expect(bucketMaxima(sawtooth, 2)).toEqual([
      { atMs: 8000, value: 100 },
      { atMs: 24_000, value: 100 },
    ])
  })

  test('leave out stretches without a point', () => {
    const hole = [0, 2000, 18_000, 20_000].map((atMs) => ({ atMs, value: atMs }))
    expect(bucketMaxima(hole, 5).map(({ atMs }) => atMs)).toEqual([2000, 20_000])
    expect(bucketMaxima([], 5)).toEqual([])
  })
})
