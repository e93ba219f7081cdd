import { reaches, type RiskLevel } from '../model/risk.ts'
import type { RiskRules } from './rules.ts'

/** For each level since when it has held without a break, and when it held last. */
export type LevelBook = Readonly<Partial<Record<RiskLevel, LevelTimes>>>

interface LevelTimes {
  readonly sinceMs: number
  readonly lastMs: number
  /** Held long enough to be said. */
  readonly confirmed: boolean
}

/** The book after a tick at which this level holds; those above it fall only after `lowerMs`. */
export function followLevels(
  before: LevelBook,
  { level, confirmMs }: { readonly level: RiskLevel; readonly confirmMs: number },
  nowMs: number,
  rules: RiskRules,
): LevelBook {
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
export function shownLevel(levels: LevelBook, present: RiskLevel): RiskLevel {
  return RISING.findLast((one) => levels[one]?.confirmed === true) ?? present
}

const RISING: readonly RiskLevel[] = ['watch', 'warn', 'critical']
