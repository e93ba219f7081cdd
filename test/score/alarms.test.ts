import { describe, expect, test } from 'vitest'
import { alarmsOf, followAlarms, NO_ALARMS } from '../../src/analyse/score/alarms.ts'
import { at, GPU, risk, watched, WORKLOAD } from './support.ts'

const OF_ONE_RISK = {
  host: 'node7',
  id: `cuda-oom:${GPU}`,
  class: 'cuda-oom',
  gpus: [GPU],
  workloads: [WORKLOAD],
  pids: [9120, 9150],
}

describe('an alarm', () => {
  test('is raised when its risk reaches a level, and cleared when it no longer does', () => {
    const book = watched(100, (second) => {
      if (second < 20 || second >= 80) return []
      return [risk(second < 40 ? 'watch' : second < 60 ? 'critical' : 'watch')]
    })
    expect(alarmsOf(book)).toEqual([
      { ...OF_ONE_RISK, floor: 'watch', raisedAtMs: 20_000, clearedAtMs: 80_000 },
      { ...OF_ONE_RISK, floor: 'warn', raisedAtMs: 40_000, clearedAtMs: 60_000 },
    ])
  })

  test('that stands at the end was never cleared', () => {
    const book = watched(30, (second) => (second >= 10 ? [risk('watch')] : []))
    expect(alarmsOf(book)).toEqual([
      { ...OF_ONE_RISK, floor: 'watch', raisedAtMs: 10_000, clearedAtMs: undefined },
    ])
  })

  test('is of every card, workload and process that it came to name', () => {
    const first = followAlarms(NO_ALARMS, at(0, [risk('watch')]))
    const other = { id: 'vllm:1', pids: [1, 2] }
    const next = at(10, [risk('watch', { workload: 'vllm:1', gpu: 'GPU-1', gpus: ['GPU-1'] })], {
      workloads: [other],
    })
    const [alarm] = alarmsOf(followAlarms(first, next))
    expect(alarm).toEqual({
      ...OF_ONE_RISK,
      floor: 'watch',
      raisedAtMs: 0,
      clearedAtMs: undefined,
      gpus: [GPU, 'GPU-1'],
      workloads: [WORKLOAD, 'vllm:1'],
      pids: [9120, 9150, 1, 2],
    })
  })

  test('of one host is not cleared by a frame of another', () => {
    const first = followAlarms(NO_ALARMS, at(0, [risk('warn')]))
    const book = followAlarms(first, at(10, [], { host: 'node8' }))
    expect(alarmsOf(book).map(({ clearedAtMs }) => clearedAtMs)).toEqual([undefined, undefined])
  })
})

describe('the time that was watched', () => {
  test('is that between frames, of every host', () => {
    let book = NO_ALARMS
    for (const second of [0, 10, 20]) {
      book = followAlarms(book, at(second, []))
      book = followAlarms(book, at(second, [], { host: 'node8' }))
    }
    expect(book.watchedMs).toBe(40_000)
  })

  test('does not count a hole', () => {
    const book = [at(0, []), at(10, []), at(4000, [], { afterGap: true }), at(4010, [])].reduce(
      followAlarms,
      NO_ALARMS,
    )
    expect(book.watchedMs).toBe(20_000)
  })
})
