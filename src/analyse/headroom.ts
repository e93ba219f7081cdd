import { both, map, missing, type Reading } from '../core/reading.ts'
import type { Workload } from '../model/workload.ts'
import type { AttributedWorkload } from './attribute.ts'
import type { MemoryPool } from './memory-pool.ts'

/** Tokens that a request held on average lately, by workload. */
export type RequestSizes = ReadonlyMap<string, number>

/** What is left to grow into, in bytes, in tokens, and in requests of the size seen lately. */
export function headroomOf(
  workload: AttributedWorkload,
  pools: readonly MemoryPool[],
  sizes: RequestSizes,
): Workload['headroom'] {
  const bytes = bytesLeft(workload, pools)
  const tokens = tokensLeft(workload, bytes)
  const size = sizes.get(workload.id)
  const requests =
    size === undefined
      ? missing('not-yet-known', 'no request has been seen at work')
      : map(tokens, (count) => Math.floor(count / size))
  return { bytes, tokens, requests: tokens.kind === 'missing' ? tokens : requests }
}

/** The sizes after this tick: the mean of the requests at work, moving slowly; workloads that are gone are forgotten. */
export function followRequestSizes(
  sizes: RequestSizes,
  workloads: readonly AttributedWorkload[],
): RequestSizes {
  return new Map(
    workloads.flatMap(({ id, kv, requests }): readonly (readonly [string, number])[] => {
      const now = both(kv.usedTokens, requests.running, (tokens, running) =>
        running > 0 && tokens > 0 ? tokens / running : undefined,
      )
      const size = now.kind === 'known' ? now.value : undefined
      const before = sizes.get(id)
      if (size === undefined) return before === undefined ? [] : [[id, before]]
      return [[id, before === undefined ? size : before + NEWEST_SHARE * (size - before)]]
    }),
  )
}

// a memory of about thirty ticks: a minute at the usual pace
const NEWEST_SHARE = 1 / 30

/**
 * The rest of the pool of a preallocating engine. For the others what is free: on several cards as much on each as on the
 * fullest, or within the tightest limit, because a token takes of all of them and fails with the first.
 */
function bytesLeft(workload: AttributedWorkload, pools: readonly MemoryPool[]): Reading<number> {
  const { kv } = workload
  if (kv.growth.kind === 'missing') return kv.growth
  if (kv.growth.value === 'preallocated') {
    return both(kv.capacityBytes, kv.usedBytes, (capacity, used) => Math.max(0, capacity - used))
  }
  const held = pools.filter((pool) => isHeldBy(workload, pool))
  const cards = held.filter(({ limit }) => limit === undefined).length
  const least = leastOf(held.map(({ freeBytes }) => freeBytes))
  return map(least, (bytes) => bytes * cards)
}

/** Of a card that is cut into instances it is on some of them. */
function isHeldBy({ id, memory }: AttributedWorkload, { holders, gpu }: MemoryPool): boolean {
  return holders.kind === 'known'
    ? holders.value.some(({ workload }) => workload === id)
    : memory.perGpu.some(({ uuid }) => uuid === gpu.uuid)
}

function leastOf(readings: readonly Reading<number>[]): Reading<number> {
  const [first = missing('not-reported'), ...others] = readings
  return others.reduce((least, next) => both(least, next, (a, b) => Math.min(a, b)), first)
}

/** By what the engine counts, or by what one more token costs. */
function tokensLeft({ kv, estimated }: AttributedWorkload, bytes: Reading<number>): Reading<number> {
  if (kv.growth.kind === 'known' && kv.growth.value === 'preallocated') {
    return both(kv.capacityTokens, kv.usedTokens, (capacity, used) => Math.max(0, capacity - used))
  }
  const marginal =
    estimated.kind === 'known' ? estimated.value.estimate.kv.marginalBytesPerToken : kv.bytesPerToken
  const perToken = marginal.kind === 'known' && marginal.value > 0 ? marginal : kv.bytesPerToken
  return both(bytes, perToken, (left, cost) => Math.floor(left / cost))
}
