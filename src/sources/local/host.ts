import { details, isDueBefore } from './details.ts'
import { readHostFiles, readLastingFiles } from './host-files.ts'
import { formatProcessList, processLister } from './process-list.ts'
import { readTree } from './process-tree.ts'
import { users } from './users.ts'
import { fetchTitle, readStatus, textPart } from '../../transport/local-process.ts'
import { procReader } from '../../transport/proc-files.ts'
import { processPart } from '../../model/want.ts'
import type { Part } from '../../model/sample.ts'
import type { Transport } from '../../transport/transport.ts'
import type { Errands } from './errands.ts'

/** Everything about the host that every sample holds, nvidia-smi's document apart. */
export interface Host {
  /** Sends for what is due at this tick. */
  tick(gpuPids: readonly number[], elapsedMs: number, intervalMs: number): void
}

export interface HostOptions {
  readonly procRoot: string
  readonly transport: Transport
  readonly errands: Errands
  readonly signal: AbortSignal
}

/** Whoever holds less is no engine with its model in RAM, and need not be known better. */
const NOTABLE_KIB = 256 * 1024
/** Of a command line; `readProc` cuts it there anyway. */
const PROCESS_BYTES = 64 * 1024

export function host({ procRoot, transport, errands, signal }: HostOptions): Host {
  const seen = details()
  const known = users()
  const read = procReader()
  const list = processLister(procRoot)
  let listedAtMs: number | undefined

  async function readGpuProcesses(
    pids: readonly number[],
    elapsedMs: number,
    intervalMs: number,
  ): Promise<ReadonlyMap<string, Part>> {
    const living = await readTree(procRoot, pids)
    const stale: number[] = []
    for (const { pid, identity } of living) {
      if (seen.isNew(pid, identity, elapsedMs)) readDetails(pid)
      else if (seen.isStale(pid, elapsedMs, intervalMs)) stale.push(pid)
    }
    if (stale.length > 0) errands.run('details', () => readChanging(stale))
    nameUsers()
    return new Map(living.map(({ pid, stat }) => textPart(pid, 'stat', stat)))
  }

  async function readProcessList(elapsedMs: number): Promise<ReadonlyMap<string, Part>> {
    const processes = await list()
    seen.keepOnly(new Set(processes.map(({ pid }) => pid)))
    for (const { pid, uid, identity, residentKiB } of processes) {
      known.note(uid)
      if (residentKiB >= NOTABLE_KIB && seen.isNew(pid, identity, elapsedMs)) readDetails(pid)
    }
    nameUsers()
    return new Map([['processes', { kind: 'text', text: formatProcessList(processes) }]])
  }

  // one after the other, and only what may change: title and user, since this is most of what watching a process costs
  async function readChanging(pids: readonly number[]): Promise<ReadonlyMap<string, Part>> {
    const parts: (readonly [string, Part])[] = []
    for (const pid of pids) {
      const status = readStatus(procRoot, pid)
      if (status === undefined) continue
      known.noteStatus(status)
      parts.push(textPart(pid, 'status', status), ...(await fetchTitle(procRoot, pid)))
    }
    nameUsers()
    return new Map(parts)
  }

  function readDetails(pid: number): void {
    errands.run(`process ${pid}`, async () => {
      const want = { kind: 'process', pid, every: 'once', maxBytes: PROCESS_BYTES } as const
      const parts = await transport.fetch(want, signal)
      const status = parts.get(processPart(pid, 'status'))
      if (status?.kind === 'text') known.noteStatus(status.text)
      nameUsers()
      return parts
    })
  }

  function nameUsers(): void {
    if (known.hasNew()) errands.run('users', known.read)
  }

  return {
    tick(gpuPids, elapsedMs, intervalMs) {
      errands.run('host', () => readHostFiles(procRoot, read))
      errands.run('gpu-processes', () => readGpuProcesses(gpuPids, elapsedMs, intervalMs))
      if (listedAtMs === undefined) errands.run('lasting', () => readLastingFiles(procRoot, read))
      if (listedAtMs === undefined || isDueBefore(listedAtMs, elapsedMs, intervalMs)) {
        listedAtMs = elapsedMs
        errands.run('processes', () => readProcessList(elapsedMs))
      }
    },
  }
}
