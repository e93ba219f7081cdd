import { describe, expect, test } from 'vitest'
import { enter, forgetGone, textOf, type Answer, type AnswerBook } from '../../src/analyse/answers.ts'
import type { FaultPart } from '../../src/model/sample.ts'
import { sampleAt } from '../support/fold.ts'

function book(...samples: readonly Parameters<typeof sampleAt>[]): AnswerBook {
  return samples.reduce<AnswerBook>((before, sample) => enter(before, sampleAt(...sample)), new Map())
}

function meminfo(...samples: readonly Parameters<typeof sampleAt>[]): Answer | undefined {
  return book(...samples).get('meminfo')
}

const timedOut: FaultPart = { kind: 'fault', fault: { kind: 'timed-out', what: 'meminfo', afterMs: 1000 } }
const slower: FaultPart = { kind: 'fault', fault: { kind: 'timed-out', what: 'meminfo', afterMs: 9000 } }
const vanished: FaultPart = { kind: 'fault', fault: { kind: 'not-found', what: 'meminfo' } }

describe('the answers so far', () => {
  test('an answer stands until a newer one comes: same and absent parts leave it as it was', () => {
    expect(meminfo([0, { meminfo: 'old' }], [2, { meminfo: { kind: 'same' } }], [4, {}])).toEqual({
      part: { kind: 'text', text: 'old' },
      renewedAtMs: 0,
      trouble: undefined,
    })
  })

  test('an answer that was late counts from when it was given', () => {
    const late = { kind: 'text', text: 'late', ageMs: 700 } as const
    expect(meminfo([4, { meminfo: late }])?.renewedAtMs).toBe(3300)
  })

  test('a failure leaves the good answer before it standing, and counts from the first of its kind', () => {
    const failing = meminfo([0, { meminfo: 'good' }], [2, { meminfo: timedOut }], [4, { meminfo: slower }])
    expect(failing).toEqual({
      part: { kind: 'text', text: 'good' },
      renewedAtMs: 0,
      trouble: { fault: slower.fault, sinceMs: 2000 },
    })
  })

  test('another kind of failure begins anew, and an answer ends it', () => {
    expect(meminfo([0, { meminfo: timedOut }], [2, { meminfo: vanished }])?.trouble?.sinceMs).toBe(2000)
    expect(meminfo([0, { meminfo: timedOut }], [2, { meminfo: 'good' }])?.trouble).toBeUndefined()
  })

  test('what was never answered reads as empty text, which every parser takes for all missing', () => {
    const failed = book([0, { meminfo: timedOut, head: { kind: 'bytes', base64: 'R0dVRg==', sizeBytes: 4 } }])
    expect([textOf(failed, 'meminfo'), textOf(failed, 'head'), textOf(failed, 'never')]).toEqual(['', '', ''])
  })

  test('what was asked of a process goes with it; everything else stays', () => {
    const parts = {
      'proc/4/stat': 'a',
      'env/4': 'b',
      'log/4': 'c',
      'sockets/4': 'c',
      'file//proc/4/environ': 'c',
      'proc/44/stat': 'd',
      'file/@4//m': 'e',
      'head//proc/4/cwd/m.gguf': 'e',
      'file//m/config.json': 'e',
      users: 'f',
    }
    const kept = forgetGone(book([0, parts]), (pid) => pid === 44)
    expect([...kept.keys()]).toEqual(['proc/44/stat', 'file//m/config.json', 'users'])
  })
})
