import { describe, expect, test } from 'vitest'
import type { AttributedWorkload } from '../../src/analyse/attribute.ts'
import { followLives, type LifeBook, type Phase } from '../../src/analyse/lives.ts'
import { RULES } from '../../src/analyse/rules.ts'
import { known, missing } from '../../src/core/reading.ts'
import { gibibytes, seconds } from '../../src/core/units.ts'
import type { Workload } from '../../src/model/workload.ts'
import { workloadWith } from '../support/scene.ts'

interface Moment {
  readonly at: number
  readonly gib: number
  readonly state?: Workload['state']
  readonly answers?: boolean
}

function workload({ gib, state = 'serving', answers = false }: Moment, id: string): AttributedWorkload {
  const { ceiling, trend, headroom, ...blank } = workloadWith(id, {})
  return {
    ...blank,
    engine: id.startsWith('vllm') ? 'vllm' : 'pytorch',
    state,
    kv: { ...blank.kv, growth: id.startsWith('vllm') ? known('preallocated') : missing('not-reported') },
    memory: { ...blank.memory, usedBytes: known(gibibytes(gib)) },
    requests: { ...blank.requests, running: answers ? known(0) : missing('not-reported') },
    estimated: missing('not-reported'),
  }
}

function phases(moments: readonly Moment[], id = 'vllm:4200'): readonly (Phase | undefined)[] {
  let book: LifeBook = new Map()
  return moments.map((moment) => {
    const around = {
      processes: new Map(),
      uptimeSeconds: undefined,
      watchedFromMs: 0,
      nowMs: seconds(moment.at),
    }
    book = followLives(book, [workload(moment, id)], around, RULES.gate)
    return book.get(id)?.phase
  })
}

describe('an engine', () => {
  test('loads until its memory has been flat for twenty seconds', () => {
    const moments = [0, 10, 20, 30, 39, 40].map((at) => ({ at, gib: at < 20 ? at : 20 }))
    expect(phases(moments)).toEqual(['loading', 'loading', 'loading', 'loading', 'loading', 'settled'])
  })

  test('has loaded when it answers, and has not while it says so itself', () => {
    expect(phases([{ at: 0, gib: 10, answers: true }])).toEqual(['settled'])
    const saying = [0, 60].map((at) => ({ at, gib: 10, state: 'loading' as const }))
    expect(phases(saying)).toEqual(['loading', 'loading'])
  })

  test('that sleeps is asleep, and loads again when it wakes', () => {
    expect(
      phases([
        { at: 0, gib: 70, answers: true },
        { at: 2, gib: 2, state: 'sleeping' },
        { at: 4, gib: 30 },
        { at: 6, gib: 70, answers: true },
      ]),
    ).toEqual(['settled', 'asleep', 'loading', 'settled'])
  })
})

test('a program of which nothing is known loads for two minutes', () => {
  const moments = [0, 60, 119, 120].map((at) => ({ at, gib: at }))
  expect(phases(moments, 'pytorch:7')).toEqual(['loading', 'loading', 'loading', 'settled'])
})
