import { sum, valueOr } from '../core/reading.ts'
import type { AttributedWorkload } from './attribute.ts'
import type { ProcessBook } from './processes.ts'
import type { GateRules } from './rules.ts'
import { isServer } from './server.ts'

/** What is known of each workload's life so far, by its id. */
export type LifeBook = ReadonlyMap<string, Life>

/** `loading`: its memory is still on its way up. `asleep`: it has given memory back and will take it again. */
export type Phase = 'loading' | 'settled' | 'asleep'

export interface Life {
  /** Its root process: another start time under the same pid is another workload. */
  readonly identity: string
  /** All of its processes. */
  readonly processes: string
  readonly phase: Phase
  readonly phaseSinceMs: number
  /**
   * When its root process was started, in the time of the samples; undefined where /proc does not say, and of what came
   * while we looked.
   */
  readonly bornMs: number | undefined
  readonly firstSeenMs: number
  /** A server runs for a while before it touches a card: its load begins there. */
  readonly onCards: boolean
  /** Since when its memory is flat, and the range in which it is. */
  readonly flat: { readonly sinceMs: number; readonly lowBytes: number; readonly highBytes: number }
}

/** What a life is followed by, beside the workload itself. */
export interface Surroundings {
  readonly processes: ProcessBook
  readonly uptimeSeconds: number | undefined
  /** Since when there has been no gap. */
  readonly watchedFromMs: number
  readonly nowMs: number
}

/** The book after this tick; workloads that are gone are forgotten. */
export function followLives(
  book: LifeBook,
  workloads: readonly AttributedWorkload[],
  around: Surroundings,
  rules: GateRules,
): LifeBook {
  return new Map(
    workloads.map((workload) => {
      const life = renewed(book.get(workload.id), workload, around, rules)
      return [workload.id, enter(life, phaseOf(life, workload, around.nowMs, rules), around.nowMs)]
    }),
  )
}

function renewed(
  before: Life | undefined,
  { id, rootPid, pids, memory }: AttributedWorkload,
  around: Surroundings,
  rules: GateRules,
): Life {
  const { processes, nowMs } = around
  const usedBytes = valueOr(memory.usedBytes, 0)
  const identity = rootPid.kind === 'known' ? identityOf(rootPid.value, processes) : id
  const present = pids
    .map((pid) => identityOf(pid, processes))
    .sort()
    .join()
  const onCards = memory.perGpu.length > 0
  if (before?.identity === identity && (before.onCards || !onCards)) {
    const { phase, phaseSinceMs, firstSeenMs, bornMs } = before
    const flat = flatOf(before.flat, usedBytes, nowMs, rules)
    return {
      identity,
      processes: present,
      phase,
      phaseSinceMs,
      firstSeenMs,
      onCards: before.onCards,
      bornMs,
      flat,
    }
  }
  return {
    identity,
    processes: present,
    phase: 'loading',
    phaseSinceMs: nowMs,
    firstSeenMs: nowMs,
    onCards,
    bornMs: bornMs(rootPid, around, rules),
    flat: { sinceMs: nowMs, lowBytes: usedBytes, highBytes: usedBytes },
  }
}

/** What is seen to come begins to load now, however old its process is. */
function bornMs(
  rootPid: AttributedWorkload['rootPid'],
  { processes, uptimeSeconds, watchedFromMs, nowMs }: Surroundings,
  { beginningMs }: GateRules,
): number | undefined {
  const root = rootPid.kind === 'known' ? processes.get(rootPid.value)?.process : undefined
  const wasThere = nowMs - watchedFromMs < beginningMs
  if (root === undefined || uptimeSeconds === undefined || !wasThere) return undefined
  return nowMs - (uptimeSeconds * 1000 - root.startTicks * MS_PER_TICK)
}

// USER_HZ, as in processes.ts
const MS_PER_TICK = 10

function identityOf(pid: number, processes: ProcessBook): string {
  return `${pid}@${processes.get(pid)?.process.startTicks ?? 'unseen'}`
}

function enter(life: Life, phase: Phase, nowMs: number): Life {
  return phase === life.phase ? life : { ...life, phase, phaseSinceMs: nowMs }
}

function flatOf(before: Life['flat'], usedBytes: number, nowMs: number, rules: GateRules): Life['flat'] {
  const lowBytes = Math.min(before.lowBytes, usedBytes)
  const highBytes = Math.max(before.highBytes, usedBytes)
  return highBytes - lowBytes <= rules.flatBytes
    ? { sinceMs: before.sinceMs, lowBytes, highBytes }
    : { sinceMs: nowMs, lowBytes: usedBytes, highBytes: usedBytes }
}

function phaseOf(life: Life, workload: AttributedWorkload, nowMs: number, rules: GateRules): Phase {
  if (workload.state === 'sleeping' || workload.state === 'unloading') return 'asleep'
  if (life.phase === 'settled') return 'settled'
  if (workload.state === 'loading') return 'loading'
  // out of sleep it takes its memory again
  const sinceMs = life.phase === 'asleep' ? nowMs : life.phaseSinceMs
  return hasSettled({ ...life, phaseSinceMs: sinceMs }, workload, nowMs, rules) ? 'settled' : 'loading'
}

function hasSettled(life: Life, workload: AttributedWorkload, nowMs: number, rules: GateRules): boolean {
  if (answers(workload)) return life.phase !== 'asleep'
  const oldMs = Math.min(life.bornMs ?? life.firstSeenMs, life.phaseSinceMs)
  if (nowMs - oldMs >= rules.longestLoadMs) return true
  if (isOfUnknownSize(workload)) return nowMs - oldMs >= rules.graceMs
  return nowMs - life.flat.sinceMs >= rules.settledMs && holdsItsLoad(workload, rules)
}

/** An engine that tells of its requests or its cache serves. */
function answers({ requests, kv }: AttributedWorkload): boolean {
  return requests.running.kind === 'known' || kv.usedRatio.kind === 'known' || kv.usedTokens.kind === 'known'
}

function isOfUnknownSize(workload: AttributedWorkload): boolean {
  const { kv, estimated } = workload
  if (!isServer(workload) || kv.growth.kind === 'missing') return true
  return kv.growth.value === 'on-demand' && estimated.kind === 'missing'
}

/** Loads pause: a flat stretch below the weights is a slow disk, not an end. */
function holdsItsLoad({ estimated, memory }: AttributedWorkload, rules: GateRules): boolean {
  if (estimated.kind === 'missing') return true
  const weights = sum(estimated.value.estimate.perGpu.map(({ weightsBytes }) => weightsBytes))
  return valueOr(memory.usedBytes, 0) >= rules.loadedRatio * valueOr(weights, 0)
}
