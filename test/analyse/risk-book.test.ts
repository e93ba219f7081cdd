import { describe, expect, test } from 'vitest'
import {
  followRisks,
  raisedRisks,
  type Condition,
  type Ending,
  type RiskBook,
} from '../../src/analyse/risk-book.ts'
import { RULES } from '../../src/analyse/rules.ts'
import { seconds } from '../../src/core/units.ts'
import type { RiskEvent } from '../../src/model/incident.ts'
import type { Risk } from '../../src/model/risk.ts'

const WORKLOAD = 'transformers:9120'

function condition(changes: Partial<Condition> = {}): Condition {
  return {
    id: `cuda-oom:${WORKLOAD}`,
    identity: '9120@77',
    confirmMs: RULES.risk.confirmMs,
    class: 'cuda-oom',
    level: 'watch',
    gpu: 'GPU-0',
    gpus: ['GPU-0'],
    workload: WORKLOAD,
    mig: undefined,
    eta: { seconds: 900, lowSeconds: 800, highSeconds: 1000 },
    summary: 'it fills',
    paused: 'it has stopped',
    evidence: [],
    victims: [],
    numbers: {},
    findings: {},
    ...changes,
  }
}

const ALIVE = new Map([[WORKLOAD, '9120@77']])
const NOBODY = { workloads: new Map(), room: new Map(), endings: [] }

interface Moment {
  readonly at: number
  readonly level?: Risk['level']
  readonly changes?: Partial<Condition>
  readonly present?: ReadonlyMap<string, string>
  readonly room?: ReadonlyMap<string, number>
  readonly endings?: readonly Ending[]
}

interface Followed {
  readonly risks: readonly Risk[]
  /** `6 s raised watch`. */
  readonly events: readonly string[]
  readonly asked: number
}

function follow(moments: readonly Moment[]): Followed {
  const events: string[] = []
  let book: RiskBook = new Map()
  let asked = 0
  let lastMs = 0
  for (const moment of moments) {
    const { at, level, changes, present = ALIVE, room = new Map(), endings = [] } = moment
    lastMs = seconds(at)
    const conditions = level === undefined ? [] : [condition({ level, ...changes })]
    const advise = (): [] => {
      asked += 1
      return []
    }
    const next = followRisks(
      book,
      conditions,
      advise,
      { workloads: present, room, endings },
      lastMs,
      RULES.risk,
    )
    book = next.book
    events.push(...next.events.map((event: RiskEvent) => `${at} s ${event.kind} ${event.risk.level}`))
  }
  return { risks: raisedRisks(book, lastMs), events, asked }
}

