import type { RiskEvent } from '../model/incident.ts'
import { reaches, type Advice, type Risk, type RiskClass, type RiskLevel } from '../model/risk.ts'
import type { RiskFindings, RiskNumbers } from './advice/index.ts'
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
  readonly raised: boolean
  /** For each level since when it has held without a break, and when it held last. */
  readonly levels: Readonly<Partial<Record<RiskLevel, LevelTimes>>>
  readonly advice: readonly Advice[]
  readonly advisedAtMs: number
}

interface LevelTimes {
  readonly sinceMs: number
  readonly lastMs: number
  /** Held long enough to be said. */
  readonly confirmed: boolean
}

/** What has ended, and which classes of risk that makes true. */
export interface Ending {
  /** Undefined where the kernel killed something that is no workload. */
  readonly workload: string | undefined
  readonly classes: ReadonlySet<RiskClass>
  readonly gpus: readonly string[]
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
 * @param present the workloads that are there, with their identity
 * @param endings what died at this tick
 */
export function followRisks(
  before: RiskBook,
  conditions: readonly Condition[],
  advise: Adviser,
  present: ReadonlyMap<string, string>,
  endings: readonly Ending[],
  nowMs: number,
  rules: RiskRules,
): FollowedRisks {
  const holding = conditions.map((condition) =>
    holds(judgedAnew(before.get(condition.id), endings), condition, advise, nowMs, rules),
  )
  const ids = new Set(conditions.map(({ id }) => id))
  const lingering = [...before.values()]
    .filter(({ condition, raised }) => raised && !ids.has(condition.id))
    .filter(
      ({ condition, lastTrueMs }) => nowMs - lastTrueMs < rules.clearMs && isPresent(condition, present),
    )
  const book: RiskBook = new Map([...holding, ...lingering].map((record) => [record.condition.id, record]))
  return { book, events: eventsOf(before, book, endings, nowMs, rules) }
}

/** The raised risks, worst and soonest first. */
export function raisedRisks(book: RiskBook, nowMs: number, rules: RiskRules): readonly Risk[] {
  return [...book.values()]
    .filter(({ raised }) => raised)
    .map((record) => riskOf(record, nowMs, rules))
    .sort((a, b) => byLevel(a.level, b.level) || (a.eta?.seconds ?? Infinity) - (b.eta?.seconds ?? Infinity))
}

function isPresent({ workload, identity }: Condition, present: ReadonlyMap<string, string>): boolean {
  if (workload === undefined) return true
  return identity === '' ? present.has(workload) : present.get(workload) === identity
}

function holds(
  found: RiskRecord | undefined,
  condition: Condition,
  advise: Adviser,
  nowMs: number,
  rules: RiskRules,
): RiskRecord {
  const before = found?.condition.identity === condition.identity ? found : newRecord(condition, nowMs)
  const raised = before.raised || nowMs - before.sinceMs >= condition.confirmMs
  const levels = followLevels(before.levels, condition, nowMs, rules)
  const record = { ...before, condition, lastTrueMs: nowMs, raised, levels }
  const isDue = !before.raised || nowMs - before.advisedAtMs >= rules.adviseAgainMs
  if (!raised || !isDue) return record
  return { ...record, advice: advise(condition, shownLevel(levels, condition.level)), advisedAtMs: nowMs }
}

/** What has happened has happened: what is left of it is judged by what there is now. */
function judgedAnew(found: RiskRecord | undefined, endings: readonly Ending[]): RiskRecord | undefined {
  return found !== undefined && hasComeTrue(found.condition, endings) ? { ...found, levels: {} } : found
}

function newRecord(condition: Condition, nowMs: number): RiskRecord {
  return {
    condition,
    sinceMs: nowMs,
    lastTrueMs: nowMs,
    raised: false,
    levels: {},
    advice: [],
    advisedAtMs: nowMs,
  }
}

const RISING: readonly RiskLevel[] = ['watch', 'warn', 'critical']

function followLevels(
  before: RiskRecord['levels'],
  { level, confirmMs }: Condition,
  nowMs: number,
  rules: RiskRules,
): RiskRecord['levels'] {
  return Object.fromEntries(
    RISING.flatMap((one): readonly (readonly [RiskLevel, LevelTimes])[] => {
      const times = before[one]
      if (reaches(level, one)) {
        const sinceMs = times?.sinceMs ?? nowMs
        const confirmed = times?.confirmed === true || nowMs - sinceMs >= confirmMs
        return [[one, { sinceMs, lastMs: nowMs, confirmed }]]
      }
      const stays = times?.confirmed === true && nowMs - times.lastMs < rules.lowerMs
      return stays ? [[one, times]] : []
    }),
  )
}

/** The highest level that has held long enough and not been gone for long. */
function shownLevel(levels: RiskRecord['levels'], present: RiskLevel): RiskLevel {
  return RISING.findLast((one) => levels[one]?.confirmed === true) ?? present
}

function riskOf(
  { condition, sinceMs, lastTrueMs, levels, advice }: RiskRecord,
  nowMs: number,
  rules: RiskRules,
): Risk {
  const { identity, confirmMs, paused, cameTrue, victims, numbers, findings, ...said } = condition
  const risk = { ...said, level: shownLevel(levels, condition.level), sinceElapsedMs: sinceMs, advice }
  const quietMs = nowMs - lastTrueMs
  if (quietMs < PAUSE_MS) return risk
  const left = Math.ceil((rules.clearMs - quietMs) / 1000)
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
  rules: RiskRules,
): readonly RiskEvent[] {
  const gone = [...before.values()]
    .filter(({ condition, raised }) => raised && !isIn(book, condition))
    .map((record): RiskEvent => {
      const kind = hasComeTrue(record.condition, endings) ? 'came-true' : 'cleared'
      return { kind, risk: riskOf(record, record.lastTrueMs, rules) }
    })
  const news = [...book.values()]
    .filter(({ raised }) => raised)
    .flatMap((record) => newsOf(record, sameBefore(before, record), endings, nowMs, rules))
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
  rules: RiskRules,
): readonly RiskEvent[] {
  const { condition } = record
  const risk = riskOf(record, nowMs, rules)
  const events: RiskEvent[] = []
  if (same === undefined || rose(same, risk.level)) events.push({ kind: 'raised', risk })
  if (condition.cameTrue === true && same?.condition.cameTrue !== true)
    events.push({ kind: 'came-true', risk })
  // a death is what was said before it, not what is left of it
  if (same !== undefined && hasComeTrue(condition, endings))
    events.push({ kind: 'came-true', risk: riskOf(same, same.lastTrueMs, rules) })
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
