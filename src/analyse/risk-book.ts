import type { RiskEvent } from '../model/incident.ts'
import { reaches, type Advice, type Risk, type RiskClass, type RiskLevel } from '../model/risk.ts'
import type { RiskFindings, RiskNumbers } from './advice/index.ts'
import { followLevels, shownLevel, type LevelBook } from './risk-levels.ts'
import type { RiskRules } from './rules.ts'

/** A condition that holds at this tick, worded, before it is known whether it lasts. */
export interface Condition extends Omit<Risk, 'sinceElapsedMs' | 'advice'> {
  /** Processes that it is about: the same id of other processes is another risk. */
  readonly identity: string
  /** How long it must hold before it is said. */
  readonly confirmMs: number
  /** What is said while it does not hold any more and is not yet taken back. */
  readonly paused: string
  /** What it forecast has happened: kept, and said once as come true. */
  readonly cameTrue?: boolean
  /** What the last growth took of its pool: if less than that is left, the next one like it is the last. */
  readonly again?: { readonly pool: string; readonly bytes: number } | undefined
  /** Workloads that suffer beside the one that is named. */
  readonly victims: readonly string[]
  readonly numbers: RiskNumbers
  readonly findings: RiskFindings
}

/** Conditions by risk id, raised or still being confirmed. */
export type RiskBook = ReadonlyMap<string, RiskRecord>

export interface RiskRecord {
  readonly condition: Condition
  readonly sinceMs: number
  readonly lastTrueMs: number
  /** When it is taken back, if its condition does not hold again. */
  readonly clearsAtMs: number
  readonly raised: boolean
  readonly levels: LevelBook
  readonly advice: readonly Advice[]
  readonly advisedAtMs: number
}

/** What has ended, and which classes of risk that makes true. */
export interface Ending {
  /** Undefined where the kernel killed something that is no workload. */
  readonly workload: string | undefined
  readonly classes: ReadonlySet<RiskClass>
  readonly gpus: readonly string[]
}

/** What else there is at a tick. */
export interface Presence {
  /** The workloads that are there, with their identity. */
  readonly workloads: ReadonlyMap<string, string>
  /** What is left of every pool, by the key of its window. */
  readonly room: ReadonlyMap<string, number>
  /** What died at this tick. */
  readonly endings: readonly Ending[]
}

/** Asked only for what is said. */
export type Adviser = (condition: Condition, level: RiskLevel) => readonly Advice[]

export interface FollowedRisks {
  readonly book: RiskBook
  readonly events: readonly RiskEvent[]
}

/**
 * Hysteresis, the same for every class: said after its condition has held for a while, taken back after `clearMs`
 * without. A level falls more slowly still: a forecast wavers around its threshold. What is said of a workload ends with it.
 * @param advise what to do against it
 */
export function followRisks(
  before: RiskBook,
  conditions: readonly Condition[],
  advise: Adviser,
  presence: Presence,
  nowMs: number,
  rules: RiskRules,
): FollowedRisks {
  const { endings } = presence
  const holding = conditions.map((condition) =>
    holds(judgedAnew(before.get(condition.id), endings), condition, advise, nowMs, rules),
  )
  const ids = new Set(conditions.map(({ id }) => id))
  const lingering = [...before.values()]
    .filter(({ condition, raised }) => raised && !ids.has(condition.id))
    .map((record) => ({ ...record, clearsAtMs: record.lastTrueMs + patienceMs(record, presence, rules) }))
    .filter(({ condition, clearsAtMs }) => nowMs < clearsAtMs && isPresent(condition, presence))
  const book: RiskBook = new Map([...holding, ...lingering].map((record) => [record.condition.id, record]))
  return { book, events: eventsOf(before, book, endings, nowMs) }
}

/** The raised risks, worst and soonest first. */
export function raisedRisks(book: RiskBook, nowMs: number): readonly Risk[] {
  return [...book.values()]
    .filter(({ raised }) => raised)
    .map((record) => riskOf(record, nowMs))
    .sort((a, b) => byLevel(a.level, b.level) || (a.eta?.seconds ?? Infinity) - (b.eta?.seconds ?? Infinity))
}

/** Growth that rests with less left than it took is not over: such warnings are taken back as slowly as levels fall. */
function patienceMs(
  { condition: { again } }: RiskRecord,
  { room }: Presence,
  { clearMs, lowerMs }: RiskRules,
): number {
  const isTight = again !== undefined && (room.get(again.pool) ?? Infinity) < again.bytes
  return isTight ? lowerMs : clearMs
}

function isPresent({ workload, identity }: Condition, { workloads }: Presence): boolean {
  if (workload === undefined) return true
  return identity === '' ? workloads.has(workload) : workloads.get(workload) === identity
}

