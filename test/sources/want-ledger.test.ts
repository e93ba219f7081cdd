import { describe, expect, test } from 'vitest'
import {
  dueWants,
  forgetUnwanted,
  newWants,
  noteAnswer,
  noteAsked,
  NOTHING_ASKED,
} from '../../src/sources/want-ledger.ts'
import type { Part } from '../../src/model/sample.ts'
import type { Want } from '../../src/model/want.ts'
import type { WantLedger } from '../../src/sources/want-ledger.ts'

const CONFIG: Want = { kind: 'file', path: '/models/config.json', every: 'once', maxBytes: 1000 }
const STATUS: Want = { kind: 'process', pid: 7, every: 'tick', maxBytes: 1000 }
const LISTING: Want = { kind: 'listing', path: '/models', every: 10_000, maxBytes: 1000 }
const METRICS: Want = { kind: 'http', host: '::1', port: 80, path: '/metrics', every: 'tick', maxBytes: 1000 }
const MODELS: Want = { ...METRICS, path: '/v1/models', every: 'once' }

const ANSWER: Part = { kind: 'text', text: '' }
const FAILURE: Part = { kind: 'fault', fault: { kind: 'not-found', what: 'it' } }
const REFUSAL: Part = { kind: 'fault', fault: { kind: 'refused', url: 'it', status: 401 } }

describe('a want', () => {
  test('is due and new before it was ever asked', () => {
    expect(dueWants(NOTHING_ASKED, [CONFIG, METRICS], 0)).toEqual([CONFIG, METRICS])
    expect(newWants(NOTHING_ASKED, [CONFIG, METRICS])).toEqual([CONFIG, METRICS])
  })

  test('is asked once when it stands there twice', () => {
    expect(dueWants(NOTHING_ASKED, [CONFIG, { ...CONFIG, every: 'tick' }], 0)).toHaveLength(1)
  })

  test('is neither due nor new while its answer is awaited', () => {
    const ledger = noteAsked(NOTHING_ASKED, [STATUS], 0)
    expect(dueWants(ledger, [STATUS], 1e9)).toEqual([])
    expect(newWants(ledger, [STATUS])).toEqual([])
  })

  test('with more bytes is another want', () => {
    const ledger = answered(CONFIG, ANSWER, 0)
    const more = { ...CONFIG, maxBytes: 2000 }
    expect(newWants(ledger, [CONFIG, more])).toEqual([more])
  })

  test.each([
    ['once is not asked again after its answer', CONFIG, ANSWER, [1e9], false],
    ['once is asked again half a minute after a failure, not before', CONFIG, FAILURE, [30_000], true],
    ['once is not asked again soon after a failure', CONFIG, FAILURE, [2000, 29_000], false],
    ['for every tick is due at the next one', STATUS, ANSWER, [1], true],
    ['for every tick is due at the next one after a failure too', STATUS, FAILURE, [1], true],
    ['for every ten seconds is due when they are over', LISTING, ANSWER, [10_000], true],
    [
      'for every ten seconds is due at a tick that comes some milliseconds early',
      LISTING,
      ANSWER,
      [9_990],
      true,
    ],
    ['for every ten seconds is not due before', LISTING, ANSWER, [9_000], false],
    ['for a server is due after two seconds', METRICS, ANSWER, [2000, 1990], true],
    ['for a server is not due sooner, however short the interval', METRICS, ANSWER, [500, 1500], false],
    ['that was refused is never asked again', METRICS, REFUSAL, [1e9], false],
    ['once, answered by a server that still loads, is asked again', MODELS, status(503), [30_000], true],
    ['once, answered "no such page", is not asked again', MODELS, status(404), [1e9], false],
    [
      'for every tick, answered by a server that still loads, does not slow down',
      METRICS,
      status(503),
      [2000],
      true,
    ],
  ] as const)('%s', (_, want, part, laterMs, isDue) => {
    const ledger = answered(want, part, 5000)
    for (const ms of laterMs) expect(dueWants(ledger, [want], 5000 + ms)).toEqual(isDue ? [want] : [])
  })

  test.each([100, 500, 900, 1000, 1500, 1900, 1950, 2000, 5000])(
    'for a server is asked no more than once in two seconds by a clock that ticks every %i ms',
    (intervalMs) => {
      const askedAtMs: number[] = []
      let ledger = NOTHING_ASKED
      for (let nowMs = 0; nowMs < 60_000; nowMs += intervalMs) {
        if (dueWants(ledger, [METRICS], nowMs).length === 0) continue
        askedAtMs.push(nowMs)
        ledger = noteAnswer(noteAsked(ledger, [METRICS], nowMs), METRICS, new Map([['it', ANSWER]]))
      }
      const [first = 0] = askedAtMs
      const last = askedAtMs.at(-1) ?? 0
      expect(askedAtMs.length).toBeLessThanOrEqual(1 + (last - first + 100) / 2000)
      expect(askedAtMs.length).toBeGreaterThanOrEqual(60_000 / Math.max(3000, intervalMs))
    },
  )

  test('for a server that fails is asked ever more seldom, but once a minute', () => {
    const pauses: number[] = []
    let ledger = NOTHING_ASKED
    let nowMs = 0
    for (let round = 0; round < 8; round++) {
      ledger = failedAgain(ledger, nowMs)
      const askedAtMs = nowMs
      while (dueWants(ledger, [METRICS], nowMs).length === 0) nowMs += 100
      pauses.push(nowMs - askedAtMs)
    }
    expect(pauses).toEqual([1900, 4000, 7900, 15_900, 31_900, 59_900, 59_900, 59_900])
    const recovered = noteAnswer(noteAsked(ledger, [METRICS], nowMs), METRICS, new Map([['it', ANSWER]]))
    expect(dueWants(recovered, [METRICS], nowMs + 2000)).toEqual([METRICS])
  })

  test('with several parts is answered when one of them is, and failed when there is none at all', () => {
    const asked = noteAsked(NOTHING_ASKED, [CONFIG], 0)
    const half = noteAnswer(
      asked,
      CONFIG,
      new Map<string, Part>([
        ['a', FAILURE],
        ['b', ANSWER],
      ]),
    )
    const none = noteAnswer(asked, CONFIG, new Map())
    expect(dueWants(half, [CONFIG], 1e9)).toEqual([])
    expect(dueWants(none, [CONFIG], 1e9)).toEqual([CONFIG])
  })
})

