import { readdir } from 'node:fs/promises'
import { setImmediate as breathe } from 'node:timers/promises'
import { kibibytes } from '../../core/units.ts'
import { parseStat } from '../../parse/proc-stat.ts'
import { readStat } from '../../transport/local-process.ts'
import { readProcNow } from '../../transport/proc-files.ts'
import { pageBytes } from './page-size.ts'
import { identityOf } from './process-tree.ts'

/** A process of the host that is no kernel thread. */
export interface ListedProcess {
  readonly pid: number
  readonly parentPid: number
  /** The effective user. */
  readonly uid: number
  readonly startTicks: number
  readonly residentKiB: number
  readonly comm: string
  readonly identity: string
}

/** So many processes are read at one go (about 0.2 ms) before others have their turn. */
const BATCH = 16
/** A large host has thousands of kernel threads that never end: they are looked at again once in so many lists. */
const LISTS_BETWEEN_KERNEL_THREADS = 6
const PF_KTHREAD = 0x00200000

/** Lists all processes of the host, time and again. */
export function processLister(procRoot: string): () => Promise<readonly ListedProcess[]> {
  const kernelThreads = new Set<number>()
  let owners = new Map<string, number>()
  let lists = 0
  let pageKiB: number | undefined

  function look(pid: number): ListedProcess | undefined {
    const text = readStat(procRoot, pid)
    if (text === undefined) return undefined
    if (isKernelThread(text)) kernelThreads.add(pid)
    const stat = parseStat(text)
    if (stat === undefined || kernelThreads.has(pid)) return undefined
    const identity = identityOf(stat)
    const uid = owners.get(`${pid} ${identity}`) ?? readOwner(procRoot, pid)
    if (uid === undefined) return undefined
    const { parentPid, startTicks, residentPages, comm } = stat
    const residentKiB = residentPages * (pageKiB ?? 4)
    return { pid, parentPid, uid, startTicks, residentKiB, comm, identity }
  }

  return async () => {
    pageKiB ??= (await pageBytes(procRoot)) / kibibytes(1)
    if (lists++ % LISTS_BETWEEN_KERNEL_THREADS === 0) kernelThreads.clear()
    const pids = await pidsOf(procRoot)
    const listed: ListedProcess[] = []
    for (const [position, pid] of pids.entries()) {
      if (position % BATCH === BATCH - 1) await breathe()
      const process = kernelThreads.has(pid) ? undefined : look(pid)
      if (process !== undefined) listed.push(process)
    }
    owners = new Map(listed.map(({ pid, identity, uid }) => [`${pid} ${identity}`, uid]))
    return listed
  }
}

/** The `processes` part: `pid ppid uid startTicks rssKiB comm`, one line per process. */
export function formatProcessList(processes: readonly ListedProcess[]): string {
  return processes
    .map(
      ({ pid, parentPid, uid, startTicks, residentKiB, comm }) =>
        `${pid} ${parentPid} ${uid} ${startTicks} ${residentKiB} ${comm}\n`,
    )
    .join('')
}

async function pidsOf(procRoot: string): Promise<readonly number[]> {
  const names = await readdir(procRoot).catch(() => [])
  return names.filter((name) => /^\d+$/.test(name)).map(Number)
}

function readOwner(procRoot: string, pid: number): number | undefined {
  const uid = /^Uid:\s+\d+\s+(\d+)/m.exec(readProcNow(`${procRoot}/${pid}/status`) ?? '')?.[1]
  return uid === undefined ? undefined : Number(uid)
}

// field 9 of stat; a parent of 2 would not do, since in a container pid 2 may be anybody
function isKernelThread(stat: string): boolean {
  const flags = stat.slice(stat.lastIndexOf(')') + 2).split(' ', 7)[6]
  return (Number(flags) & PF_KTHREAD) !== 0
}
