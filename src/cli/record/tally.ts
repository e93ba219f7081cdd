import { formatDuration } from '../../core/format.ts'
import type { Frame } from '../../model/frame.ts'
import { RISK_LEVELS, reaches, type Risk, type RiskLevel } from '../../model/risk.ts'

/** What happened while nobody looked, for the lines at the end. */
export interface Tally {
  add(frame: Frame): void
  /** How long it was watched, `60 min`. */
  span(): string
  lines(): readonly string[]
}

// more are counted, not listed
const MOST_LINES = 10

export function tally(): Tally {
  const warnings = new Map<string, Warning>()
  const deaths = new Map<string, string>()
  let firstMs: number | undefined
  let lastMs = 0

  return {
    add(frame) {
      firstMs ??= frame.elapsedMs
      lastMs = frame.elapsedMs
      for (const risk of frame.risks) {
        const key = `${frame.host} ${risk.id}`
        warnings.set(key, worseOf(warnings.get(key), { risk, atEpochMs: frame.takenAtEpochMs }))
      }
      for (const { workload, atElapsedMs, summary } of frame.deaths) {
        deaths.set(`${frame.host} ${workload} ${atElapsedMs}`, summary)
      }
    },
    span: () => formatDuration(lastMs - (firstMs ?? lastMs)),
    lines: () => [
      ...(warnings.size === 0 ? ['no warnings'] : warningLines([...warnings.values()])),
      ...[...deaths.values()].slice(0, MOST_LINES).map((summary) => `  died: ${summary}`),
    ],
  }
}

/** A warning at its worst, and when it first was so. */
interface Warning {
  readonly risk: Risk
  readonly atEpochMs: number
}

function worseOf(before: Warning | undefined, now: Warning): Warning {
  return before !== undefined && reaches(before.risk.level, now.risk.level) ? before : now
}

function warningLines(warnings: readonly Warning[]): readonly string[] {
  const worstFirst = warnings.toSorted((a, b) => rank(b.risk.level) - rank(a.risk.level))
  const counts = RISK_LEVELS.toReversed().flatMap((level) => {
    const count = warnings.filter(({ risk }) => risk.level === level).length
    return count === 0 ? [] : [`${count} ${level}`]
  })
  return [
    `warnings: ${counts.join(', ')}`,
    ...worstFirst.slice(0, MOST_LINES).map(({ risk, atEpochMs }) => {
      return `  ${timeOf(atEpochMs)} ${risk.level}: ${risk.summary}`
    }),
    ...(worstFirst.length > MOST_LINES ? [`  and ${worstFirst.length - MOST_LINES} more`] : []),
  ]
}

function rank(level: RiskLevel): number {
  return RISK_LEVELS.indexOf(level)
}

/** By this machine's clock. */
function timeOf(epochMs: number): string {
  return new Date(epochMs).toTimeString().slice(0, 8)
}
