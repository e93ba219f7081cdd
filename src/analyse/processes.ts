import { known, map, missing, type Reading } from '../core/reading.ts'
import { stated } from '../core/stated.ts'
import type { RawSample } from '../model/sample.ts'
import type { Container, HostProcess } from '../model/snapshot.ts'
import { parseCgroup } from '../parse/proc-cgroup.ts'
import { parseCmdline } from '../parse/proc-cmdline.ts'
import { parseStat, type ProcStat } from '../parse/proc-stat.ts'
import { parseStatus } from '../parse/proc-status.ts'

/** The processes that /proc showed lately, by pid. A reused pid is a new record. */
export type ProcessBook = ReadonlyMap<number, ProcessRecord>

export interface ProcessRecord {
  readonly process: HostProcess
  readonly uid: number | undefined
  /** User and system time so far, to make a share of the next difference. */
  readonly cpuTicks: number
  readonly renewedAtMs: number
  /** Of its machine; undefined until stat and status of one moment have told it. */
  readonly pageBytes: number | undefined
  /** What was read of it last: the same text is not read again, and its command line stays the same array. */
  readonly texts: Pick<ProcFiles, 'cmdline' | 'cgroup'>
}

// USER_HZ, the unit of /proc/PID/stat times: 100 on every Linux architecture that NVIDIA's driver runs on (proc(5))
const TICKS_PER_SECOND = 100

/** The book after a sample: records renewed by its proc/ parts, and without those not seen for `keepMs`. */
export function followProcesses(
  book: ProcessBook,
  sample: RawSample,
  users: ReadonlyMap<number, string>,
  keepMs: number,
): ProcessBook {
  const next = new Map(book)
  for (const [pid, files] of procFiles(sample)) {
    const record = renew(next.get(pid), files, sample.elapsedMs, users)
    if (record !== undefined) next.set(pid, record)
  }
  for (const [pid, { renewedAtMs }] of next) if (sample.elapsedMs - renewedAtMs > keepMs) next.delete(pid)
  return next
}

/** The process and its known ancestors, nearest first. */
export function familyOf(book: ProcessBook, pid: number): readonly HostProcess[] {
  const family: HostProcess[] = []
  let next = book.get(pid)?.process
  // a parent that is already in the family would be a loop: two samples of a tree that changed in between
  while (next !== undefined && !family.includes(next)) {
    family.push(next)
    next = book.get(next.parentPid)?.process
  }
  return family
}

type ProcFile = 'stat' | 'status' | 'cmdline' | 'cgroup'
type ProcFiles = Partial<Record<ProcFile, string>>

function procFiles(sample: RawSample): ReadonlyMap<number, ProcFiles> {
  const byPid = new Map<number, ProcFiles>()
  for (const [name, part] of sample.parts) {
    if (!name.startsWith(FOLDER) || part.kind !== 'text') continue
    const end = name.indexOf('/', FOLDER.length)
    const pid = Number(name.slice(FOLDER.length, end))
    const file = PROC_FILES.find((known) => name.endsWith(known) && name.length === end + 1 + known.length)
    if (file === undefined || !Number.isInteger(pid)) continue
    const files = byPid.get(pid) ?? {}
    files[file] = part.text
    byPid.set(pid, files)
  }
  return byPid
}

const FOLDER = 'proc/'
const PROC_FILES = ['stat', 'status', 'cmdline', 'cgroup'] as const

function renew(
  before: ProcessRecord | undefined,
  files: ProcFiles,
  atMs: number,
  users: ReadonlyMap<number, string>,
): ProcessRecord | undefined {
  const stat = files.stat === undefined ? undefined : parseStat(files.stat)
  if (stat === undefined) return before === undefined ? undefined : detailed(before, files, users)
  const same = before?.process.startTicks === stat.startTicks ? before : undefined
  const { process, uid, texts, pageBytes = pageBytesIn(stat, files.status) } = same ?? unseen(stat)
  const { pid, parentPid, startTicks, comm } = stat
  const cpuTicks = stat.userTicks + stat.systemTicks
  const renewed: HostProcess = {
    pid,
    parentPid,
    startTicks,
    comm,
    command: process.command,
    user: process.user,
    // status says it too, and more slowly
    residentBytes: pageBytes === undefined ? process.residentBytes : known(stat.residentPages * pageBytes),
    cpuPercent: cpuShare(same, cpuTicks, atMs),
    container: process.container,
  }
  const record = { process: renewed, uid, cpuTicks, renewedAtMs: atMs, pageBytes, texts }
  return detailed(record, files, users)
}

