import { seconds } from '../core/units.ts'
import { parseStat } from '../parse/proc-stat.ts'
import { parseSystemdUnit } from '../parse/systemd-unit.ts'
import { parseUptimeSeconds } from '../parse/uptime.ts'
import { runCommand } from './local-command.ts'
import { readEnds } from './local-file.ts'
import { readProcessFile } from './proc-files.ts'
import type { Fault } from '../core/fault.ts'

const TIMEOUT_MS = seconds(2)
/** Enough of a journal's end for half of any log that is wanted, and still read at once. */
export const LAST_LINES = 2000
const MOST_OF_LAST_LINES = 8 * 1024 ** 2
/** The unit of start times is 1/100 s on all that the driver of NVIDIA runs on (proc(5)). */
export const TICKS_PER_SECOND = 100

/**
 * The log of a process: the file that it writes its standard output or error to, else what the journal has of it or of its
 * service since it started. Of a long one the beginning and the end, half of `maxBytes` each.
 */
export async function readLog(
  procRoot: string,
  pid: number,
  maxBytes: number,
  signal: AbortSignal,
): Promise<string | Fault> {
  let denied: Fault | undefined
  for (const descriptor of [1, 2]) {
    const found = await readEnds(`${procRoot}/${pid}/fd/${descriptor}`, maxBytes, signal)
    if (found.kind === 'bytes') return found.bytes.toString('utf8')
    if (found.kind === 'no-permission') denied ??= found
  }
  return (await readJournal(procRoot, pid, maxBytes, signal)) ?? denied ?? noLog(pid)
}

async function readJournal(
  procRoot: string,
  pid: number,
  maxBytes: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const unit = parseSystemdUnit((await readProcessFile(`${procRoot}/${pid}/cgroup`)) ?? '')
  const since = await startOf(procRoot, pid)
  if (since === undefined) return undefined
  const half = Math.floor(maxBytes / 2)
  const args = ['--quiet', '--no-pager', '--output=cat', `--since=@${since}`]
  const matches = [`_PID=${pid}`, ...(unit === undefined ? [] : ['+', `${unit.field}=${unit.name}`])]
  const first = await runCommand(
    'journalctl',
    [...args, ...matches],
    { timeoutMs: TIMEOUT_MS, maxCharacters: half },
    signal,
  )
  if (first.kind !== 'text' || first.text === '') return undefined
  if (first.isWhole) return first.text
  const last = await runCommand(
    'journalctl',
    [...args, `--lines=${LAST_LINES}`, ...matches],
    { timeoutMs: TIMEOUT_MS, maxCharacters: MOST_OF_LAST_LINES },
    signal,
  )
  return last.kind === 'text' ? `${first.text}\n${last.text.slice(-half)}` : first.text
}

/** In seconds of the wall clock, as the journal counts; a pid may have been another process's before. */
async function startOf(procRoot: string, pid: number): Promise<number | undefined> {
  const stat = parseStat((await readProcessFile(`${procRoot}/${pid}/stat`)) ?? '')
  const uptime = parseUptimeSeconds((await readProcessFile(`${procRoot}/uptime`)) ?? '')
  if (stat === undefined || uptime.kind === 'missing') return undefined
  const agoSeconds = uptime.value - stat.startTicks / TICKS_PER_SECOND
  return Math.floor(Date.now() / 1000 - agoSeconds) - 1
}

/** What is said of a process whose log nobody finds. */
export function noLog(pid: number): Fault {
  const what = `a log of process ${pid} (its output is no file, and the journal has none that may be read)`
  return { kind: 'not-found', what }
}
