import { valueOr } from '../core/reading.ts'
import type { GpuCeiling } from '../model/ceiling.ts'
import { isPartOf, type Holder, type MemoryPool } from './memory-pool.ts'
import type { JudgedWorkload } from './judged.ts'
import type { Life, LifeBook } from './lives.ts'
import type { GateRules } from './rules.ts'

/** Where a pool of memory is headed: what all that is on it may come to need, against what there is. */
export interface PoolOutlook {
  readonly pool: MemoryPool
  /** Predicted ceilings of the workloads that have one, and what the others hold; undefined where the driver lists nothing. */
  readonly predicted: Bounds | undefined
  readonly shares: readonly PoolShare[]
}

interface Bounds {
  readonly lowBytes: number
  readonly bytes: number
  readonly highBytes: number
}

/** One workload on one pool. */
export interface PoolShare {
  readonly workload: JudgedWorkload
  readonly life: Life | undefined
  readonly holder: Holder
  readonly usedBytes: number
  readonly ceiling: GpuCeiling | undefined
  /** Up to here its growth is expected; undefined where nobody knows. */
  readonly gateBytes: number | undefined
}

/** @param byId the workloads of this tick */
export function outlookOf(
  pool: MemoryPool,
  byId: ReadonlyMap<string, JudgedWorkload>,
  lives: LifeBook,
  rules: GateRules,
): PoolOutlook {
  if (pool.holders.kind === 'missing') return { pool, predicted: undefined, shares: [] }
  const shares = pool.holders.value.flatMap((holder) => {
    const workload = byId.get(holder.workload)
    return workload === undefined ? [] : [shareOf(pool, holder, workload, lives.get(workload.id), rules)]
  })
  const held = shares.reduce((total, { usedBytes }) => total + usedBytes, 0)
  const unowned = Math.max(0, valueOr(pool.usedBytes, held) - held)
  const total = (of: (share: PoolShare) => number): number =>
    shares.reduce((sum, share) => sum + of(share), unowned)
  return {
    pool,
    shares,
    predicted: {
      lowBytes: total(({ usedBytes, ceiling }) => Math.max(usedBytes, ceiling?.lowBytes ?? 0)),
      bytes: total(({ usedBytes, ceiling }) => Math.max(usedBytes, ceiling?.bytes ?? 0)),
      highBytes: total(({ usedBytes, ceiling }) => Math.max(usedBytes, ceiling?.highBytes ?? 0)),
    },
  }
}

function shareOf(
  pool: MemoryPool,
  holder: Holder,
  workload: JudgedWorkload,
  life: Life | undefined,
  rules: GateRules,
): PoolShare {
  const ceiling =
    workload.ceiling.kind === 'missing'
      ? undefined
      : workload.ceiling.value.perGpu.find((share) => isPartOf(share, pool))
  return {
    workload,
    life,
    holder,
    usedBytes: valueOr(holder.usedBytes, 0),
    ceiling,
    gateBytes: ceiling === undefined ? undefined : gateOf(ceiling, life, rules),
  }
}

/** While it loads, the estimate gets the benefit of the doubt; a load that ends higher than thought has still ended. */
function gateOf({ bytes, highBytes }: GpuCeiling, life: Life | undefined, rules: GateRules): number {
  if (life?.phase === 'settled') return highBytes
  return Math.max(highBytes, bytes * (1 + rules.loadingDoubtRatio))
}