/** stat counts resident memory in pages, status in KiB: pages are a power of two, 4 KiB on most machines, 64 KiB on some. */
function pageBytesIn({ residentPages }: ProcStat, status: string | undefined): number | undefined {
  const resident = status === undefined ? undefined : parseStatus(status).residentBytes
  if (resident?.kind !== 'known' || resident.value <= 0 || residentPages <= 0) return undefined
  return 2 ** Math.round(Math.log2(resident.value / residentPages))
}

function unseen(stat: ProcStat): ProcessRecord {
  const process: HostProcess = {
    pid: stat.pid,
    parentPid: stat.parentPid,
    startTicks: stat.startTicks,
    comm: stat.comm,
    command: [stat.comm],
    user: missing('not-yet-known'),
    residentBytes: missing('not-yet-known'),
    cpuPercent: missing('not-yet-known'),
    container: undefined,
  }
  return { process, uid: undefined, cpuTicks: 0, renewedAtMs: 0, pageBytes: undefined, texts: {} }
}

/** With what the other three files say; most ticks bring none of them, and leave the record as it was. */
function detailed(
  record: ProcessRecord,
  files: ProcFiles,
  users: ReadonlyMap<number, string>,
): ProcessRecord {
  return withTexts(withStatus(record, files.status, users), files)
}

function withStatus(
  record: ProcessRecord,
  text: string | undefined,
  users: ReadonlyMap<number, string>,
): ProcessRecord {
  const { process } = record
  const status = text === undefined ? undefined : parseStatus(text)
  const uid = status?.uid.kind === 'known' ? status.uid.value : record.uid
  const user = userName(uid, users, process.user)
  if (status === undefined && user === process.user) return record
  const residentBytes = status?.residentBytes ?? process.residentBytes
  return { ...record, uid, process: { ...process, user, residentBytes } }
}

function withTexts(record: ProcessRecord, files: ProcFiles): ProcessRecord {
  const { process, texts } = record
  const { cmdline = texts.cmdline, cgroup = texts.cgroup } = files
  if (cmdline === texts.cmdline && cgroup === texts.cgroup) return record
  return {
    ...record,
    texts: stated({ cmdline, cgroup }),
    process: {
      ...process,
      command: cmdline === texts.cmdline ? process.command : commandIn(cmdline, record),
      container: cgroup === texts.cgroup ? process.container : containerOf(cgroup),
    },
  }
}

function userName(
  uid: number | undefined,
  users: ReadonlyMap<number, string>,
  before: Reading<string>,
): Reading<string> {
  if (uid === undefined) return before
  const name = users.get(uid) ?? `${uid}`
  return before.kind === 'known' && before.value === name ? before : known(name)
}

/** A kernel thread has none, and a process that ends has it no longer. */
function commandIn(cmdline: string | undefined, { process }: ProcessRecord): readonly string[] {
  const command = parseCmdline(cmdline ?? '')
  return command.length === 0 ? [process.comm] : command
}

function containerOf(cgroup: string | undefined): Container | undefined {
  const { containerId } = parseCgroup(cgroup ?? '')
  return containerId === undefined ? undefined : { id: containerId, name: undefined }
}

function cpuShare(before: ProcessRecord | undefined, cpuTicks: number, atMs: number): Reading<number> {
  if (before === undefined) return missing('not-yet-known')
  const seconds = (atMs - before.renewedAtMs) / 1000
  if (seconds <= 0) return before.process.cpuPercent
  const percent = ((cpuTicks - before.cpuTicks) / TICKS_PER_SECOND / seconds) * 100
  return map(known(percent), (value) => Math.max(0, value))
}
