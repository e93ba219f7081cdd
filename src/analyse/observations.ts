import { both, known, missing, valueOr, type Reading } from '../core/reading.ts'
import type { HostMemory } from '../model/snapshot.ts'
import type { KvSlot } from '../model/workload.ts'
import type { ActivityBook } from './activity.ts'
import type { AttributedWorkload } from './attribute.ts'
import type { HeightBook } from './heights.ts'
import type { MemoryPool } from './memory-pool.ts'
import type { LifeBook } from './lives.ts'
import type { Observation, WindowBook } from './windows.ts'

export function workloadKey(id: string): string {
  return `workload:${id}`
}

/** @param pool `MemoryPool.key` */
export function gpuKey(pool: string): string {
  return `gpu:${pool}`
}

/** What a workload that is on several pools holds of one of them. */
export function shareKey(id: string, pool: string): string {
  return `share:${pool}:${id}`
}

export function kvKey(id: string): string {
  return `kv:${id}`
}

export function slotKey(id: string, slot: number): string {
  return `slot:${id}:${slot}`
}

export function residentKey(id: string): string {
  return `resident:${id}`
}

export function cgroupKey(path: string): string {
  return `cgroup:${path}`
}

export const HOST_KEY = 'host'
export const SWAP_KEY = 'swap'

/** What observations are made of, with the time at which each was measured. */
export interface Observable {
  readonly pools: readonly MemoryPool[]
  readonly workloads: readonly AttributedWorkload[]
  readonly host: HostMemory
  readonly lives: LifeBook
  readonly activity: ActivityBook
  /** The windows so far: who was notable stays so, and a slot that holds less than before has a new request. */
  readonly before: WindowBook
  /** The heights so far: who was large stays so. */
  readonly heights: HeightBook
  readonly gpusAtMs: number
  readonly hostAtMs: number
  readonly nowMs: number
}

/** One value of everything that is watched. */
export function observationsOf(seen: Observable): readonly Observation[] {
  return [
    ...seen.pools.map((pool) => ofPool(pool, seen)),
    ...ofShares(seen),
    ...seen.workloads.flatMap((workload) => ofWorkload(workload, seen)),
    ...ofCgroups(seen),
    ...ofHost(seen),
  ]
}

// a holder of less than this share of a card may come and go without ending the card's window
const NOTABLE_RATIO = 0.01

function ofPool(pool: MemoryPool, { lives, before, gpusAtMs }: Observable): Observation {
  const key = gpuKey(pool.key)
  const already = before.get(key)?.circumstances ?? ''
  const notableBytes = NOTABLE_RATIO * valueOr(pool.capBytes, 0)
  const holders = pool.holders.kind === 'known' ? pool.holders.value : []
  const notable = holders.flatMap(({ workload, usedBytes, isGraphics }) => {
    const who = processesOf(workload, lives)
    if (isGraphics) return []
    return valueOr(usedBytes, 0) > notableBytes || already.includes(who) ? [who] : []
  })
  return {
    key,
    unit: 'bytes',
    value: pool.usedBytes,
    atMs: gpusAtMs,
    circumstances: [valueOr(pool.capBytes, 0), ...notable.sort()].join('|'),
  }
}

/** On several cards a workload may grow on one of them alone. */
function ofShares({ pools, lives, gpusAtMs }: Observable): readonly Observation[] {
  const shares = pools.flatMap(({ key, holders }) =>
    holders.kind === 'known'
      ? holders.value.map(({ workload, usedBytes }) => ({ workload, usedBytes, pool: key }))
      : [],
  )
  const pooled = new Map<string, number>()
  for (const { workload } of shares) pooled.set(workload, (pooled.get(workload) ?? 0) + 1)
  const several = shares.filter(({ workload }) => (pooled.get(workload) ?? 0) > 1)
  return several.map(({ workload, pool, usedBytes }) => ({
    key: shareKey(workload, pool),
    unit: 'bytes',
    value: usedBytes,
    atMs: gpusAtMs,
    circumstances: processesOf(workload, lives),
  }))
}

function processesOf(workload: string, lives: LifeBook): string {
  const life = lives.get(workload)
  return life === undefined ? `${workload};` : `${life.processes} ${life.phase};`
}

function identityOf(workload: string, lives: LifeBook): string {
  return `${lives.get(workload)?.identity ?? workload};`
}

