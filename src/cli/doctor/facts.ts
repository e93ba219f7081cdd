import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { seconds } from '../../core/units.ts'
import { parseCgroupMount } from '../../parse/cgroup-mounts.ts'
import { runCommand } from '../../transport/local-command.ts'

/** What decides how much of this machine its user may see. */
export interface MachineFacts {
  readonly isRoot: boolean
  /** The option of the mount of /proc; `0` shows all processes to everybody. */
  readonly hidePid: string
  readonly pidNamespace: 'initial' | 'own' | 'unknown'
  /** Processes of other users, and of how many of them the open files may be listed. */
  readonly others: { readonly processes: number; readonly readable: number }
  readonly cgroupVersion: 1 | 2 | undefined
  readonly hasPressure: boolean
  readonly journal: 'readable' | 'empty' | 'none'
}

/** The kernel gives the first PID namespace this number (include/linux/proc_ns.h). */
const INITIAL_PID_NAMESPACE = 'pid:[4026531836]'
const MOST_PROCESSES_TRIED = 200

export async function machineFacts(signal: AbortSignal): Promise<MachineFacts> {
  const mounts = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '')
  const namespace = linkAt('/proc/self/ns/pid')
  return {
    isRoot: process.getuid?.() === 0,
    hidePid: /^.* \/proc .* - proc .*\bhidepid=(\w+)/m.exec(mounts)?.[1] ?? '0',
    pidNamespace:
      namespace === undefined ? 'unknown' : namespace === INITIAL_PID_NAMESPACE ? 'initial' : 'own',
    others: lookAtOthers(),
    cgroupVersion: parseCgroupMount(mounts)?.version,
    hasPressure: textAt('/proc/pressure/memory') !== undefined,
    journal: await journalState(signal),
  }
}

async function journalState(signal: AbortSignal): Promise<MachineFacts['journal']> {
  const limits = { timeoutMs: seconds(2), maxCharacters: 10_000 }
  const args = ['--quiet', '--no-pager', '--output=cat', '--lines=1']
  const answer = await runCommand('journalctl', args, limits, signal)
  if (answer.kind === 'command-not-found') return 'none'
  return answer.kind === 'text' && answer.text !== '' ? 'readable' : 'empty'
}

function lookAtOthers(): MachineFacts['others'] {
  const others = pids().filter((pid) => ownerOf(pid) !== process.geteuid?.())
  const readable = others.filter((pid) => {
    try {
      readdirSync(`/proc/${pid}/fd`)
      return true
    } catch {
      return false
    }
  })
  return { processes: others.length, readable: readable.length }
}

function pids(): readonly string[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .slice(-MOST_PROCESSES_TRIED)
  } catch {
    return []
  }
}

function ownerOf(pid: string): number | undefined {
  try {
    return statSync(`/proc/${pid}`).uid
  } catch {
    return process.geteuid?.()
  }
}

function linkAt(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}

function textAt(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
