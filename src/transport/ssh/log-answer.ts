import { parseStat } from '../../parse/proc-stat.ts'
import { parseSystemdUnit } from '../../parse/systemd-unit.ts'
import { parseUptimeSeconds } from '../../parse/uptime.ts'
import { edited } from '../edited.ts'
import { LAST_LINES, noLog, TICKS_PER_SECOND } from '../local-log.ts'
import { textIn, utf8 } from './answer-text.ts'
import { readFile } from './file-answer.ts'
import type { Fault } from '../../core/fault.ts'
import type { Part } from '../../model/sample.ts'
import type { Want } from '../../model/want.ts'
import type { Connection } from './connection.ts'

/**
 * The log of a process of the node: the file that it writes its standard output or error to, else what the journal has of
 * it, as on this machine; undefined where the connection ended before.
 */
export async function fetchLog(
  ask: Connection['ask'],
  { pid, maxBytes, reduce }: Extract<Want, { readonly kind: 'log' }>,
): Promise<Part | undefined> {
  let denied: Fault | undefined
  for (const descriptor of [1, 2]) {
    const found = await readFile(ask, 'ends', maxBytes, `/proc/${pid}/fd/${descriptor}`)
    if (found === undefined) return undefined
    if (found.kind === 'bytes') return edited({ kind: 'text', text: utf8(found.bytes) }, reduce)
    if (found.kind === 'no-permission') denied ??= found
  }
  const text = await readJournal(ask, pid, maxBytes)
  return text === undefined || text === ''
    ? { kind: 'fault', fault: denied ?? noLog(pid) }
    : edited({ kind: 'text', text }, reduce)
}

async function readJournal(
  ask: Connection['ask'],
  pid: number,
  maxBytes: number,
): Promise<string | undefined> {
  const files = [`/proc/${pid}/stat`, '/proc/uptime', `/proc/${pid}/cgroup`]
  const read = await ask({ name: 'kernel', words: `${files.length}`, paths: files })
  const stat = parseStat(textIn(read, '0') ?? '')
  const uptime = parseUptimeSeconds(textIn(read, '1') ?? '')
  if (stat === undefined || uptime.kind === 'missing') return undefined
  const unit = parseSystemdUnit(textIn(read, '2') ?? '')
  const paths = [unit === undefined ? '' : `${unit.field}=${unit.name}`]
  const agoSeconds = Math.max(0, Math.floor(uptime.value - stat.startTicks / TICKS_PER_SECOND))
  const half = Math.floor(maxBytes / 2)
  const first = await ask({ name: 'journal', words: `${pid} ${agoSeconds} ${half + 1} 0`, paths })
  const beginning = textIn(first, 'journal')
  if (beginning === undefined || beginning.length <= half) return beginning
  const last = await ask({ name: 'journal', words: `${pid} ${agoSeconds} ${half} ${LAST_LINES}`, paths })
  return `${beginning.slice(0, half)}\n${textIn(last, 'journal') ?? ''}`
}
