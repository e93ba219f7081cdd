import { describe, expect, test } from 'vitest'
import { scoreOf, type ClassScore, type Watched } from '../../src/analyse/score/score.ts'
import { outcome, risk, watched, WORKLOAD, GPU } from './support.ts'

const HOUR = 3600

/** An hour in which one warning stands from `from` on, and something happens at `until`. */
function foreseen(file: string, from: number, until: number): Watched {
  const book = watched(HOUR, (second) => (second >= from && second < until ? [risk('warn')] : []))
  return { file, book, outcomes: [outcome(until)] }
}

const HEALTHY: Watched = {
  file: 'calm.ndjson',
  book: watched(2 * HOUR, () => []),
  outcomes: [outcome(0, { kind: 'none' })],
}

const EMPTY: Omit<ClassScore, 'class'> = {
  foreseeable: 0,
  foreseen: 0,
  unforeseeable: 0,
  trueAlarms: 0,
  falseAlarms: 0,
  lateAlarms: 0,
  flaps: 0,
  precision: undefined,
  recall: undefined,
  leadSeconds: undefined,
  falseAlarmsPerHour: 0,
  flapsPerHour: 0,
}

describe('the score', () => {
  test('of warnings that were right, wrong and missing', () => {
    const wrong: Watched = {
      file: 'wrong.ndjson',
      book: watched(HOUR, (second) => (second >= 600 && second < 900 ? [risk('warn')] : [])),
      outcomes: [],
    }
    const missed: Watched = {
      file: 'missed.ndjson',
      book: watched(HOUR, () => []),
      outcomes: [outcome(1800)],
    }
    const score = scoreOf([
      foreseen('a.ndjson', 1000, 1100),
      foreseen('b.ndjson', 1000, 1600),
      foreseen('c.ndjson', 1000, 2000),
      wrong,
      missed,
      HEALTHY,
    ])
    const numbers: Omit<ClassScore, 'class'> = {
      ...EMPTY,
      foreseeable: 4,
      foreseen: 3,
      trueAlarms: 3,
      falseAlarms: 1,
      precision: 0.75,
      recall: 0.75,
      // 100, 600 and 1000 s: the tenth percentile lies a fifth of the way from the first to the second
      leadSeconds: { median: 600, p10: 200 },
      falseAlarmsPerHour: 1 / 7,
    }
    expect(score).toEqual({
      files: 6,
      watchedHours: 7,
      healthyHours: 3,
      unlabelled: ['wrong.ndjson'],
      classes: [
        { ...numbers, class: 'cuda-oom' },
        ...(
          [
            'host-oom',
            'unified-oom',
            'kv-saturation',
            'context-limit',
            'will-not-fit',
            'over-ceiling',
            'spill',
          ] as const
        ).map((name) => ({ ...EMPTY, class: name })),
      ],
      all: { ...numbers, class: 'all' },
      misses: [{ file: 'missed.ndjson', outcome: outcome(1800) }],
      falseAlarms: [
        {
          file: 'wrong.ndjson',
          alarm: {
            host: 'node7',
            id: `cuda-oom:${GPU}`,
            class: 'cuda-oom',
            floor: 'warn',
            raisedAtMs: 600_000,
            clearedAtMs: 900_000,
            gpus: [GPU],
            workloads: [WORKLOAD],
            pids: [9120, 9150],
          },
        },
      ],
    })
  })

  test('counts warnings under their own class, and what they told under its', () => {
    const early = risk('warn', { class: 'will-not-fit' })
    const book = watched(HOUR, (second) => (second >= 100 && second < 400 ? [early] : []))
    const { classes } = scoreOf([{ file: 'load.ndjson', book, outcomes: [outcome(400)] }])
    const of = (name: string) => classes.find((one) => one.class === name)
    expect(of('cuda-oom')).toEqual({
      ...EMPTY,
      class: 'cuda-oom',
      foreseeable: 1,
      foreseen: 1,
      recall: 1,
      leadSeconds: { median: 300, p10: 300 },
    })
    expect(of('will-not-fit')).toEqual({ ...EMPTY, class: 'will-not-fit', trueAlarms: 1, precision: 1 })
  })

  test('leaves out what nothing could foresee', () => {
    const { all, misses } = scoreOf([
      { ...HEALTHY, file: 'a.ndjson', outcomes: [outcome(1800, { foreseeable: false })] },
    ])
    expect(all).toEqual({ ...EMPTY, class: 'all', unforeseeable: 1 })
    expect(misses).toEqual([])
  })

  test('has no rates where no time was watched', () => {
    const { all } = scoreOf([{ file: 'one-sample.ndjson', book: watched(0, () => []), outcomes: [] }])
    expect(all).toEqual({
      ...EMPTY,
      class: 'all',
      falseAlarmsPerHour: undefined,
      flapsPerHour: undefined,
    })
  })
})
