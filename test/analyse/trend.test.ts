import { describe, expect, test } from 'vitest'
import { RULES } from '../../src/analyse/rules.ts'
import { trendOf } from '../../src/analyse/trend.ts'
import { EMPTY_WINDOW, extend, type Window } from '../../src/analyse/window.ts'
import { gibibytes, mebibytes, minutes, seconds } from '../../src/core/units.ts'
import { seededRandom } from '../support/random.ts'

/** Memory that is sampled every two seconds. */
function watched(forMs: number, bytesAt: (ms: number) => number): Window {
  let window = EMPTY_WINDOW
  for (let atMs = 0; atMs <= forMs; atMs += seconds(2))
    window = extend(window, { atMs, value: bytesAt(atMs) }, RULES.trend.windowMs)
  return window
}

function trend(forMs: number, bytesAt: (ms: number) => number): ReturnType<typeof trendOf> {
  return trendOf(watched(forMs, bytesAt), RULES.trend)
}

const PER_MINUTE = mebibytes(600)
const growth = (ms: number): number => gibibytes(20) + (PER_MINUTE * ms) / minutes(1)

describe('a trend', () => {
  test('is not given before there is enough to judge by, and says how much is needed', () => {
    expect(trend(seconds(58), growth)).toEqual({ kind: 'too-short', spanMs: 58_000, neededMs: 60_000 })
    const sparse = [0, minutes(4), minutes(8)].reduce(
      (window, atMs) => extend(window, { atMs, value: growth(atMs) }, RULES.trend.windowMs),
      EMPTY_WINDOW,
    )
    expect(trendOf(sparse, RULES.trend).kind).toBe('too-short')
  })

  test('of steady growth is its rate', () => {
    const found = trend(minutes(5), growth)
    expect(found).toMatchObject({ kind: 'growing' })
    if (found.kind !== 'growing') return
    expect(found.bytesPerSecond).toBeCloseTo(PER_MINUTE / 60, -3)
    expect(found.lowBytesPerSecond).toBeLessThanOrEqual(found.bytesPerSecond)
    expect(found.highBytesPerSecond).toBeGreaterThanOrEqual(found.bytesPerSecond)
  })

  test('of falling memory has a negative rate', () => {
    const found = trend(minutes(5), (ms) => gibibytes(60) - growth(ms))
    expect(found.kind).toBe('shrinking')
    expect(found.kind === 'shrinking' && found.bytesPerSecond).toBeCloseTo(-PER_MINUTE / 60, -3)
  })

  test('is not moved by single outliers', () => {
    const found = trend(minutes(5), (ms) => growth(ms) + (ms === seconds(60) ? gibibytes(30) : 0))
    expect(found.kind === 'growing' && found.bytesPerSecond).toBeCloseTo(PER_MINUTE / 60, -6)
  })

  const random = seededRandom(3)
  test.each<[string, (ms: number) => number]>([
    ['a constant', () => gibibytes(70)],
    ['nothing at all', () => 0],
    ['noise of half a GiB', () => gibibytes(70) + gibibytes(random() / 2)],
    ['breathing', (ms) => gibibytes(2) + mebibytes(300) * Math.sin(ms / 40_000)],
    ['a rise below one percent', (ms) => gibibytes(70) + (mebibytes(600) * ms) / minutes(10)],
    ['a rise of a few MiB on almost nothing', (ms) => mebibytes(10) + (mebibytes(50) * ms) / minutes(10)],
    ['growth that has ended', (ms) => growth(Math.min(ms, minutes(4)))],
    ['one step up', (ms) => (ms < minutes(5) ? gibibytes(20) : gibibytes(21))],
  ])('of %s is none', (_, bytesAt) => {
    expect(trend(minutes(10), bytesAt)).toEqual({ kind: 'steady' })
  })
})
