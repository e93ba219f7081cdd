import { formatBytes } from '../core/format.ts'
import { both, valueOr } from '../core/reading.ts'
import type { Death } from '../model/incident.ts'
import { reaches, type RiskClass } from '../model/risk.ts'
import type { JudgedWorkload } from './judged.ts'
import { workloadKey } from './observations.ts'
import type { Condition, Ending, RiskRecord } from './risk-book.ts'
import type { DeathRules } from './rules.ts'
import type { Situation } from './situation.ts'
import { stillGrows } from './still-grows.ts'
import { nameOf } from './wording.ts'

/** What died, and what is needed to judge the next death. */
export interface DeathBook {
  /** The newest first. */
  readonly deaths: readonly Death[]
  /** The last tick at which everything lived. */
  readonly last: Situation | undefined
  /** Gone without a cause to be seen: the kernel's counter may follow. */
  readonly pending: readonly Vanished[]
  readonly killedAtMs: number | undefined
}

interface Vanished {
  readonly workload: JudgedWorkload
  readonly last: Situation
  /** What stood of it, or of its cards, at that tick. */
  readonly said: readonly RiskRecord[]
  readonly atMs: number
}

export const NO_DEATHS: DeathBook = { deaths: [], last: undefined, pending: [], killedAtMs: undefined }

export interface FollowedDeaths {
  readonly book: DeathBook
  readonly endings: readonly Ending[]
}

/**
 * Who is gone since the tick before, and what most likely killed it. A sleep, an unload and a swap of models are no
 * deaths, and what ended while memory was plenty is its user's business.
 */
export function followDeaths(before: DeathBook, now: Situation, afterGap: boolean): FollowedDeaths {
  const rules = now.rules.death
  const { last } = before
  const kills = last === undefined ? 0 : killsSince(last, now)
  const killedAtMs = kills > 0 ? now.nowMs : before.killedAtMs
  const gone = last === undefined || afterGap ? [] : vanishedSince(last, now)
  const waiting = [...before.pending.filter(({ atMs }) => now.nowMs - atMs <= rules.counterMs), ...gone]
  const wasKilled = killedAtMs !== undefined && now.nowMs - killedAtMs <= rules.counterMs
  const judged = waiting.map((vanished) => ({ vanished, death: deathOf(vanished, wasKilled, rules) }))
  const fresh = judged.flatMap(({ vanished, death }) => (death === undefined ? [] : [{ vanished, death }]))
  const deaths = [...fresh.map(({ death }) => death), ...before.deaths]
    .filter(({ atElapsedMs }) => now.nowMs - atElapsedMs <= rules.keepMs)
    .slice(0, rules.most)
  const pending = judged.filter(({ death }) => death === undefined).map(({ vanished }) => vanished)
  return {
    book: { deaths, last: now, pending, killedAtMs },
    endings: [
      ...fresh.map(({ vanished, death }) => endingOf(vanished.workload, death)),
      ...(kills > 0 ? [{ workload: undefined, classes: KERNEL, gpus: [] }] : []),
    ],
  }
}

const KERNEL: ReadonlySet<RiskClass> = new Set<RiskClass>(['host-oom', 'unified-oom'])

/** A counter that fell has begun anew with the machine. */
function killsSince(last: Situation, now: Situation): number {
  const rise = both(last.host.oomKills, now.host.oomKills, (before, after) => Math.max(0, after - before))
  const groups = new Map(last.workloads.map(({ id, cgroup }) => [id, valueOr(cgroup, undefined)]))
  const inGroups = now.workloads.reduce((total, { id, cgroup }) => {
    const before = groups.get(id)
    if (cgroup.kind === 'missing' || before?.path !== cgroup.value.path) return total
    const more = both(before.oomKills, cgroup.value.oomKills, (a, b) => Math.max(0, b - a))
    return total + valueOr(more, 0)
  }, 0)
  return valueOr(rise, 0) + inGroups
}

function vanishedSince(last: Situation, now: Situation): readonly Vanished[] {
  return last.workloads
    .filter(({ id, engine }) => engine !== 'unknown' && isGone(id, last, now))
    .filter(({ state }) => state !== 'sleeping' && state !== 'unloading')
    .map((workload) => ({ workload, last, said: forecastsOf(workload, now), atMs: now.nowMs }))
}

/** The same pid with another start time is another process; one that /proc did not show says nothing. */
function isGone(id: string, last: Situation, now: Situation): boolean {
  const before = last.lives.get(id)?.identity
  const after = now.lives.get(id)?.identity
  if (after === undefined) return true
  return before !== after && !(before ?? '').endsWith('unseen') && !after.endsWith('unseen')
}

