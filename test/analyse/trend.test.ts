import { describe, expect, test } from 'vitest'
import { RULES } from '../../src/analyse/rules.ts'
import { fastPace, mediumPace, slowTrend, type Pace } from '../../src/analyse/trend.ts'
import { EMPTY_WINDOW, extend, pointsOf, type Points } from '../../src/analyse/window.ts'
import { gibibytes, mebibytes, minutes, seconds } from '../../src/core/units.ts'
import { seededRandom } from '../support/random.ts'

const { trend: rules } = RULES
const INTERVAL_MS = seconds(2)

/** Memory that is sampled at an interval. */
function watched(forMs: number, bytesAt: (ms: number) => number, intervalMs = INTERVAL_MS): Points {
  let window = EMPTY_WINDOW
  const windowMs = Math.max(2 * rules.windowMs, 40 * intervalMs)
  for (let atMs = 0; atMs <= forMs; atMs += intervalMs)
    window = extend(window, { atMs, value: bytesAt(atMs) }, windowMs)
  return pointsOf(window)
}

function slow(forMs: number, bytesAt: (ms: number) => number): ReturnType<typeof slowTrend> {
  return slowTrend(watched(forMs, bytesAt), 'bytes', INTERVAL_MS, rules)
}

function paceIn(trend: ReturnType<typeof slowTrend>): Pace | undefined {
  return trend.kind === 'moving' ? trend.pace : undefined
}

const PER_MINUTE = mebibytes(600)
const growth = (ms: number): number => gibibytes(20) + (PER_MINUTE * ms) / minutes(1)

describe('a slow trend', () => {
  test('is not given before there is enough to judge by, and says how much is needed', () => {
    expect(slow(seconds(100), growth)).toEqual({ kind: 'too-short', spanMs: 94_000, neededMs: 120_000 })
  })

  test('needs points, not only time: at long intervals it says truly how long it takes', () => {
    const every = minutes(5)
    const few = slowTrend(watched(minutes(20), growth, every), 'bytes', every, rules)
    expect(few).toEqual({ kind: 'too-short', spanMs: minutes(20), neededMs: minutes(35) })
    const enough = slowTrend(watched(minutes(35), growth, every), 'bytes', every, rules)
    expect(paceIn(enough)?.perSecond).toBeCloseTo(PER_MINUTE / 60, -3)
  })

  test('of steady growth is its rate, and for how long it has been moving', () => {
    const pace = paceIn(slow(minutes(5), growth))
    expect(pace?.perSecond).toBeCloseTo(PER_MINUTE / 60, -3)
    expect(pace?.lowPerSecond).toBeLessThanOrEqual(pace?.perSecond ?? 0)
    expect(pace?.highPerSecond).toBeGreaterThanOrEqual(pace?.perSecond ?? Infinity)
    expect(pace?.movingMs).toBeGreaterThan(minutes(4))
  })

  test('of a ramp at the end of a flat time is as old as the ramp', () => {
    const pace = paceIn(slow(minutes(10), (ms) => growth(Math.max(0, ms - minutes(5)))))
    expect(pace?.movingMs).toBeGreaterThan(minutes(3))
    expect(pace?.movingMs).toBeLessThanOrEqual(minutes(5))
  })

  test('that rests at its end does not grow older meanwhile', () => {
    const load = (restMs: number) =>
      paceIn(slow(minutes(5) + restMs, (ms) => growth(Math.min(minutes(3), Math.max(0, ms - minutes(2))))))
    for (const rest of [0, 30_000, 60_000]) {
      expect(load(rest)?.grewMs).toBeGreaterThan(minutes(2))
      expect(load(rest)?.grewMs).toBeLessThan(minutes(3.3))
    }
    expect(load(60_000)?.movingMs).toBeGreaterThan(minutes(3.5))
  })

  test('of falling memory has a negative rate', () => {
    expect(paceIn(slow(minutes(5), (ms) => gibibytes(60) - growth(ms)))?.perSecond).toBeCloseTo(
      -PER_MINUTE / 60,
      -3,
    )
  })

  test('is not moved by single outliers', () => {
    const pace = paceIn(slow(minutes(5), (ms) => growth(ms) + (ms === seconds(60) ? gibibytes(30) : 0)))
    expect(pace?.perSecond).toBeCloseTo(PER_MINUTE / 60, -5)
  })

  test('sees in twenty minutes what is too slow to be seen in ten', () => {
    const leak = (ms: number): number => gibibytes(70) + (mebibytes(30) * ms) / minutes(1)
    expect(slow(minutes(10), leak)).toEqual({ kind: 'steady' })
    expect(paceIn(slow(minutes(20), leak))?.spanMs).toBeGreaterThan(minutes(19))
  })

  const random = seededRandom(3)
  test.each<[string, (ms: number) => number]>([
    ['a constant', () => gibibytes(70)],
    ['nothing at all', () => 0],
    ['noise of half a GiB', () => gibibytes(70) + gibibytes(random() / 2)],
    ['breathing', (ms) => gibibytes(2) + mebibytes(300) * Math.sin(ms / 40_000)],
    ['a rise below half a percent', (ms) => gibibytes(70) + (mebibytes(300) * ms) / minutes(10)],
    ['a rise of a few MiB on almost nothing', (ms) => mebibytes(10) + (mebibytes(50) * ms) / minutes(10)],
    ['growth that has ended', (ms) => growth(Math.min(ms, minutes(4)))],
    ['one step up', (ms) => (ms < minutes(5) ? gibibytes(20) : gibibytes(21))],
    ['a load some minutes ago', (ms) => growth(9 * Math.min(seconds(75), Math.max(0, ms - minutes(5))))],
  ])('of %s is none', (_, bytesAt) => {
    expect(slow(minutes(10), bytesAt)).toEqual({ kind: 'steady' })
  })

  test('of shuffled memory is none, whatever it was before it was shuffled', () => {
    const shuffle = seededRandom(11)
    for (let round = 0; round < 40; round += 1) {
      const values = Array.from({ length: 301 }, (_, at) => growth(at * INTERVAL_MS))
      for (let at = values.length - 1; at > 0; at -= 1) {
        const other = Math.floor(shuffle() * (at + 1))
        const value = values[at] ?? 0
        values[at] = values[other] ?? 0
        values[other] = value
      }
      expect(slow(minutes(10), (ms) => values[ms / INTERVAL_MS] ?? 0)).toEqual({ kind: 'steady' })
    }
  })
})