function holds(
  found: RiskRecord | undefined,
  present: Condition,
  advise: Adviser,
  nowMs: number,
  rules: RiskRules,
): RiskRecord {
  const before = found?.condition.identity === present.identity ? found : newRecord(present, nowMs, rules)
  const condition = { ...present, again: larger(before.condition.again, present.again) }
  const raised = before.raised || nowMs - before.sinceMs >= condition.confirmMs
  const levels = followLevels(before.levels, condition, nowMs, rules)
  const record = { ...before, condition, lastTrueMs: nowMs, raised, levels }
  const isDue = !before.raised || nowMs - before.advisedAtMs >= rules.adviseAgainMs
  if (!raised || !isDue) return record
  return { ...record, advice: advise(condition, shownLevel(levels, condition.level)), advisedAtMs: nowMs }
}

/** Growth slows before it rests: the most that it took counts. */
function larger(before: Condition['again'], now: Condition['again']): Condition['again'] {
  if (before?.pool !== now?.pool) return now ?? before
  return (before?.bytes ?? 0) > (now?.bytes ?? 0) ? before : now
}

/** What has happened has happened: what is left of it is judged by what there is now. */
function judgedAnew(found: RiskRecord | undefined, endings: readonly Ending[]): RiskRecord | undefined {
  return found !== undefined && hasComeTrue(found.condition, endings) ? { ...found, levels: {} } : found
}

function newRecord(condition: Condition, nowMs: number, { clearMs }: RiskRules): RiskRecord {
  return {
    condition,
    sinceMs: nowMs,
    lastTrueMs: nowMs,
    clearsAtMs: nowMs + clearMs,
    raised: false,
    levels: {},
    advice: [],
    advisedAtMs: nowMs,
  }
}

function riskOf(
  { condition, sinceMs, lastTrueMs, clearsAtMs, levels, advice }: RiskRecord,
  nowMs: number,
): Risk {
  const { identity, confirmMs, paused, cameTrue, again, victims, numbers, findings, ...said } = condition
  const risk = { ...said, level: shownLevel(levels, condition.level), sinceElapsedMs: sinceMs, advice }
  const quietMs = nowMs - lastTrueMs
  if (quietMs < PAUSE_MS) return risk
  const left = Math.ceil((clearsAtMs - nowMs) / 1000)
  return {
    ...risk,
    eta: undefined,
    summary: paused,
    evidence: [
      ...risk.evidence,
      `not seen again for ${Math.floor(quietMs / 1000)} s: taken back in ${left} s`,
    ],
  }
}

// a condition that rests for a few ticks is still spoken of as before
const PAUSE_MS = 15_000

function eventsOf(
  before: RiskBook,
  book: RiskBook,
  endings: readonly Ending[],
  nowMs: number,
): readonly RiskEvent[] {
  const gone = [...before.values()]
    .filter(({ condition, raised }) => raised && !isIn(book, condition))
    .map((record): RiskEvent => {
      const kind = hasComeTrue(record.condition, endings) ? 'came-true' : 'cleared'
      return { kind, risk: riskOf(record, record.lastTrueMs) }
    })
  const news = [...book.values()]
    .filter(({ raised }) => raised)
    .flatMap((record) => newsOf(record, sameBefore(before, record), endings, nowMs))
  return [...gone, ...news]
}

/** The record of the tick before, where it was said then of the same processes. */
function sameBefore(before: RiskBook, { condition }: RiskRecord): RiskRecord | undefined {
  const earlier = before.get(condition.id)
  return earlier?.condition.identity === condition.identity && earlier.raised ? earlier : undefined
}

function newsOf(
  record: RiskRecord,
  same: RiskRecord | undefined,
  endings: readonly Ending[],
  nowMs: number,
): readonly RiskEvent[] {
  const { condition } = record
  const risk = riskOf(record, nowMs)
  const events: RiskEvent[] = []
  if (same === undefined || rose(same, risk.level)) events.push({ kind: 'raised', risk })
  if (condition.cameTrue === true && same?.condition.cameTrue !== true)
    events.push({ kind: 'came-true', risk })
  // a death is what was said before it, not what is left of it
  if (same !== undefined && hasComeTrue(condition, endings))
    events.push({ kind: 'came-true', risk: riskOf(same, same.lastTrueMs) })
  return events
}

function rose({ condition, levels }: RiskRecord, level: RiskLevel): boolean {
  return !reaches(shownLevel(levels, condition.level), level)
}

function isIn(book: RiskBook, condition: Condition): boolean {
  return book.get(condition.id)?.condition.identity === condition.identity
}

/** A risk also comes true in another workload than the one it names: the victim of a neighbour. */
function hasComeTrue({ class: kind, workload, gpus }: Condition, endings: readonly Ending[]): boolean {
  return endings.some(
    (ending) =>
      ending.classes.has(kind) &&
      (ending.workload === undefined ||
        ending.workload === workload ||
        ending.gpus.some((uuid) => gpus.includes(uuid))),
  )
}

function byLevel(a: RiskLevel, b: RiskLevel): number {
  return a === b ? 0 : reaches(a, b) ? -1 : 1
}