describe('what nobody wants any longer', () => {
  test('is asked afresh when it is wanted again', () => {
    const ledger = forgetUnwanted(answered(CONFIG, ANSWER, 0), [], 0)
    expect(newWants(ledger, [CONFIG])).toEqual([CONFIG])
  })

  test('is asked a page again after two seconds, even of one that is wanted only once', () => {
    const ledger = forgetUnwanted(answered(MODELS, ANSWER, 5000), [], 5100)
    expect(newWants(ledger, [MODELS])).toEqual([])
    expect(dueWants(ledger, [MODELS], 6500)).toEqual([])
    expect(dueWants(ledger, [MODELS], 7000)).toEqual([MODELS])
    expect(newWants(forgetUnwanted(ledger, [], 7000), [MODELS])).toEqual([MODELS])
  })

  test('stays forbidden after a refusal, and is not asked twice at the same time', () => {
    const refused = forgetUnwanted(answered(METRICS, REFUSAL, 0), [], 0)
    const awaited = forgetUnwanted(noteAsked(NOTHING_ASKED, [METRICS], 0), [], 0)
    expect(dueWants(refused, [METRICS], 1e9)).toEqual([])
    expect(dueWants(awaited, [METRICS], 1e9)).toEqual([])
  })
})

function answered(want: Want, part: Part, elapsedMs: number): WantLedger {
  return noteAnswer(noteAsked(NOTHING_ASKED, [want], elapsedMs), want, new Map([['it', part]]))
}

function failedAgain(ledger: WantLedger, elapsedMs: number): WantLedger {
  return noteAnswer(noteAsked(ledger, [METRICS], elapsedMs), METRICS, new Map([['it', FAILURE]]))
}

function status(code: number): Part {
  return { kind: 'text', text: '', status: code }
}
