import { describe, expect, test } from 'vitest'
import { alarmsOf } from '../../src/analyse/score/alarms.ts'
import { judgeAlarms } from '../../src/analyse/score/judge.ts'
import { scoreOf } from '../../src/analyse/score/score.ts'
import { SECOND_SHAPES } from '../support/second-simulator/index.ts'
import { simulateRoughly } from '../support/second-simulator/sampling.ts'
import type { Shape } from '../support/simulator/shape.ts'
import { watchShape, type WatchedShape } from '../support/simulator/watch.ts'

// The rules on shapes that they were not made with; one seed of each, which also chooses how well the machine is watched.
// A single seed may be told late: these leads are floors, and docs/risk.md has the medians of more seeds.
const BARS = { recall: 0.98, falseAlarmsPerHour: 0.05, leadSeconds: { ofMinutes: 5, ofQuarters: 120 } }
const NOTHING: { readonly growthSeconds: number; readonly names: readonly string[] } = {
  growthSeconds: 0,
  names: [],
}
const TIMEOUT_MS = 120_000

const played = new Map<string, WatchedShape>()

function playedOnce(shape: Shape): WatchedShape {
  const before = played.get(shape.name)
  if (before !== undefined) return before
  const run = watchShape(shape, SECOND_SHAPES.indexOf(shape) + 1, 1, simulateRoughly)
  played.set(shape.name, run)
  return run
}

function shapesThat(kind: Shape['expects']['kind']) {
  return SECOND_SHAPES.flatMap((shape) =>
    shape.expects.kind === kind ? [{ shape, name: shape.name, what: shape.what }] : [],
  )
}

describe('a machine that is watched badly', () => {
  test.each(SECOND_SHAPES.map((shape) => ({ shape, name: shape.name })))(
    '$name: ends as its label says',
    ({ shape }) => {
      const kinds = new Set(playedOnce(shape).outcomes.map(({ kind }) => kind))
      expect([...kinds]).toEqual(['class' in shape.expects ? shape.expects.class : 'none'])
    },
    TIMEOUT_MS,
  )

  test.each(shapesThat('outcome'))(
    '$name: it is told, in time, of the right workload: $what',
    ({ shape }) => {
      const { book, outcomes } = playedOnce(shape)
      const [told] = judgeAlarms(alarmsOf(book), outcomes).outcomes
      const { growthSeconds, names } = shape.expects.kind === 'outcome' ? shape.expects : NOTHING
      const { ofMinutes, ofQuarters } = BARS.leadSeconds
      expect((told?.leadMs ?? 0) / 1000).toBeGreaterThanOrEqual(growthSeconds >= 900 ? ofQuarters : ofMinutes)
      expect(told?.toldBy?.workloads.some((id) => names.includes(id))).toBe(true)
    },
    TIMEOUT_MS,
  )

  test(
    `tells ${BARS.recall} of all ends, with ${BARS.falseAlarmsPerHour} false alarms an hour where nothing happens`,
    () => {
      const told = scoreOf(shapesThat('outcome').map(({ shape }) => playedOnce(shape)))
      const healthy = scoreOf(shapesThat('healthy').map(({ shape }) => playedOnce(shape)))
      expect(told.all.recall).toBeGreaterThanOrEqual(BARS.recall)
      expect(healthy.all.falseAlarmsPerHour).toBeLessThanOrEqual(BARS.falseAlarmsPerHour)
    },
    TIMEOUT_MS,
  )
})
