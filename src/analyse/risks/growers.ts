import { valueOr } from '../../core/reading.ts'
import type { PoolOutlook, PoolShare } from '../outlook.ts'
import { isServer } from '../server.ts'
import { shareWatchedAt, type Situation } from '../situation.ts'
import { stillGrows } from '../still-grows.ts'
import { paceOf, rampOf } from '../windows.ts'

/** A workload whose growth on a pool is news. */
export interface Grower {
  readonly share: PoolShare
  readonly bytesPerSecond: number
  /** `ramps`: only what fills within seconds is news of it. */
  readonly judged: 'fully' | 'ramps'
}

/** The fastest first. */
export function growersOn(outlook: PoolOutlook, situation: Situation): readonly Grower[] {
  const { rules } = situation
  return outlook.shares
    .flatMap((share): readonly Grower[] => {
      const judged = judgedHow(share, outlook, situation)
      if (judged === undefined) return []
      const watched = shareWatchedAt(situation, share.workload.id, outlook.pool.key)
      const pace = paceOf(watched) ?? rampOf(watched, rules.trend)
      const creep = pace === undefined ? stillGrows(watched, situation.nowMs, rules.risk) : undefined
      const bytesPerSecond = pace?.perSecond ?? creep ?? 0
      return bytesPerSecond > 0 ? [{ share, bytesPerSecond, judged }] : []
    })
    .sort((a, b) => b.bytesPerSecond - a.bytesPerSecond)
}

/** Undefined where its growth is expected or its own business. */
function judgedHow(
  share: PoolShare,
  outlook: PoolOutlook,
  situation: Situation,
): Grower['judged'] | undefined {
  const { life, usedBytes, gateBytes } = share
  if (life === undefined || life.phase === 'asleep') return undefined
  if (gateBytes !== undefined && usedBytes > gateBytes) return 'fully'
  if (life.phase === 'loading') return undefined
  if (gateBytes === undefined) return livesAtItsCap(share, outlook, situation) ? undefined : 'fully'
  return mayExceed(outlook) ? 'ramps' : undefined
}

/** By the high end of all predictions. */
function mayExceed({ pool, predicted }: PoolOutlook): boolean {
  return predicted !== undefined && predicted.highBytes > valueOr(pool.capBytes, Infinity)
}

/** A trainer that fills the card, frees its cache and tries again: that is how its allocator works. */
function livesAtItsCap(share: PoolShare, { pool, shares }: PoolOutlook, { standings }: Situation): boolean {
  if (share.workload.engine !== 'pytorch' || standings.atCap.get(pool.key)?.proven !== true) return false
  return shares.every((other) => other === share || !isEngine(other))
}

/** A server of models at work, that dies when it gets no memory: not a trainer, a notebook or a desktop, and none that sleeps. */
export function isEngine({ workload, life }: PoolShare): boolean {
  return isServer(workload) && life?.phase !== 'asleep'
}

/** The one that was named before, while it grows; else the fastest. */
export function chosen(growers: readonly Grower[], uuid: string, { book }: Situation): Grower | undefined {
  const named = new Set(
    [...book.values()]
      .filter(({ condition }) => condition.class === 'cuda-oom' && condition.gpus.includes(uuid))
      .map(({ condition }) => condition.workload),
  )
  return growers.find(({ share }) => named.has(share.workload.id)) ?? growers[0]
}
