import { both, firstKnown, known, map, sumOfKnown } from '../core/reading.ts'
import type { VramLimit, Workload } from '../model/workload.ts'
import type { MemoryPool } from './memory-pool.ts'

/** Every limit on what some may hold of a card, as a pool of its own: it fills like a MIG instance. */
export function limitPools(
  card: MemoryPool,
  workloads: readonly Pick<Workload, 'id' | 'vramLimits'>[],
): readonly MemoryPool[] {
  const found = new Map<string, { readonly limit: VramLimit; readonly insiders: readonly string[] }>()
  for (const { id, vramLimits } of workloads) {
    for (const limit of vramLimits.filter(({ gpu }) => gpu === card.gpu.uuid)) {
      const key = `${card.key}/${limit.kind} ${limit.path ?? id}`
      found.set(key, { limit, insiders: [...(found.get(key)?.insiders ?? []), id] })
    }
  }
  return [...found].map(([key, { limit, insiders }]) => poolWithin(card, key, limit, insiders))
}

/** `the limit of control group /a.slice`. */
export function nameOfLimit({ kind, path }: VramLimit): string {
  if (kind === 'mps') return 'its MPS limit'
  return path === undefined ? 'the limit of its control group' : `the limit of control group ${path}`
}

function poolWithin(
  card: MemoryPool,
  key: string,
  limit: VramLimit,
  insiders: readonly string[],
): MemoryPool {
  const holders = map(card.holders, (all) => all.filter(({ workload }) => insiders.includes(workload)))
  const held =
    holders.kind === 'known' ? sumOfKnown(holders.value.map(({ usedBytes }) => usedBytes)) : holders
  const capBytes = known(limit.limitBytes)
  const usedBytes = firstKnown(limit.usedBytes, held)
  return {
    ...card,
    key,
    name: `${card.name} within ${nameOfLimit(limit)}`,
    limit,
    capBytes,
    usedBytes,
    freeBytes: both(capBytes, usedBytes, (cap, used) => Math.max(0, cap - used)),
    holders,
  }
}
