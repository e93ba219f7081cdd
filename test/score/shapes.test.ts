import { describe, expect, test } from 'vitest'
import { scoreOf } from '../../src/analyse/score/score.ts'
import { judgeAlarms } from '../../src/analyse/score/judge.ts'
import { alarmsOf } from '../../src/analyse/score/alarms.ts'
import type { RiskClass } from '../../src/model/risk.ts'
import { SHAPES, shapeNamed } from '../support/simulator/index.ts'
import type { Shape } from '../support/simulator/shape.ts'
import { watchShape, type WatchedShape } from '../support/simulator/watch.ts'

// What the rules must be worth on the simulator's shapes. `npm run score` plays more seeds.
const BARS = {
  recall: 0.98,
  /** Median lead by how long the growth lasts. */
  leadSeconds: { ofMinutes: 60, ofQuarters: 300 },
  flapsPerHour: 0.1,
  etaError: 0.35,
}
const TIMEOUT_MS = 120_000

/** Each shape twice; healthy ones with engines that take a tenth less, and a tenth more, than formulas say. */
const RUNS: readonly { readonly seed: number; readonly factor: number }[] = [
  { seed: 1, factor: 0.9 },
  { seed: 2, factor: 1.1 },
]

const played = new Map<string, readonly WatchedShape[]>()

function runsOf(shape: Shape): readonly WatchedShape[] {
  const before = played.get(shape.name)
  if (before !== undefined) return before
  const isHealthy = shape.expects.kind === 'healthy'
  const runs = RUNS.map(({ seed, factor }) => watchShape(shape, seed, isHealthy ? factor : 1))
  played.set(shape.name, runs)
  return runs
}

function shapesThat(kind: Shape['expects']['kind']) {
  return SHAPES.flatMap((shape) =>
    shape.expects.kind === kind ? [{ shape, name: shape.name, what: shape.what }] : [],
  )
}

describe('nothing is said where nothing happens', () => {
  test.each(shapesThat('healthy'))(
    '$name: $what',
    ({ shape }) => {
      const { falseAlarms } = scoreOf(runsOf(shape))
      expect(
        falseAlarms.map(({ file, alarm }) => `${file}: ${alarm.id} at ${alarm.raisedAtMs / 1000} s`),
      ).toEqual([])
    },
    TIMEOUT_MS,
  )
})

describe('what can be foreseen is told', () => {
  test.each(shapesThat('outcome'))(
    '$name: $what',
    ({ shape }) => {
      const { all, misses, falseAlarms } = scoreOf(runsOf(shape))
      expect({ misses, falseAlarms }).toEqual({ misses: [], falseAlarms: [] })
      const seconds = shape.expects.kind === 'outcome' ? shape.expects.growthSeconds : 0
      const { ofMinutes, ofQuarters } = BARS.leadSeconds
      expect(all.leadSeconds?.median).toBeGreaterThanOrEqual(seconds >= 900 ? ofQuarters : ofMinutes)
    },
    TIMEOUT_MS,
  )

  test.each(shapesThat('outcome'))(
    '$name: of the right workload',
    ({ shape }) => {
      const names = shape.expects.kind === 'outcome' ? shape.expects.names : []
      const told = runsOf(shape).flatMap(
        ({ book, outcomes }) => judgeAlarms(alarmsOf(book), outcomes).outcomes,
      )
      const named = told.flatMap(({ toldBy }) => toldBy?.workloads.find((id) => names.includes(id)) ?? 'none')
      expect(named).not.toContain('none')
    },
    TIMEOUT_MS,
  )
})

describe('what no warning can tell is watched', () => {
  test.each(shapesThat('watched'))(
    '$name: $what',
    ({ shape }) => {
      const classes: readonly RiskClass[] = ['cuda-oom', 'will-not-fit', 'over-ceiling']
      for (const { outcomes, standing, seed } of runsOf(shape)) {
        const [outcome] = outcomes
        const before = standing.filter(
          ({ elapsedMs }) =>
            outcome !== undefined &&
            elapsedMs < outcome.elapsedMs &&
            elapsedMs >= outcome.elapsedMs - 120_000,
        )
        const said = before.flatMap(({ risks }) => risks.filter((risk) => classes.includes(risk.class)))
        expect(said.length, `seed ${seed}`).toBeGreaterThan(0)
      }
    },
    TIMEOUT_MS,
  )
})

describe('over all shapes', () => {
  const counted = () => SHAPES.filter(({ expects }) => expects.kind !== 'neither').flatMap(runsOf)

  test(
    `recall is at least ${BARS.recall}, and flaps are at most ${BARS.flapsPerHour} an hour`,
    () => {
      const { all } = scoreOf(counted())
      expect(all.recall).toBeGreaterThanOrEqual(BARS.recall)
      expect(all.flapsPerHour).toBeLessThanOrEqual(BARS.flapsPerHour)
    },
    TIMEOUT_MS,
  )

  test(
    'half way through steady growth the time that is left is known to a third',
    () => {
      for (const { outcomes, standing, seed } of runsOf(shapeNamed('growth to out of memory'))) {
        const [outcome] = outcomes
        const atMs = (outcome?.elapsedMs ?? 0) / 2
        const moment = standing.find(({ elapsedMs }) => elapsedMs >= atMs)
        const risk = moment?.risks.find((one) => one.class === 'cuda-oom')
        const leftSeconds = ((outcome?.elapsedMs ?? 0) - (moment?.elapsedMs ?? 0)) / 1000
        const error = (risk?.eta?.seconds ?? 0) / leftSeconds - 1
        expect(Math.abs(error), `seed ${seed}`).toBeLessThanOrEqual(BARS.etaError)
      }
    },
    TIMEOUT_MS,
  )
})
