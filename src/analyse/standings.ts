import { valueOr } from '../core/reading.ts'
import type { AttributedWorkload } from './attribute.ts'
import type { MemoryPool } from './memory-pool.ts'
import type { LifeBook } from './lives.ts'
import type { Rules } from './rules.ts'

/** What must be remembered from tick to tick beside windows: who stands at a cap, who is being preempted. */
export interface Standings {
  /** By pool: a card that has been full for a while, and everyone on it lives. */
  readonly atCap: ReadonlyMap<string, AtCap>
  /** By workload: its counter of preemptions over the last minute or so. */
  readonly preemptions: ReadonlyMap<string, readonly CounterPoint[]>
}

export interface AtCap {
  /** Who is on it: another neighbour may be one too many. */
  readonly circumstances: string
  readonly sinceMs: number | undefined
  /** It has stood there for so long that it is how its allocator lives. */
  readonly proven: boolean
}

interface CounterPoint {
  readonly atMs: number
  /** Since the first point; a counter that fell has begun anew at zero. */
  readonly total: number
  readonly raw: number
}

export const NO_STANDINGS: Standings = { atCap: new Map(), preemptions: new Map() }

export function followStandings(
  before: Standings,
  pools: readonly MemoryPool[],
  workloads: readonly AttributedWorkload[],
  lives: LifeBook,
  nowMs: number,
  rules: Rules,
): Standings {
  return {
    atCap: new Map(
      pools.map((pool) => [pool.key, standAt(before.atCap.get(pool.key), pool, lives, nowMs, rules)]),
    ),
    preemptions: new Map(
      workloads.flatMap(({ id, requests }) => {
        if (requests.preemptions.kind === 'missing') return []
        const points = before.preemptions.get(id) ?? []
        return [[id, count(points, requests.preemptions.value, nowMs, rules.pool.harmMs)] as const]
      }),
    ),
  }
}

/** Per second over the last minute; undefined until that much has been seen. */
export function preemptionsPerSecond(
  points: readonly CounterPoint[] | undefined,
  harmMs: number,
): number | undefined {
  const [first] = points ?? []
  const last = points?.at(-1)
  if (first === undefined || last === undefined || last.atMs - first.atMs < harmMs) return undefined
  return ((last.total - first.total) / (last.atMs - first.atMs)) * 1000
}

function standAt(
  before: AtCap | undefined,
  pool: MemoryPool,
  lives: LifeBook,
  nowMs: number,
  { risk }: Rules,
): AtCap {
  const holders = pool.holders.kind === 'known' ? pool.holders.value : []
  const circumstances = holders
    .map(({ workload }) => lives.get(workload)?.processes ?? workload)
    .sort()
    .join(';')
  const same = before?.circumstances === circumstances ? before : undefined
  const isFull = valueOr(pool.freeBytes, Infinity) < risk.atCapRatio * valueOr(pool.capBytes, 0)
  const sinceMs = isFull ? (same?.sinceMs ?? nowMs) : undefined
  const proven = same?.proven === true || (sinceMs !== undefined && nowMs - sinceMs >= risk.atCapMs)
  return { circumstances, sinceMs, proven }
}

/** One point before the last `spanMs` is kept, so that they are spanned whole. */
function count(
  points: readonly CounterPoint[],
  raw: number,
  nowMs: number,
  spanMs: number,
): readonly CounterPoint[] {
  const last = points.at(-1)
  const rise = last === undefined ? 0 : raw >= last.raw ? raw - last.raw : raw
  const all = [...points, { atMs: nowMs, total: (last?.total ?? 0) + rise, raw }]
  const oldest = all.findLastIndex(({ atMs }) => nowMs - atMs >= spanMs)
  return oldest <= 0 ? all : all.slice(oldest)
}
