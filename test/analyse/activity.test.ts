import { describe, expect, test } from 'vitest'
import { followActivity, type ActivityBook } from '../../src/analyse/activity.ts'
import { known, missing } from '../../src/core/reading.ts'
import { blankReport } from '../../src/engines/blank-report.ts'
import type { EngineReport } from '../../src/engines/engine.ts'

interface Moment {
  readonly atMs: number
  readonly generated: Readonly<Record<string, number>>
  readonly running?: number
  readonly newKeysBeginAtZero?: true
  /** When the fold looks; the answer may be older. */
  readonly nowMs?: number
}

function reportAt({ atMs, generated, running = 0, newKeysBeginAtZero }: Moment): EngineReport {
  const fresh = newKeysBeginAtZero === undefined ? {} : { newKeysBeginAtZero }
  return {
    ...blankReport('not-reported'),
    requests: { running: known(running), waiting: known(0), preemptions: known(0) },
    counted: known({ atMs, prompt: new Map(), generated: new Map(Object.entries(generated)), ...fresh }),
  }
}

function lastOf(moments: readonly Moment[]): ReturnType<ActivityBook['get']> {
  let book: ActivityBook = new Map()
  for (const moment of moments) {
    book = followActivity(book, [['vllm:1', reportAt(moment)]], moment.nowMs ?? moment.atMs)
  }
  return book.get('vllm:1')
}

function rateOf(...moments: readonly Moment[]): unknown {
  return lastOf(moments)?.throughput.generatedTokensPerSecond
}

describe('throughput', () => {
  test('is what was generated between two answers, over all engines', () => {
    expect(
      rateOf({ atMs: 0, generated: { 0: 100, 1: 10 } }, { atMs: 2000, generated: { 0: 300, 1: 20 } }),
    ).toEqual(known(105, 'derived'))
  })

  test('is not known from one answer', () => {
    expect(rateOf({ atMs: 0, generated: { 0: 100 } })).toEqual(missing('not-yet-known'))
  })

  test('stands while no newer answer comes', () => {
    const second = { atMs: 2000, generated: { 0: 300 } }
    expect(rateOf({ atMs: 0, generated: { 0: 100 } }, second, { ...second, nowMs: 3000 })).toEqual(
      known(100, 'derived'),
    )
  })

  test('counts from zero when a counter has begun anew', () => {
    expect(rateOf({ atMs: 0, generated: { 0: 1000 } }, { atMs: 2000, generated: { 0: 60 } })).toEqual(
      known(30, 'derived'),
    )
  })

  test('takes no leap from an engine that was missing on the page before', () => {
    expect(rateOf({ atMs: 0, generated: {} }, { atMs: 2000, generated: { 0: 1_000_000 } })).toEqual(
      known(0, 'derived'),
    )
  })

  test('counts a new task of a slot from zero', () => {
    expect(
      rateOf(
        { atMs: 0, generated: { '0/1': 500 } },
        { atMs: 2000, generated: { '0/2': 60 }, newKeysBeginAtZero: true },
      ),
    ).toEqual(known(30, 'derived'))
  })
})

describe('idle time', () => {
  test('runs since requests were last running', () => {
    const moments = [0, 1, 1, 0, 0].map((running, at) => ({ atMs: at * 2000, generated: {}, running }))
    expect(lastOf(moments)?.idleSeconds).toEqual(known(4, 'derived'))
  })

  test('begins when a workload is first seen, and is none while it works', () => {
    expect(lastOf([{ atMs: 5000, generated: {} }])?.idleSeconds).toEqual(known(0, 'derived'))
    expect(
      lastOf([
        { atMs: 0, generated: { 0: 1 } },
        { atMs: 2000, generated: { 0: 9 } },
      ])?.idleSeconds,
    ).toEqual(known(0, 'derived'))
  })
})

test('a workload that is gone is forgotten', () => {
  const book = followActivity(new Map(), [['vllm:1', reportAt({ atMs: 0, generated: {} })]], 0)
  expect(followActivity(book, [], 2000)).toEqual(new Map())
})