function deathOf(vanished: Vanished, wasKilled: boolean, rules: DeathRules): Death | undefined {
  const { workload, last, said, atMs } = vanished
  const cause = causeOf(vanished, wasKilled, rules)
  if (cause === undefined) return undefined
  return {
    workload: workload.id,
    engine: workload.engine,
    atElapsedMs: atMs,
    cause,
    summary: `${nameOf(workload)} is gone: ${CAUSES[cause]}`,
    evidence: [
      ...said.map(({ condition }) => `said before: ${condition.summary}`),
      ...freeLines(vanished),
      ...(workload.memory.usedBytes.kind === 'known'
        ? [`it held ${formatBytes(workload.memory.usedBytes.value)} on its cards when it was last seen`]
        : []),
      ...(wasKilled ? ["the kernel's count of processes killed for memory has risen"] : []),
      ...(last.host.availableBytes.kind === 'known'
        ? [`${formatBytes(last.host.availableBytes.value)} of host RAM were available`]
        : []),
    ],
  }
}

const CAUSES: Readonly<Record<Death['cause'], string>> = {
  'cuda-oom': 'most likely CUDA out of memory',
  'host-oom': 'most likely killed by the kernel, because the host or its control group was out of memory',
  'unified-oom': 'most likely killed by the kernel, because the memory shared by host and GPU ran out',
  unknown: 'it was at work, and nothing points at memory',
}

function forecastsOf({ id, memory }: JudgedWorkload, { book }: Situation): readonly RiskRecord[] {
  const cards = new Set(memory.perGpu.map(({ uuid }) => uuid))
  return [...book.values()].filter(
    ({ condition }) =>
      condition.workload === id ||
      (condition.class === 'cuda-oom' && condition.gpus.some((uuid) => cards.has(uuid))) ||
      (KERNEL.has(condition.class) && condition.workload === undefined),
  )
}

function causeOf(vanished: Vanished, wasKilled: boolean, rules: DeathRules): Death['cause'] | undefined {
  const { workload, last, said } = vanished
  const isUnified = last.gpus.some(({ unifiedMemory }) => unifiedMemory)
  const cardWasFull = said.some(
    ({ condition }) =>
      isAtItsEnd(condition, rules) && isOfItself(condition.class, workload, condition.workload),
  )
  if (wasKilled) return isUnified ? 'unified-oom' : 'host-oom'
  if (cardWasFull || wasScarce(vanished, rules)) return 'cuda-oom'
  if (said.some(({ condition, raised }) => raised && KERNEL.has(condition.class)))
    return isUnified ? 'unified-oom' : 'host-oom'
  const isServer = workload.engine !== 'pytorch' && !SWAPS.has(workload.engine)
  return isServer && valueOr(workload.requests.running, 0) > 0 ? 'unknown' : undefined
}

/** A warning of a card; a watch only where it gave no more than a minute. */
function isAtItsEnd({ class: kind, level, eta }: Condition, { nearMs }: DeathRules): boolean {
  if (kind !== 'cuda-oom' && kind !== 'will-not-fit') return false
  return reaches(level, 'warn') || (eta !== undefined && eta.lowSeconds * 1000 < nearMs)
}

/** Their runners come and go by themselves. */
const SWAPS: ReadonlySet<JudgedWorkload['engine']> = new Set(['ollama', 'lmstudio'])

function isOfItself(kind: RiskClass, { id }: JudgedWorkload, named: string | undefined): boolean {
  return kind === 'cuda-oom' || named === id
}

/** Next to nothing was free, and it was taking more. */
function wasScarce({ workload, last }: Vanished, { scarceRatio }: DeathRules): boolean {
  const watched = last.windows.get(workloadKey(workload.id))
  const took = stillGrows(watched, last.nowMs, last.rules.risk) !== undefined
  const isLoading = last.lives.get(workload.id)?.phase === 'loading'
  if ((!took && !isLoading) || workload.engine === 'pytorch') return false
  return poolsOfIt(workload, last).some(
    ({ freeBytes, capBytes }) => valueOr(freeBytes, Infinity) < scarceRatio * valueOr(capBytes, 0),
  )
}

function poolsOfIt(
  { id }: JudgedWorkload,
  last: Situation,
): readonly Situation['outlooks'][number]['pool'][] {
  return last.outlooks
    .filter(({ shares }) => shares.some(({ workload }) => workload.id === id))
    .map(({ pool }) => pool)
}

function freeLines({ workload, last }: Vanished): readonly string[] {
  return poolsOfIt(workload, last).flatMap(({ name, freeBytes }) =>
    freeBytes.kind === 'known'
      ? [`${formatBytes(freeBytes.value)} of ${name} were free when it was last seen`]
      : [],
  )
}

function endingOf({ id, memory }: JudgedWorkload, { cause }: Death): Ending {
  return { workload: id, classes: MADE_TRUE[cause], gpus: memory.perGpu.map(({ uuid }) => uuid) }
}

const MADE_TRUE: Readonly<Record<Death['cause'], ReadonlySet<RiskClass>>> = {
  'cuda-oom': new Set<RiskClass>(['cuda-oom', 'will-not-fit', 'over-ceiling']),
  'host-oom': new Set<RiskClass>(['host-oom']),
  'unified-oom': new Set<RiskClass>(['unified-oom', 'host-oom', 'cuda-oom', 'will-not-fit', 'over-ceiling']),
  unknown: new Set<RiskClass>(),
}