/** The recent past is kept point by point. */
function recent(forMs: number, bytesAt: (ms: number) => number, intervalMs = INTERVAL_MS): Points {
  const count = Math.floor(forMs / intervalMs) + 1
  return Array.from({ length: count }, (_, at) => ({
    atMs: at * intervalMs,
    value: bytesAt(at * intervalMs),
  }))
}

describe('shorter rules', () => {
  test('medium: half a minute of growth is seen, whatever lay before', () => {
    const ramp = recent(seconds(60), (ms) => growth(10 * Math.max(0, ms - seconds(30))))
    expect(mediumPace(ramp, 'bytes', rules)).toMatchObject({ rule: 'medium', spanMs: 60_000 })
    expect(mediumPace(ramp, 'bytes', rules)?.perSecond).toBeGreaterThan(0)
    expect(mediumPace(recent(seconds(10), growth), 'bytes', rules)).toBeUndefined()
  })

  test('medium: one step in a minute is none', () => {
    const step = recent(seconds(60), (ms) => (ms < seconds(30) ? gibibytes(20) : gibibytes(23)))
    expect(mediumPace(step, 'bytes', rules)).toBeUndefined()
  })

  test('fast: ten seconds and five samples are enough, as long as it still rises', () => {
    const ramp = recent(seconds(10), (ms) => growth(60 * ms))
    expect(fastPace(ramp, rules)?.perSecond).toBeCloseTo(PER_MINUTE, -6)
    expect(
      fastPace(
        recent(seconds(10), (ms) => growth(60 * ms), 2011),
        rules,
      ),
    ).toBeUndefined()
    expect(
      fastPace(
        recent(seconds(13), (ms) => growth(60 * ms), 2011),
        rules,
      )?.spanMs,
    ).toBe(5 * 2011)
    expect(
      fastPace(
        recent(seconds(20), (ms) => growth(60 * ms), 5000),
        rules,
      )?.spanMs,
    ).toBe(20_000)
    expect(
      fastPace(
        recent(seconds(8), (ms) => growth(60 * ms)),
        rules,
      ),
    ).toBeUndefined()
    expect(
      fastPace(
        recent(seconds(10), (ms) => growth(60 * Math.min(ms, seconds(4)))),
        rules,
      ),
    ).toBeUndefined()
  })
})
