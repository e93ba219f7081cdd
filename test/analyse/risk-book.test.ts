import { describe, expect, test } from 'vitest'
import { followRisks, raisedRisks, type RiskBook, type RiskCandidate } from '../../src/analyse/risk-book.ts'
import { RULES } from '../../src/analyse/rules.ts'
import { seconds } from '../../src/core/units.ts'
import type { Risk } from '../../src/model/risk.ts'

function candidate(changes: Partial<RiskCandidate> = {}): RiskCandidate {
  return {
    id: 'cuda-oom:GPU-0',
    class: 'cuda-oom',
    level: 'watch',
    gpu: 'GPU-0',
    gpus: ['GPU-0'],
    workload: 'transformers:9120',
    mig: undefined,
    eta: { seconds: 900, lowSeconds: 800, highSeconds: 1000 },
    summary: 'it fills',
    evidence: [],
    advice: [],
    ...changes,
  }
}

const PRESENT = [{ id: 'transformers:9120' }]

/** The condition at each of these moments: a level, or undefined where it does not hold. */
function follow(
  moments: readonly (readonly [atSeconds: number, level: Risk['level'] | undefined])[],
  workloads: readonly { readonly id: string }[] = PRESENT,
): readonly Risk[] {
  const book = moments.reduce<RiskBook>(
    (before, [atSeconds, level]) =>
      followRisks(
        before,
        level === undefined ? [] : [candidate({ level })],
        workloads,
        seconds(atSeconds),
        RULES.risk,
      ),
    new Map(),
  )
  return raisedRisks(book)
}

describe('a risk', () => {
  test('is said when its condition has held for six seconds, with when that began', () => {
    expect(
      follow([
        [0, 'watch'],
        [4, 'watch'],
      ]),
    ).toEqual([])
    expect(
      follow([
        [0, 'watch'],
        [4, 'watch'],
        [6, 'warn'],
      ]),
    ).toEqual([{ ...candidate({ level: 'warn' }), sinceElapsedMs: 0 }])
  })

  test('is not said when its condition came and went in between', () => {
    expect(
      follow([
        [0, 'watch'],
        [2, undefined],
        [4, 'watch'],
        [8, 'watch'],
      ]),
    ).toEqual([])
  })

  test('is taken back after three minutes without its condition, and not before', () => {
    const raised = [
      [0, 'warn'],
      [6, 'warn'],
    ] as const
    expect(follow([...raised, [8, undefined], [185, undefined]])).toHaveLength(1)
    expect(follow([...raised, [8, undefined], [186, undefined]])).toEqual([])
    expect(follow([...raised, [100, undefined], [150, 'warn'], [300, undefined]])).toMatchObject([
      { sinceElapsedMs: 0 },
    ])
  })

  test('ends at once with the workload that it names', () => {
    const raised = followRisks(new Map(), [candidate()], PRESENT, 0, { ...RULES.risk, confirmMs: 0 })
    expect(raisedRisks(raised)).toHaveLength(1)
    expect(raisedRisks(followRisks(raised, [], [], seconds(2), RULES.risk))).toEqual([])
  })

  test('without a workload lingers all the same', () => {
    const hostRisk = candidate({ id: 'host-oom', class: 'host-oom', workload: undefined })
    const raised = followRisks(new Map(), [hostRisk], [], 0, { ...RULES.risk, confirmMs: 0 })
    expect(raisedRisks(followRisks(raised, [], [], seconds(179), RULES.risk))).toHaveLength(1)
  })
})

test('the worst and soonest risk stands first', () => {
  const at = (id: string, level: Risk['level'], etaSeconds: number | undefined): RiskCandidate =>
    candidate({
      id,
      level,
      eta:
        etaSeconds === undefined ? undefined : { seconds: etaSeconds, lowSeconds: 0, highSeconds: undefined },
    })
  const candidates = [
    at('watch', 'watch', 10),
    at('critical-some-time', 'critical', undefined),
    at('warn', 'warn', 10),
    at('critical-later', 'critical', 200),
    at('critical-soon', 'critical', 20),
  ]
  const book = followRisks(new Map(), candidates, PRESENT, 0, { ...RULES.risk, confirmMs: 0 })
  expect(raisedRisks(book).map(({ id }) => id)).toEqual([
    'critical-soon',
    'critical-later',
    'critical-some-time',
    'warn',
    'watch',
  ])
})
