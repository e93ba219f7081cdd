import type { UnownedReason } from '../model/frame.ts'
import type { Gpu } from '../model/snapshot.ts'
import type { ListedProcess } from '../parse/process-list.ts'
import type { ProcessBook } from './processes.ts'

/** What is known beside the card itself about memory that no listed process holds. */
export interface UnownedEvidence {
  /** llmtop runs in a PID namespace of its own, so the driver can't name other processes to it. */
  readonly inContainer: boolean
  /** Cards on which a listed process went away lately. */
  readonly departures: ReadonlyMap<string, number>
}

// used less the processes' sum is 0–25 MiB on most cards; up to this much is the driver's own (page tables, ECC, a display)
const DRIVER_SHARE_BYTES = 512 * 1024 ** 2

/** The likely reason for memory that nobody owns; undefined where there is none to speak of. */
export function unownedReason(
  gpu: Gpu,
  unownedBytes: number,
  evidence: UnownedEvidence,
): UnownedReason | undefined {
  if (unownedBytes === 0) return undefined
  if (unownedBytes <= DRIVER_SHARE_BYTES) return 'driver'
  const listed = gpu.processes.kind === 'known' ? gpu.processes.value.length : 0
  if (listed === 0 && evidence.inContainer) return 'pid-namespace'
  if (evidence.departures.has(gpu.uuid)) return 'exited-process'
  return 'unknown'
}

/**
 * Whether llmtop itself runs in a PID namespace of its own, which its link proves. Without that: none of the pids that the
 * driver names exists here, or the first process of this namespace is no init.
 * @param namespace the link of /proc/self/ns/pid; empty where it was not read
 */
export function isInContainer(
  gpus: readonly Gpu[],
  book: ProcessBook,
  processList: readonly ListedProcess[],
  namespace: string,
): boolean {
  const inode = /^pid:\[(\d+)\]/.exec(namespace)?.[1]
  if (inode !== undefined) return inode !== INITIAL_NAMESPACE
  const pids = gpus.flatMap((gpu) =>
    gpu.processes.kind === 'known' ? gpu.processes.value.map(({ pid }) => pid) : [],
  )
  const first = processList.find(({ pid }) => pid === 1)
  if (first === undefined) return false
  if (pids.length > 0) return pids.every((pid) => !book.has(pid))
  return !INITS.has(first.comm)
}

// PROC_PID_INIT_INO in include/linux/proc_ns.h: the namespace that the kernel boots with has this number on every machine
const INITIAL_NAMESPACE = '4026531836'

// systemd, SysV and busybox init, OpenRC, runit, s6, Upstart, WSL's own
const INITS = new Set(['systemd', 'init', 'openrc-init', 'runit', 's6-svscan', 'upstart', 'init(Ubuntu)'])
