import { describe, expect, test } from 'vitest'
import { afterwards, isGap, isOutOfOrder, withoutNews } from '../../src/analyse/gap.ts'
import { observe } from '../../src/analyse/observe.ts'
import type { Watched } from '../../src/analyse/windows.ts'
import type { Memory } from '../../src/analyse/memory.ts'
import type { RawSample } from '../../src/model/sample.ts'
import { BEGINNING, sampleAt } from '../support/fold.ts'

function after(previous: RawSample): Memory {
  return { ...BEGINNING, previous }
}

const first = sampleAt(100, {})
const wall = first.takenAtEpochMs

const LINK_DOWN = { link: { state: 'down', ageMs: 9000, retryInMs: 500 } } as const

describe('a gap in time', () => {
  test.each<[string, RawSample]>([
    ['more than three intervals without a sample', sampleAt(106.1, {})],
    ['a monotonic clock that went back', sampleAt(99, {})],
    ['a wall clock that ran ahead, as after a suspend', sampleAt(102, {}, { takenAtEpochMs: wall + 9000 })],
    ['a wall clock that was put back', sampleAt(102, {}, { takenAtEpochMs: wall - 4100 })],
  ])('is %s', (_, sample) => {
    expect(isGap(after(first), sample)).toBe(true)
  })

  test('is a link that was down for more than three intervals, however many samples said so', () => {
    const down = [102, 104, 106].map((seconds) => sampleAt(seconds, {}, LINK_DOWN))
    const samples = [first, ...down, sampleAt(108, {})]
    const gaps: boolean[] = []
    samples.reduce((memory, sample) => {
      gaps.push(isGap(memory, sample))
      return observe(memory, sample)
    }, BEGINNING)
    expect(gaps).toEqual([false, false, false, false, true])
  })

  test.each<[string, Memory, RawSample]>([
    ['the very first sample', BEGINNING, first],
    ['three intervals', after(first), sampleAt(106, {})],
    ['a catch-up sample at the same time', after(first), first],
    ['a wall clock that is kept in step', after(first), sampleAt(102, {}, { takenAtEpochMs: wall + 7900 })],
    ['the first sample at a slower pace', after(first), sampleAt(130, {}, { intervalMs: 10_000 })],
    [
      'the first sample at a faster pace',
      after(sampleAt(100, {}, { intervalMs: 10_000 })),
      sampleAt(130, {}),
    ],
  ])('is not %s', (_, memory, sample) => {
    expect(isGap(memory, sample)).toBe(false)
  })
})

describe('a sample out of order', () => {
  test('is one that is older by both clocks, and it says nothing', () => {
    const late = sampleAt(93, { meminfo: 'MemTotal: 1 kB' })
    expect(isOutOfOrder(after(first), late)).toBe(true)
    expect(withoutNews(after(first), late)).toEqual({
      ...first,
      sequence: late.sequence,
      parts: new Map(),
    })
  })

  test.each<[string, RawSample]>([
    ['the next one', sampleAt(102, {})],
    ['one whose monotonic clock alone went back', sampleAt(60, {}, { takenAtEpochMs: wall + 2000 })],
    ['the first one of another run', sampleAt(20, {})],
  ])('is not %s', (_, sample) => {
    expect(isOutOfOrder(after(first), sample)).toBe(false)
  })
})

test('after a gap all that was known stands but windows and counts over time; after a clock that went back it is another run', () => {
  const watched: Watched = {
    circumstances: '',
    unit: 'bytes',
    window: { closed: [], open: { atMs: 1, value: 2 } },
    recent: [],
    slow: { kind: 'steady' },
    medium: undefined,
    judgedAtMs: 1,
  }
  const book: Memory = {
    ...after(first),
    users: new Map([[0, 'root']]),
    windows: new Map([['gpu:GPU-0', watched]]),
    heights: new Map([['host', { owner: '', latest: 3, returnedFrom: 2 }]]),
    standings: {
      atCap: new Map([['GPU-0', { circumstances: '', sinceMs: 1, proven: true }]]),
      preemptions: new Map([['vllm:1', []]]),
    },
  }
  const standings = { ...book.standings, preemptions: new Map() }
  expect(afterwards(book, sampleAt(200, {}))).toEqual({ ...book, windows: new Map(), standings })
  expect(afterwards(book, sampleAt(99, {}))).toEqual(BEGINNING)
})
