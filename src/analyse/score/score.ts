import { minutes } from '../../core/units.ts'
import type { Outcome } from '../../model/outcome.ts'
import { RISK_CLASSES, type RiskClass } from '../../model/risk.ts'
import { alarmsOf, type Alarm, type AlarmBook } from './alarms.ts'
import { judgeAlarms, type JudgedAlarm, type JudgedOutcome } from './judge.ts'

/** One recording as it was seen: the risks that today's rules raised, and what it says of the end. */
export interface Watched {
  readonly file: string
  readonly book: AlarmBook
  /** None: it is counted as healthy. */
  readonly outcomes: readonly Outcome[]
}

export interface Score {
  readonly files: number
  readonly watchedHours: number
  /** Of recordings in which nothing happened, or that do not say. */
  readonly healthyHours: number
  /** Recordings without a line that says what happened. */
  readonly unlabelled: readonly string[]
  readonly classes: readonly ClassScore[]
  readonly all: ClassScore
  /** Outcomes that no warning told, those aside that nothing could. */
  readonly misses: readonly Miss[]
  readonly falseAlarms: readonly FalseAlarm[]
}

export interface ClassScore {
  readonly class: RiskClass | 'all'
  /** Outcomes that could be foreseen, and how many of them were. */
  readonly foreseeable: number
  readonly foreseen: number
  /** Outcomes that nothing could tell beforehand. */
  readonly unforeseeable: number
  readonly trueAlarms: number
  readonly falseAlarms: number
  /** Raised while it was happening already. */
  readonly lateAlarms: number
  readonly flaps: number
  /** undefined where there is nothing to divide by. */
  readonly precision: number | undefined
  readonly recall: number | undefined
  readonly leadSeconds: { readonly median: number; readonly p10: number } | undefined
  readonly falseAlarmsPerHour: number | undefined
  readonly flapsPerHour: number | undefined
}

export interface Miss {
  readonly file: string
  readonly outcome: Outcome
}

export interface FalseAlarm {
  readonly file: string
  readonly alarm: Alarm
}

/** Scores warnings against what happened (DESIGN §8, "score"). */
export function scoreOf(recordings: readonly Watched[]): Score {
  const judged = recordings.map(({ file, book, outcomes }) => ({
    file,
    ...judgeAlarms(alarmsOf(book), outcomes),
  }))
  const watchedHours = inHours(recordings)
  const outcomes = judged.flatMap((recording) => recording.outcomes)
  const warnings = judged.flatMap((recording) => recording.warnings)
  return {
    files: recordings.length,
    watchedHours,
    healthyHours: inHours(recordings.filter(({ outcomes: all }) => all.every(({ kind }) => kind === 'none'))),
    unlabelled: recordings.filter(({ outcomes: all }) => all.length === 0).map(({ file }) => file),
    classes: RISK_CLASSES.map((name) =>
      classScore(
        name,
        outcomes.filter(({ outcome }) => outcome.kind === name),
        warnings.filter(({ alarm }) => alarm.class === name),
        watchedHours,
      ),
    ),
    all: classScore('all', outcomes, warnings, watchedHours),
    misses: judged.flatMap(({ file, outcomes: all }) =>
      all.filter(isMissed).map(({ outcome }) => ({ file, outcome })),
    ),
    falseAlarms: judged.flatMap(({ file, warnings: all }) =>
      all.filter(({ verdict }) => verdict === 'false').map(({ alarm }) => ({ file, alarm })),
    ),
  }
}

function inHours(recordings: readonly Watched[]): number {
  return recordings.reduce((total, { book }) => total + book.watchedMs, 0) / minutes(60)
}

function isMissed({ outcome, toldBy }: JudgedOutcome): boolean {
  return outcome.foreseeable && toldBy === undefined
}

function classScore(
  name: ClassScore['class'],
  outcomes: readonly JudgedOutcome[],
  warnings: readonly JudgedAlarm[],
  watchedHours: number,
): ClassScore {
  const foreseeable = outcomes.filter(({ outcome }) => outcome.foreseeable)
  const leadsMs = foreseeable.flatMap(({ leadMs }) => leadMs ?? [])
  const by = (verdict: JudgedAlarm['verdict']): number =>
    warnings.filter((warning) => warning.verdict === verdict).length
  const trueAlarms = by('true')
  const falseAlarms = by('false')
  const flaps = warnings.filter(({ flap }) => flap).length
  return {
    class: name,
    foreseeable: foreseeable.length,
    foreseen: leadsMs.length,
    unforeseeable: outcomes.length - foreseeable.length,
    trueAlarms,
    falseAlarms,
    lateAlarms: by('late'),
    flaps,
    precision: ratio(trueAlarms, trueAlarms + falseAlarms),
    recall: ratio(leadsMs.length, foreseeable.length),
    leadSeconds:
      leadsMs.length === 0
        ? undefined
        : { median: quantile(leadsMs, 0.5) / 1000, p10: quantile(leadsMs, 0.1) / 1000 },
    falseAlarmsPerHour: ratio(falseAlarms, watchedHours),
    flapsPerHour: ratio(flaps, watchedHours),
  }
}

function ratio(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : part / whole
}

/** Between the two nearest values, in proportion. */
function quantile(values: readonly number[], at: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const position = (sorted.length - 1) * at
  const low = sorted[Math.floor(position)] ?? 0
  const high = sorted[Math.ceil(position)] ?? low
  return low + (high - low) * (position - Math.floor(position))
}
