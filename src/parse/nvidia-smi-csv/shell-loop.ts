import { readCsvStamp, type CsvStamp } from './stamp.ts'

/** `$(date) $(nvidia-smi --query-gpu=memory.used,memory.free --format=csv,noheader)` */
export interface ShellLine {
  readonly text: string
  readonly stamp: CsvStamp | undefined
}

const PAIR = /(\d+) MiB, *(\d+) MiB/g
const HEADER = 'memory.used [MiB], memory.free [MiB]'

/**
 * A line of the shell loop: a date, then used and free memory of each card in turn, which the shell has joined to one
 * line. The date is as the machine's language writes it: one that can't be read is no time.
 */
export function readShellLine(line: string): ShellLine | undefined {
  const match = /^([^,]*?[^,\d\s][^,]*?)\s+((?:\d+ MiB, *\d+ MiB\s*)+)$/.exec(line.trim())
  if (match === null) return undefined
  const [, date = '', values = ''] = match
  const rows = [...values.matchAll(PAIR)].map(([pair]) => pair)
  return { text: [HEADER, ...rows].join('\n'), stamp: readCsvStamp(date) }
}
