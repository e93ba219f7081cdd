import type { Workload } from '../model/workload.ts'
import { reaches, type Risk, type RiskLevel } from '../model/risk.ts'
import type { RiskRules } from './rules.ts'

/** A condition that holds at this tick, worded, before it is known whether it lasts. */
export type RiskCandidate = Omit<Risk, 'sinceElapsedMs'>

/** Conditions by risk id, raised or still being confirmed. */
export type RiskBook = ReadonlyMap<string, RiskRecord>

interface RiskRecord {
  readonly candidate: RiskCandidate
  readonly sinceMs: number
  readonly lastTrueMs: number
  readonly raised: boolean
}

/**
 * Hysteresis, the same for every class: said after `confirmMs` of holding, taken back after `clearMs` without.
 * What is said of a workload ends with it.
 */
export function followRisks(
  book: RiskBook,
  candidates: readonly RiskCandidate[],
  workloads: readonly Pick<Workload, 'id'>[],
  nowMs: number,
  rules: RiskRules,
): RiskBook {
  const holding = candidates.map((candidate) => holds(book.get(candidate.id), candidate, nowMs, rules))
  const ids = new Set(candidates.map(({ id }) => id))
  const present = new Set(workloads.map(({ id }) => id))
  const lingering = [...book.values()].filter(
    ({ candidate, raised, lastTrueMs }) =>
      !ids.has(candidate.id) &&
      raised &&
      nowMs - lastTrueMs < rules.clearMs &&
      (candidate.workload === undefined || present.has(candidate.workload)),
  )
  return new Map([...holding, ...lingering].map((record) => [record.candidate.id, record]))
}

function holds(
  before: RiskRecord | undefined,
  candidate: RiskCandidate,
  nowMs: number,
  rules: RiskRules,
): RiskRecord {
  const sinceMs = before?.sinceMs ?? nowMs
  return {
    candidate,
    sinceMs,
    lastTrueMs: nowMs,
    raised: before?.raised === true || nowMs - sinceMs >= rules.confirmMs,
  }
}

/** The raised risks, worst and soonest first. */
export function raisedRisks(book: RiskBook): readonly Risk[] {
  return [...book.values()]
    .filter(({ raised }) => raised)
    .map(({ candidate, sinceMs }) => ({ ...candidate, sinceElapsedMs: sinceMs }))
    .sort((a, b) => byLevel(a.level, b.level) || (a.eta?.seconds ?? Infinity) - (b.eta?.seconds ?? Infinity))
}

function byLevel(a: RiskLevel, b: RiskLevel): number {
  if (a === b) return 0
  return reaches(a, b) ? -1 : 1
}