function ofWorkload(workload: AttributedWorkload, seen: Observable): readonly Observation[] {
  const { id, memory, kv } = workload
  const { lives, activity, gpusAtMs, nowMs } = seen
  const circumstances = processesOf(id, lives)
  const answeredAtMs = activity.get(id)?.counted?.atMs ?? nowMs
  return [
    { key: workloadKey(id), unit: 'bytes', value: memory.usedBytes, atMs: gpusAtMs, circumstances },
    { key: residentKey(id), unit: 'bytes', value: memory.residentBytes, atMs: nowMs, circumstances },
    ...ofCache(workload, answeredAtMs, circumstances, seen),
    ...kv.slots.flatMap((slot) => ofSlot(slot, id, answeredAtMs, circumstances, seen)),
  ]
}

/** Most processes have none, and never will. */
function ofCache(
  workload: AttributedWorkload,
  atMs: number,
  processes: string,
  { lives, before }: Observable,
): readonly Observation[] {
  const { id, kv } = workload
  const key = kvKey(id)
  const value = fullestRatio(workload)
  if (value.kind === 'missing' && !before.has(key)) return []
  const circumstances = `${processes}${valueOr(kv.capacityTokens, 0)}`
  return [{ key, unit: 'share', value, atMs, circumstances, owner: identityOf(id, lives) }]
}

/** Of data-parallel replicas the fullest: it preempts alone. */
export function fullestRatio({ kv }: Pick<AttributedWorkload, 'kv'>): Reading<number> {
  if (kv.perEngine.length < 2) return kv.usedRatio
  return known(Math.max(...kv.perEngine.map(({ usedRatio }) => usedRatio)), 'measured')
}

function ofSlot(
  slot: KvSlot,
  id: string,
  atMs: number,
  processes: string,
  { before }: Observable,
): readonly Observation[] {
  if (!slot.generating) return []
  const key = slotKey(id, slot.id)
  const known = before.get(key)
  const last = known?.window.open?.value ?? 0
  const isSameRequest = known !== undefined && valueOr(slot.tokens, last) >= last
  const circumstances = isSameRequest ? known.circumstances : `${processes}${atMs}`
  return [{ key, unit: 'tokens', value: slot.tokens, atMs, circumstances }]
}

function ofCgroups(seen: Observable): readonly Observation[] {
  const { workloads, nowMs } = seen
  const groups = new Map(
    workloads.flatMap(({ cgroup }) => (cgroup.kind === 'known' ? [[cgroup.value.path, cgroup.value]] : [])),
  )
  return [...groups.values()].map(({ path, heldBytes, limitBytes }) => ({
    key: cgroupKey(path),
    unit: 'bytes',
    value: heldBytes,
    atMs: nowMs,
    ...surroundings(limitBytes, cgroupKey(path), seen),
  }))
}

// a workload of less than this share of RAM may come, go and load without ending the window of the whole
const LARGE_RATIO = 0.05

/**
 * Who holds a large part of the host's memory, and whether it is loading: when a load ends, its growth says nothing more.
 * How high it went is remembered of the same owners, whatever workers of theirs come and go.
 */
function surroundings(
  limitBytes: number,
  key: string,
  { workloads, lives, heights }: Observable,
): Pick<Observation, 'circumstances' | 'owner'> {
  const already = heights.get(key)?.owner ?? ''
  const large = workloads
    .filter(
      ({ id, memory }) =>
        valueOr(memory.residentBytes, 0) > LARGE_RATIO * limitBytes ||
        already.includes(`|${identityOf(id, lives)}`),
    )
    .map(({ id }) => id)
  return {
    circumstances: [limitBytes, ...large.map((id) => processesOf(id, lives)).sort()].join('|'),
    owner: [limitBytes, ...large.map((id) => identityOf(id, lives)).sort()].join('|'),
  }
}

function ofHost(seen: Observable): readonly Observation[] {
  const { host, hostAtMs } = seen
  const totalBytes = valueOr(host.totalBytes, 0)
  const used = both(host.totalBytes, host.availableBytes, (total, available) => total - available)
  return [
    {
      key: HOST_KEY,
      unit: 'bytes',
      value: used,
      atMs: hostAtMs,
      ...surroundings(totalBytes, HOST_KEY, seen),
    },
    {
      key: SWAP_KEY,
      unit: 'bytes',
      value: host.swapTotalBytes.kind === 'known' ? host.swapUsedBytes : missing('not-reported'),
      atMs: hostAtMs,
      circumstances: `${valueOr(host.swapTotalBytes, 0)}`,
    },
  ]
}
