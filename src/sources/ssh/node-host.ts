import { parseProcessList } from '../../parse/process-list.ts'
import { parseStat } from '../../parse/proc-stat.ts'
import { kibibytes } from '../../core/units.ts'
import { lookedAt } from '../../transport/ssh/process-answer.ts'
import { isDueBefore } from '../local/details.ts'
import { identityOf } from '../local/process-tree.ts'
import type { Part } from '../../model/sample.ts'
import type { Answer } from '../../transport/ssh/lane.ts'
import type { Errands } from '../local/errands.ts'
import type { Connection } from '../../transport/ssh/connection.ts'

/** Everything about a node that every sample holds, nvidia-smi's document apart. */
export interface NodeHost {
  /** Sends for what is due at this tick. */
  tick(gpuPids: readonly number[], elapsedMs: number, intervalMs: number): void
  /** Sends for processes that have just turned up in nvidia-smi's document. */
  look(gpuPids: readonly number[], elapsedMs: number): void
}

export interface NodeHostOptions {
  readonly ask: Connection['ask']
  readonly errands: Errands
  /** False where the node has no awk, without which nothing of this can be read. */
  readonly canLook: boolean
}

interface Known {
  readonly identity: string
  readonly atMs: number
}

/** Whoever holds less is no engine with its model in RAM, and need not be known better (as on this machine). */
const NOTABLE_BYTES = kibibytes(256 * 1024)

/** @param options of one connection; another one begins anew */
export function nodeHost({ ask, errands, canLook }: NodeHostOptions): NodeHost {
  /** Processes whose command line and control group have been read. */
  const known = new Map<number, Known>()
  const users = new Set<number>()
  let named = 0
  let listedAtMs: number | undefined

  async function order(words: readonly string[], elapsedMs: number): Promise<ReadonlyMap<string, Part>> {
    const answer = await ask({ name: 'look', words: words.join(' ') })
    if (answer === undefined) return new Map()
    const parts = lookedAt(answer)
    const strangers = [...noteProcesses(parts, answer, elapsedMs), ...noteList(parts, elapsedMs)]
    follow(strangers, elapsedMs)
    return withTrouble(words, parts)
  }

  /** The processes that turn out to be others than those whose details are known. */
  function noteProcesses(
    parts: ReadonlyMap<string, Part>,
    answer: Answer,
    elapsedMs: number,
  ): readonly number[] {
    const strangers: number[] = []
    for (const [name, part] of parts) {
      const pid = Number(/^proc\/(\d+)\/stat$/.exec(name)?.[1])
      if (Number.isNaN(pid) || part.kind !== 'text') continue
      const stat = parseStat(part.text)
      const identity = stat === undefined ? '' : identityOf(stat)
      noteUser(textOf(parts, `proc/${pid}/status`))
      if (answer.has(`proc/${pid}/cmdline`)) known.set(pid, { identity, atMs: elapsedMs })
      else if (known.get(pid)?.identity !== identity) strangers.push(pid)
    }
    return strangers
  }

  /** The notable processes of a list of which nothing is known yet. */
  function noteList(parts: ReadonlyMap<string, Part>, elapsedMs: number): readonly number[] {
    if (!parts.has('processes')) return []
    listedAtMs = elapsedMs
    const list = parseProcessList(textOf(parts, 'processes'))
    const living = new Set(list.map(({ pid }) => pid))
    for (const pid of known.keys()) if (!living.has(pid)) known.delete(pid)
    for (const { uid } of list) users.add(uid)
    return list
      .filter(({ residentBytes }) => residentBytes >= NOTABLE_BYTES)
      .filter((process) => known.get(process.pid)?.identity !== identityOf(process))
      .map(({ pid }) => pid)
  }

  function noteUser(status: string): void {
    const uid = /^Uid:\s+\d+\s+(\d+)/m.exec(status)?.[1]
    if (uid !== undefined) users.add(Number(uid))
  }

  function follow(strangers: readonly number[], elapsedMs: number): void {
    const words = [...new Set(strangers)].map((pid) => `w${pid}`)
    if (users.size > named) {
      named = users.size
      words.push(...[...users].map((uid) => `u${uid}`))
    }
    if (words.length > 0) errands.run(`look ${words.join(' ')}`, () => order(words, elapsedMs))
  }

  // before nvidia-smi's pids: whose details are fresh is not asked for them again
  function knownWords(elapsedMs: number, intervalMs: number): readonly string[] {
    return [...known]
      .filter(([, { atMs }]) => !isDueBefore(atMs, elapsedMs, intervalMs))
      .map(([pid]) => `k${pid}`)
  }

  return {
    tick(gpuPids, elapsedMs, intervalMs) {
      const isFirst = listedAtMs === undefined
      const isListDue = isFirst || isDueBefore(listedAtMs ?? 0, elapsedMs, intervalMs)
      const words = [
        'h',
        ...(isFirst ? ['b'] : []),
        ...(isListDue ? ['l'] : []),
        ...knownWords(elapsedMs, intervalMs),
        ...gpuPids.map((pid) => `p${pid}`),
      ]
      if (!canLook) {
        const parts = new Map<string, Part>([
          ['meminfo', { kind: 'fault', fault: { kind: 'command-not-found', command: 'awk' } }],
        ])
        errands.run('look', () => Promise.resolve(parts))
        return
      }
      errands.run('look', () => order(words, elapsedMs))
    },
    look(gpuPids, elapsedMs) {
      const words = [...knownWords(elapsedMs, 0), ...gpuPids.map((pid) => `p${pid}`)]
      if (canLook && gpuPids.length > 0) errands.run('look at GPU processes', () => order(words, elapsedMs))
    },
  }
}

/** A node without meminfo is no Linux at all, and that is a fault. */
function withTrouble(words: readonly string[], parts: ReadonlyMap<string, Part>): ReadonlyMap<string, Part> {
  if (!words.includes('h') || parts.has('meminfo')) return parts
  return new Map(parts).set('meminfo', { kind: 'fault', fault: { kind: 'not-found', what: '/proc/meminfo' } })
}

function textOf(parts: ReadonlyMap<string, Part>, name: string): string {
  const part = parts.get(name)
  return part?.kind === 'text' ? part.text : ''
}
