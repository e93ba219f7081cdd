import { both, missing, sum, valueOr } from '../core/reading.ts'
import type { Reading } from '../core/reading.ts'
import type { Risk } from '../model/risk.ts'
import type { Workload } from '../model/workload.ts'
import type { Seen } from './seen.ts'

/** One engine whose ranks run on several hosts: what fails first is its hottest rank. */
export interface InstanceRow {
  readonly instance: string
  readonly engine: string
  readonly model: Reading<string>
  readonly hosts: readonly string[]
  readonly ranksSeen: number
  readonly ranksInAll: Reading<number>
  readonly usedBytes: Reading<number>
  /** The host whose ranks are closest to their predicted ceiling, else hold the most. */
  readonly hottest: string
  /** Of the hottest: held of predicted, 0–1. */
  readonly heldRatio: Reading<number>
  readonly risk: Risk | undefined
}

/** The instances of which ranks were seen on more than one host, or on one of several. */
export function instanceRows(seen: readonly Seen[]): readonly InstanceRow[] {
  const byInstance = new Map<string, Rank[]>()
  for (const { frame } of seen) {
    for (const workload of frame.workloads) {
      if (workload.partial === undefined) continue
      const rank = {
        host: frame.host,
        workload,
        ranks: workload.partial.ranksHere,
        risk: frame.risks.find((risk) => risk.workload === workload.id),
      }
      byInstance.set(workload.partial.instance, [...(byInstance.get(workload.partial.instance) ?? []), rank])
    }
  }
  return [...byInstance].flatMap(([instance, [first, ...rest]]) =>
    first === undefined ? [] : [rowOf(instance, [first, ...rest])],
  )
}

interface Rank {
  readonly host: string
  readonly workload: Workload
  readonly ranks: number
  readonly risk: Risk | undefined
}

function rowOf(instance: string, ranks: readonly [Rank, ...Rank[]]): InstanceRow {
  const [first] = ranks
  const hottest = ranks.reduce((a, b) => (heat(b) > heat(a) ? b : a), first)
  return {
    instance,
    engine: first.workload.engine,
    model: first.workload.model.name,
    hosts: ranks.map(({ host }) => host),
    ranksSeen: ranks.reduce((count, one) => count + one.ranks, 0),
    ranksInAll: first.workload.partial?.ranksInAll ?? missing('not-reported'),
    usedBytes: sum(ranks.map(({ workload }) => workload.memory.usedBytes)),
    hottest: hottest.host,
    heldRatio: heldRatio(hottest.workload),
    risk: ranks.flatMap(({ risk }) => risk ?? []).toSorted((a, b) => eta(a) - eta(b))[0],
  }
}

function heldRatio({ memory, ceiling }: Workload): Reading<number> {
  return both(memory.usedBytes, ceiling, (used, { bytes }) => used / Math.max(1, bytes))
}

// A ratio is below ten, bytes are not: whoever has no ceiling is compared by bytes among themselves.
function heat({ workload }: Rank): number {
  return valueOr(heldRatio(workload), valueOr(workload.memory.usedBytes, 0) / 1024 ** 4)
}

function eta({ eta: range }: Risk): number {
  return range?.seconds ?? Number.MAX_SAFE_INTEGER
}