describe('a risk', () => {
  test('is said when its condition has held for six seconds, with when that began', () => {
    expect(
      follow([
        { at: 0, level: 'watch' },
        { at: 4, level: 'watch' },
      ]),
    ).toEqual({
      risks: [],
      events: [],
      asked: 0,
    })
    const { risks, events } = follow([
      { at: 0, level: 'watch' },
      { at: 4, level: 'watch' },
      { at: 6, level: 'watch' },
    ])
    expect(risks).toMatchObject([{ level: 'watch', sinceElapsedMs: 0, summary: 'it fills' }])
    expect(events).toEqual(['6 s raised watch'])
  })

  test('is said at once where nothing needs confirming', () => {
    expect(follow([{ at: 0, level: 'critical', changes: { confirmMs: 0 } }]).events).toEqual([
      '0 s raised critical',
    ])
  })

  test('is not said when its condition came and went in between', () => {
    const flicker = [
      { at: 0, level: 'watch' },
      { at: 2 },
      { at: 4, level: 'watch' },
      { at: 8, level: 'watch' },
    ] as const
    expect(follow(flicker).risks).toEqual([])
  })

  test('is taken back after three minutes without its condition, and says meanwhile that it rests', () => {
    const raised: readonly Moment[] = [
      { at: 0, level: 'warn' },
      { at: 6, level: 'warn' },
    ]
    expect(follow([...raised, { at: 185 }]).risks).toMatchObject([
      { summary: 'it has stopped', eta: undefined },
    ])
    expect(follow([...raised, { at: 186 }])).toMatchObject({
      risks: [],
      events: ['6 s raised warn', '186 s cleared warn'],
    })
    expect(follow([...raised, { at: 100 }, { at: 150, level: 'warn' }, { at: 300 }]).risks).toHaveLength(1)
  })

  test('stands for a quarter of an hour while less is left than its growth took at most', () => {
    const raised: readonly Moment[] = [
      { at: 0, level: 'warn', changes: { again: { pool: 'gpu:GPU-0', bytes: 900 } } },
      { at: 6, level: 'warn', changes: { again: { pool: 'gpu:GPU-0', bytes: 400 } } },
    ]
    const tight = new Map([['gpu:GPU-0', 800]])
    const { risks } = follow([...raised, { at: 500, room: tight }])
    expect(risks[0]?.evidence).toEqual(['not seen again for 494 s: taken back in 406 s'])
    expect(follow([...raised, { at: 905, room: tight }]).risks).toHaveLength(1)
    expect(follow([...raised, { at: 906, room: tight }]).risks).toEqual([])
    // what was given back is left again
    expect(follow([...raised, { at: 186, room: new Map([['gpu:GPU-0', 900]]) }]).risks).toEqual([])
  })

  test('rises when the higher level has held, and falls only after a quarter of an hour: forecasts waver', () => {
    const moments: readonly Moment[] = [
      { at: 0, level: 'watch' },
      { at: 6, level: 'watch' },
      { at: 8, level: 'warn' },
      { at: 12, level: 'watch' },
      { at: 20, level: 'warn' },
      { at: 26, level: 'warn' },
      { at: 28, level: 'watch' },
      { at: 300, level: 'watch' },
      { at: 925, level: 'watch' },
      { at: 930, level: 'watch' },
    ]
    const levels = moments.map((_, at) => follow(moments.slice(0, at + 1)).risks[0]?.level)
    expect(levels).toEqual([
      undefined,
      'watch',
      'watch',
      'watch',
      'watch',
      'warn',
      'warn',
      'warn',
      'warn',
      'watch',
    ])
    expect(follow(moments).events).toEqual(['6 s raised watch', '26 s raised warn'])
  })

  test('ends at once with its workload, and has come true where that died of it', () => {
    const raised: readonly Moment[] = [
      { at: 0, level: 'warn' },
      { at: 6, level: 'warn' },
    ]
    const gone = new Map<string, string>()
    expect(follow([...raised, { at: 8, present: gone }]).events.at(-1)).toBe('8 s cleared warn')
    const died: Ending = { workload: WORKLOAD, classes: new Set(['cuda-oom']), gpus: ['GPU-0'] }
    expect(follow([...raised, { at: 8, present: gone, endings: [died] }]).events.at(-1)).toBe(
      '8 s came-true warn',
    )
  })

  test('has come true too where a neighbour on its card died, and stands on', () => {
    const victim: Ending = { workload: 'vllm:1', classes: new Set(['cuda-oom']), gpus: ['GPU-0'] }
    const { risks, events } = follow([
      { at: 0, level: 'warn' },
      { at: 6, level: 'warn' },
      { at: 8, level: 'warn', endings: [victim] },
    ])
    expect(events.at(-1)).toBe('8 s came-true warn')
    expect(risks).toHaveLength(1)
  })

  test('that has come true is judged by what is left: its level does not linger', () => {
    const victim: Ending = { workload: 'vllm:1', classes: new Set(['cuda-oom']), gpus: ['GPU-0'] }
    const { risks } = follow([
      { at: 0, level: 'critical' },
      { at: 6, level: 'critical' },
      { at: 8, level: 'watch', endings: [victim] },
    ])
    expect(risks.map(({ level }) => level)).toEqual(['watch'])
  })

  test('is not inherited by another process under the same pid', () => {
    const reused = new Map([[WORKLOAD, '9120@99']])
    const raised: readonly Moment[] = [
      { at: 0, level: 'warn' },
      { at: 6, level: 'warn' },
    ]
    const other = { at: 8, level: 'warn', changes: { identity: '9120@99' }, present: reused } as const
    expect(follow([...raised, other])).toMatchObject({
      risks: [],
      events: ['6 s raised warn', '8 s cleared warn'],
    })
  })

  test('asks for advice when it is said and every five seconds from then on, not at each tick', () => {
    const ticks = Array.from({ length: 9 }, (_, at): Moment => ({ at: at * 2, level: 'warn' }))
    expect(follow(ticks).asked).toBe(2)
  })
})

test('the worst and soonest risk stands first', () => {
  const at = (id: string, level: Risk['level'], etaSeconds: number | undefined): Condition =>
    condition({
      id,
      level,
      confirmMs: 0,
      eta:
        etaSeconds === undefined ? undefined : { seconds: etaSeconds, lowSeconds: 0, highSeconds: undefined },
    })
  const conditions = [
    at('watch', 'watch', 10),
    at('critical-some-time', 'critical', undefined),
    at('warn', 'warn', 10),
    at('critical-later', 'critical', 200),
    at('critical-soon', 'critical', 20),
  ]
  const { book } = followRisks(new Map(), conditions, () => [], NOBODY, 0, RULES.risk)
  expect(raisedRisks(book, 0).map(({ id }) => id)).toEqual([
    'critical-soon',
    'critical-later',
    'critical-some-time',
    'warn',
    'watch',
  ])
})
