import { setImmediate as breathe } from 'node:timers/promises'
import { parseStat } from '../../parse/proc-stat.ts'
import { readStat } from '../../transport/local-process.ts'
import type { ProcStat } from '../../parse/proc-stat.ts'

export interface LivingProcess {
  readonly pid: number
  readonly parentPid: number
  readonly stat: string
  readonly identity: string
}

/** An engine's launcher is never further up than this; container runtimes add three or four. */
const MAX_DEPTH = 8
/** So many processes are read at one go (about 0.2 ms) before others have their turn. */
const BATCH = 16

/** The processes of `pids` that still live, and their ancestors below pid 1. */
export async function readTree(procRoot: string, pids: readonly number[]): Promise<readonly LivingProcess[]> {
  const found: LivingProcess[] = []
  const seen = new Set<number>()
  let generation: readonly number[] = pids
  for (let depth = 0; depth <= MAX_DEPTH && generation.length > 0; depth++) {
    const living = await readAll(procRoot, generation)
    found.push(...living)
    for (const pid of generation) seen.add(pid)
    const parents = new Set(living.map(({ parentPid }) => parentPid))
    generation = [...parents].filter((pid) => pid > 1 && !seen.has(pid))
  }
  return found
}

async function readAll(procRoot: string, pids: readonly number[]): Promise<readonly LivingProcess[]> {
  const living: LivingProcess[] = []
  for (const [position, pid] of pids.entries()) {
    if (position % BATCH === BATCH - 1) await breathe()
    const text = readStat(procRoot, pid)
    const stat = text === undefined ? undefined : parseStat(text)
    if (text === undefined || stat === undefined) continue
    living.push({ pid, parentPid: stat.parentPid, stat: text, identity: identityOf(stat) })
  }
  return living
}

/** A pid alone is reused; and a process that starts another program, or renames itself, has news to tell. */
export function identityOf({ startTicks, comm }: Pick<ProcStat, 'startTicks' | 'comm'>): string {
  return `${startTicks} ${comm}`
}
