import { minutes, seconds } from '../../core/units.ts'
import type { Outcome, OutcomeKind } from '../../model/outcome.ts'
import type { RiskClass } from '../../model/risk.ts'
import type { Alarm } from './alarms.ts'

/** What counts as told in time. */
export const IN_TIME = {
  earliestMs: minutes(30),
  latestMs: seconds(5),
  /** Taken back longer than this before it happened, it was not told. */
  heldMs: seconds(120),
  /** A warning of harm that goes on may come so long after its beginning, and is then neither true nor false. */
  lateMs: minutes(30),
  /** Raised again so soon after it was taken back is one warning that flaps. */
  flapMs: minutes(10),
} as const

/** An outcome with the warning that told it, if any. */
export interface JudgedOutcome {
  readonly outcome: Outcome
  /** The first of the alarms that told it. */
  readonly toldBy: Alarm | undefined
  readonly leadMs: number | undefined
}

/** `late`: what it says was happening already; it counts neither way. */
export interface JudgedAlarm {
  readonly alarm: Alarm
  readonly verdict: 'true' | 'false' | 'late'
  readonly flap: boolean
}

export interface Judged {
  readonly outcomes: readonly JudgedOutcome[]
  /** Warnings alone: a watch that does not come true is no false alarm. */
  readonly warnings: readonly JudgedAlarm[]
}

/** Holds alarms against what happened, in one recording. */
export function judgeAlarms(alarms: readonly Alarm[], all: readonly Outcome[]): Judged {
  const outcomes = all.filter(({ kind }) => kind !== 'none')
  const warnings = alarms.filter(({ floor }) => floor === 'warn')
  return {
    outcomes: outcomes.map((outcome) => judgeOutcome(outcome, alarms)),
    warnings: warnings.map((alarm) => ({
      alarm,
      verdict: verdictOn(alarm, outcomes),
      flap: isFlap(alarm, warnings, outcomes),
    })),
  }
}

function judgeOutcome(outcome: Outcome, alarms: readonly Alarm[]): JudgedOutcome {
  const mayForecast = FORECAST.has(outcome.kind)
  const toldBy = alarms
    .filter(({ floor }) => mayForecast || floor === 'warn')
    .filter((alarm) => tells(alarm, outcome))
    .sort((a, b) => a.raisedAtMs - b.raisedAtMs)[0]
  return {
    outcome,
    toldBy,
    leadMs: toldBy === undefined ? undefined : outcome.elapsedMs - toldBy.raisedAtMs,
  }
}

/** Of these a watch is a forecast, and all that can be said before the harm. */
const FORECAST: ReadonlySet<OutcomeKind> = new Set(['kv-saturation', 'context-limit'])

/** What else than its own name tells an outcome: a model that will not fit, or has outgrown its ceiling, ends in the OOM that follows. */
const ALSO_TOLD_BY: Readonly<Partial<Record<OutcomeKind, readonly RiskClass[]>>> = {
  'cuda-oom': ['will-not-fit', 'over-ceiling'],
  'host-oom': ['will-not-fit', 'over-ceiling'],
  'unified-oom': ['will-not-fit', 'over-ceiling'],
}

function tells(alarm: Alarm, outcome: Outcome): boolean {
  const leadMs = outcome.elapsedMs - alarm.raisedAtMs
  const isInTime = leadMs >= IN_TIME.latestMs && leadMs <= IN_TIME.earliestMs
  const stood = alarm.clearedAtMs === undefined || outcome.elapsedMs - alarm.clearedAtMs <= IN_TIME.heldMs
  return isInTime && stood && isOfClass(alarm, outcome) && isAtPlace(alarm, outcome)
}

function isOfClass(alarm: Alarm, { kind }: Outcome): boolean {
  return alarm.class === kind || ALSO_TOLD_BY[kind]?.includes(alarm.class) === true
}

/** The right workload, by pid where one is given, or the right card; where either side names nothing, the right host. */
function isAtPlace(alarm: Alarm, outcome: Outcome): boolean {
  if (alarm.host !== outcome.host) return false
  const { gpu, workload, pid } = outcome
  const isOfHost = alarm.gpus.length === 0 && alarm.workloads.length === 0
  const isAnywhere = gpu === undefined && workload === undefined && pid === undefined
  return isOfHost || isAnywhere || isOnCard(alarm, outcome) || isOfWorkload(alarm, outcome)
}

function isOnCard({ gpus }: Alarm, { gpu }: Outcome): boolean {
  return gpu !== undefined && gpus.includes(gpu)
}

function isOfWorkload({ pids, workloads }: Alarm, { pid, workload }: Outcome): boolean {
  if (pid !== undefined) return pids.includes(pid)
  return workload !== undefined && workloads.includes(workload)
}

function verdictOn(alarm: Alarm, outcomes: readonly Outcome[]): JudgedAlarm['verdict'] {
  if (outcomes.some((outcome) => tells(alarm, outcome))) return 'true'
  return outcomes.some((outcome) => isLate(alarm, outcome)) ? 'late' : 'false'
}

/** Raised while it happened; what goes on for long may be said for as long. */
function isLate(alarm: Alarm, outcome: Outcome): boolean {
  const afterMs = alarm.raisedAtMs - outcome.elapsedMs
  const mostMs = FORECAST.has(outcome.kind) ? IN_TIME.lateMs : IN_TIME.latestMs
  return (
    afterMs > -IN_TIME.latestMs && afterMs <= mostMs && isOfClass(alarm, outcome) && isAtPlace(alarm, outcome)
  )
}

/** The same was taken back shortly before, and nothing has happened in between. */
function isFlap(alarm: Alarm, warnings: readonly Alarm[], outcomes: readonly Outcome[]): boolean {
  return warnings.some(({ host, id, clearedAtMs }) => {
    if (host !== alarm.host || id !== alarm.id || clearedAtMs === undefined) return false
    const awayMs = alarm.raisedAtMs - clearedAtMs
    const happened = outcomes.some(
      ({ elapsedMs }) => elapsedMs >= clearedAtMs && elapsedMs <= alarm.raisedAtMs,
    )
    return awayMs >= 0 && awayMs <= IN_TIME.flapMs && !happened
  })
}
