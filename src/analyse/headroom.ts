import { both, known, map, missing, type Reading } from '../core/reading.ts'
import type { GpuState } from '../model/frame.ts'
import type { Workload } from '../model/workload.ts'
import type { AttributedWorkload } from './attribute.ts'
import { leftIn } from './vram-limits.ts'

/** Tokens that a request held on average lately, by workload. */
export type RequestSizes = ReadonlyMap<string, number>

/** What is left to grow into, in bytes, in tokens, and in requests of the size seen lately. */
export function headroomOf(
  workload: AttributedWorkload,
  gpus: readonly GpuState[],
  sizes: RequestSizes,
): Workload['headroom'] {
  const bytes = bytesLeft(workload, gpus)
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
 * fullest, because a token takes of all of them and fails with the first.
 */
function bytesLeft(workload: AttributedWorkload, gpus: readonly GpuState[]): Reading<number> {
  const { kv, memory } = workload
  if (kv.growth.kind === 'missing') return kv.growth
  if (kv.growth.value === 'preallocated') {
    return both(kv.capacityBytes, kv.usedBytes, (capacity, used) => Math.max(0, capacity - used))
  }
  const uuids = new Set(memory.perGpu.map(({ uuid }) => uuid))
  const free = gpus
    .filter(({ uuid }) => uuids.has(uuid))
    .map((gpu) => leastOf([gpu.memory.freeBytes, ...limitsOn(gpu.uuid, workload)]))
  return free.length === 0 ? missing('not-reported') : map(leastOf(free), (least) => least * free.length)
}

function limitsOn(uuid: string, { vramLimits }: AttributedWorkload): readonly Reading<number>[] {
  return vramLimits
    .filter(({ gpu, usedBytes }) => gpu === uuid && usedBytes.kind === 'known')
    .map((limit) => known(Math.max(0, leftIn(limit)), 'derived'))
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
