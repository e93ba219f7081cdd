import { describe, expect, test } from 'vitest'
import { judgeAlarms } from '../../src/analyse/score/judge.ts'
import type { Alarm } from '../../src/analyse/score/alarms.ts'
import type { Outcome } from '../../src/model/outcome.ts'
import type { RiskClass } from '../../src/model/risk.ts'
import { outcome, raisedFrom, risk } from './support.ts'

/** The verdict on the only warning, and how long before the only outcome it was said; null: it was not told. */
function judged(alarms: readonly Alarm[], what: Outcome) {
  const { outcomes, warnings } = judgeAlarms(alarms, [what])
  return { verdict: warnings[0]?.verdict ?? null, leadMs: outcomes[0]?.leadMs ?? null }
}

const WARN_AT_1000 = raisedFrom(1000, 9000)

describe('a warning', () => {
  test.each<[string, number, string, number | null]>([
    ['half an hour before', 2800, 'true', 1_800_000],
    ['more than half an hour before', 2801, 'false', null],
    ['five seconds before', 1005, 'true', 5000],
    ['less than five seconds before', 1004, 'late', null],
    ['five seconds after', 995, 'late', null],
    ['later than five seconds after', 994, 'false', null],
  ])('%s is judged by its time', (_, second, verdict, leadMs) => {
    expect(judged(WARN_AT_1000, outcome(second))).toEqual({ verdict, leadMs })
  })

  test.each<[string, number, string, number | null]>([
    ['two minutes before', 1220, 'true', 220_000],
    ['more than two minutes before', 1221, 'false', null],
  ])('that was taken back %s', (_, second, verdict, leadMs) => {
    expect(judged(raisedFrom(1000, 1100), outcome(second))).toEqual({ verdict, leadMs })
  })

  test.each<[RiskClass, RiskClass, string]>([
    ['will-not-fit', 'cuda-oom', 'true'],
    ['over-ceiling', 'cuda-oom', 'true'],
    ['over-ceiling', 'host-oom', 'true'],
    ['will-not-fit', 'unified-oom', 'true'],
    ['host-oom', 'cuda-oom', 'false'],
    ['cuda-oom', 'host-oom', 'false'],
    ['kv-saturation', 'cuda-oom', 'false'],
    ['over-ceiling', 'kv-saturation', 'false'],
    ['cuda-oom', 'over-ceiling', 'false'],
  ])('of class %s before %s', (name, kind, verdict) => {
    const alarms = raisedFrom(1000, 9000, risk('warn', { class: name }))
    expect(judged(alarms, outcome(1500, { kind })).verdict).toBe(verdict)
  })

  test.each<[string, Partial<Outcome>, string]>([
    ['one of its processes, on another card', { pid: 9150, gpu: 'GPU-1' }, 'true'],
    ['another process, on its card', { pid: 1 }, 'true'],
    ['another process, on another card', { pid: 1, gpu: 'GPU-1' }, 'false'],
    ['its workload, by name', { pid: undefined, gpu: undefined, workload: 'transformers:9120' }, 'true'],
    ['another pid, whatever its name', { pid: 1, gpu: undefined, workload: 'transformers:9120' }, 'false'],
    ['another workload, by name', { pid: undefined, gpu: undefined, workload: 'vllm:1' }, 'false'],
    ['the machine, as nothing else is said', { pid: undefined, gpu: undefined }, 'true'],
    ['another machine', { pid: undefined, gpu: undefined, host: 'node8' }, 'false'],
  ])('is held against what happened to %s', (_, place, verdict) => {
    expect(judged(WARN_AT_1000, outcome(1500, place)).verdict).toBe(verdict)
  })

  test('about the whole machine tells what happens to any of its processes', () => {
    const hostWide = risk('warn', { class: 'host-oom', gpu: undefined, gpus: [], workload: undefined })
    const alarms = raisedFrom(1000, 9000, hostWide)
    expect(judged(alarms, outcome(1500, { kind: 'host-oom', gpu: undefined, pid: 77 }))).toEqual({
      verdict: 'true',
      leadMs: 500_000,
    })
  })

  test('is false where nothing happened', () => {
    expect(judgeAlarms(WARN_AT_1000, [outcome(0, { kind: 'none' })])).toMatchObject({
      outcomes: [],
      warnings: [{ verdict: 'false', flap: false }],
    })
  })
})

describe('a watch', () => {
  test('is no warning: neither true nor false', () => {
    const alarms = raisedFrom(1000, 9000, risk('watch'))
    expect(judged(alarms, outcome(1500))).toEqual({ verdict: null, leadMs: null })
  })

  test.each<[RiskClass]>([['kv-saturation'], ['context-limit']])(
    'of %s is a forecast that tells it',
    (kind) => {
      const alarms = raisedFrom(1000, 9000, risk('watch', { class: kind }))
      expect(judged(alarms, outcome(1500, { kind }))).toEqual({ verdict: null, leadMs: 500_000 })
    },
  )
})

describe('a warning of harm that goes on', () => {
  test.each<[number, string]>([
    [60, 'late'],
    [1800, 'late'],
    [1801, 'false'],
  ])('is neither true nor false %d s after its beginning', (afterSeconds, verdict) => {
    const alarms = raisedFrom(3000, 9000, risk('warn', { class: 'kv-saturation' }))
    expect(judged(alarms, outcome(3000 - afterSeconds, { kind: 'kv-saturation' })).verdict).toBe(verdict)
  })
})

describe('an outcome', () => {
  test('is told by the first of its warnings', () => {
    const alarms = [
      ...raisedFrom(1200, 9000),
      ...raisedFrom(1000, 1450, risk('warn', { class: 'over-ceiling' })),
    ]
    expect(judgeAlarms(alarms, [outcome(1500)]).outcomes.map(({ leadMs }) => leadMs)).toEqual([500_000])
  })

  test('lets one warning tell several', () => {
    const outcomes = [outcome(1500), outcome(1600)]
    expect(judgeAlarms(WARN_AT_1000, outcomes)).toMatchObject({
      outcomes: [{ leadMs: 500_000 }, { leadMs: 600_000 }],
      warnings: [{ verdict: 'true' }],
    })
  })
})

describe('a warning flaps', () => {
  const flaps = (alarms: readonly Alarm[], outcomes: readonly Outcome[] = []): readonly boolean[] =>
    judgeAlarms(alarms, outcomes).warnings.map(({ flap }) => flap)
  const first = raisedFrom(1000, 1100)

  test.each<[string, number, boolean]>([
    ['ten minutes', 1700, true],
    ['more than ten minutes', 1710, false],
  ])('when it is raised again within ten minutes: after %s', (_, second, flap) => {
    expect(flaps([...first, ...raisedFrom(second, 9000)])).toEqual([false, flap])
  })

  test('but another risk is another warning', () => {
    const other = raisedFrom(1200, 9000, risk('warn', { id: 'cuda-oom:GPU-1' }))
    expect(flaps([...first, ...other])).toEqual([false, false])
  })

  test('but after what it said has happened it is a new one', () => {
    expect(flaps([...first, ...raisedFrom(1200, 9000)], [outcome(1150)])).toEqual([false, false])
  })

  test('when it falls to a watch and rises again', () => {
    const alarms = raisedFrom(1000, 1100).concat(raisedFrom(1110, 1200))
    expect(flaps(alarms)).toEqual([false, true])
  })
})
