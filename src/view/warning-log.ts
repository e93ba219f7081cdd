import type { Frame } from '../model/frame.ts'
import type { RiskEvent } from '../model/incident.ts'

/** What became of warnings, oldest first. */
export type WarningLog = readonly LogEntry[]

export interface LogEntry extends RiskEvent {
  readonly host: string
  readonly atElapsedMs: number
  readonly atEpochMs: number
}

const MOST_ENTRIES = 500

/** The log with the frame's events added. A frame older than the newest entry takes back what came after it. */
export function logged(log: WarningLog, frame: Frame): WarningLog {
  const { host, elapsedMs, takenAtEpochMs, events } = frame
  const past = (log.at(-1)?.atElapsedMs ?? -Infinity) < elapsedMs ? log : before(log, elapsedMs)
  if (events.length === 0) return past
  const added = events.map((event) => ({
    ...event,
    host,
    atElapsedMs: elapsedMs,
    atEpochMs: takenAtEpochMs,
  }))
  return [...past, ...added].slice(-MOST_ENTRIES)
}

function before(log: WarningLog, elapsedMs: number): WarningLog {
  return log.filter((entry) => entry.atElapsedMs < elapsedMs)
}
