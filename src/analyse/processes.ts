import { known, map, missing, type Reading } from '../core/reading.ts'
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
  return new Map([...next].filter(([, { renewedAtMs }]) => sample.elapsedMs - renewedAtMs <= keepMs))
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
    const match = /^proc\/(\d+)\/(stat|status|cmdline|cgroup)$/.exec(name)
    if (match === null || part.kind !== 'text') continue
    const pid = Number(match[1])
    byPid.set(pid, { ...byPid.get(pid), [match[2] as ProcFile]: part.text })
  }
  return byPid
}

function renew(
  before: ProcessRecord | undefined,
  files: ProcFiles,
  atMs: number,
  users: ReadonlyMap<number, string>,
): ProcessRecord | undefined {
  const stat = files.stat === undefined ? undefined : parseStat(files.stat)
  if (stat === undefined)
    return before === undefined ? undefined : { ...before, ...details(before, files, users) }
  const same = before?.process.startTicks === stat.startTicks ? before : undefined
  const record = same ?? unseen(stat)
  const cpuTicks = stat.userTicks + stat.systemTicks
  const renewed: ProcessRecord = {
    ...record,
    cpuTicks,
    renewedAtMs: atMs,
    process: {
      ...record.process,
      parentPid: stat.parentPid,
      comm: stat.comm,
      cpuPercent: cpuShare(same, cpuTicks, atMs),
    },
  }
  return { ...renewed, ...details(renewed, files, users) }
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
  return { process, uid: undefined, cpuTicks: 0, renewedAtMs: 0 }
}

/** What the other three files say; the ones that are absent leave the record as it was. */
function details(
  record: ProcessRecord,
  files: ProcFiles,
  users: ReadonlyMap<number, string>,
): Pick<ProcessRecord, 'process' | 'uid'> {
  const status = files.status === undefined ? undefined : parseStatus(files.status)
  const uid = status?.uid.kind === 'known' ? status.uid.value : record.uid
  const command = files.cmdline === undefined ? record.process.command : parseCmdline(files.cmdline)
  return {
    uid,
    process: {
      ...record.process,
      command: command.length === 0 ? [record.process.comm] : command,
      user: userName(uid, users, record.process.user),
      residentBytes: status?.residentBytes ?? record.process.residentBytes,
      container: files.cgroup === undefined ? record.process.container : containerOf(files.cgroup),
    },
  }
}

function userName(
  uid: number | undefined,
  users: ReadonlyMap<number, string>,
  before: Reading<string>,
): Reading<string> {
  return uid === undefined ? before : known(users.get(uid) ?? `${uid}`)
}

function containerOf(cgroup: string): Container | undefined {
  const { containerId } = parseCgroup(cgroup)
  return containerId === undefined ? undefined : { id: containerId, name: undefined }
}

function cpuShare(before: ProcessRecord | undefined, cpuTicks: number, atMs: number): Reading<number> {
  if (before === undefined) return missing('not-yet-known')
  const seconds = (atMs - before.renewedAtMs) / 1000
  if (seconds <= 0) return before.process.cpuPercent
  const percent = ((cpuTicks - before.cpuTicks) / TICKS_PER_SECOND / seconds) * 100
  return map(known(percent), (value) => Math.max(0, value))
}
