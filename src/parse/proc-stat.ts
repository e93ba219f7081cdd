import { printable } from '../core/text.ts'

/** The fields of /proc/PID/stat that llmtop needs, as proc(5) numbers them. */
export interface ProcStat {
  readonly pid: number
  /** At most 15 bytes; it may hold blanks and parentheses. */
  readonly comm: string
  /** `R` running, `S` sleeping, `D` waiting for a device, `Z` zombie, `T` stopped, … */
  readonly state: string
  readonly parentPid: number
  readonly userTicks: number
  readonly systemTicks: number
  /** Clock ticks after boot; with the pid it is the identity of a process. */
  readonly startTicks: number
  readonly residentPages: number
}

// pid (comm) state ppid, nine fields, utime stime, six fields, starttime vsize rss; the last parenthesis ends comm
const STAT =
  /^(\d{1,10}) \(([^]{0,64})\) ([A-Za-z]) (\d{1,10}) (?:-?\d+ ){9}(\d{1,15}) (\d{1,15}) (?:-?\d+ ){6}(\d{1,15}) \d+ (\d{1,15})\b/

/** Reads /proc/PID/stat; undefined when the text is not one. */
export function parseStat(text: string): ProcStat | undefined {
  const fields = STAT.exec(text)
  if (fields === null) return undefined
  return {
    pid: Number(fields[1]),
    comm: printable(fields[2] ?? ''),
    state: fields[3] ?? '',
    parentPid: Number(fields[4]),
    userTicks: Number(fields[5]),
    systemTicks: Number(fields[6]),
    startTicks: Number(fields[7]),
    residentPages: Number(fields[8]),
  }
}
