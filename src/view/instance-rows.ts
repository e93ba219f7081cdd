import { both, known, missing, sum, valueOr } from '../core/reading.ts'
import type { Reading } from '../core/reading.ts'
import type { Risk } from '../model/risk.ts'
import type { Workload } from '../model/workload.ts'
import { instancesOf } from './instances.ts'
import type { RanksHere } from './instances.ts'
import { byUrgency } from './risk-order.ts'
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
  /** The rank whose card is closest to its predicted ceiling, else holds the most. */
  readonly hottest: HottestRank
  /** The worst of any of its ranks. */
  readonly risk: Risk | undefined
}

export interface HottestRank {
  readonly host: string
  /** Index of its card; missing where only the host's ranks together are known. */
  readonly gpu: Reading<number>
  /** Held of predicted, 0–1. */
  readonly heldRatio: Reading<number>
}

/** The instances of which ranks were seen on more than one host, or on one of several. */
export function instanceRows(seen: readonly Seen[]): readonly InstanceRow[] {
  return instancesOf(seen).map(rowOf)
}

function rowOf(ranks: readonly RanksHere[]): InstanceRow {
  const named = ranks.find(({ workload }) => workload.model.name.kind === 'known') ?? ranks[0]
  return {
    instance: named?.partial.instance ?? '',
    engine: named?.workload.engine ?? 'unknown',
    model: named?.workload.model.name ?? missing('not-reported'),
    hosts: ranks.map(({ host }) => host),
    ranksSeen: ranks.reduce((count, { partial }) => count + partial.ranksHere, 0),
    ranksInAll:
      ranks.map(({ partial }) => partial.ranksInAll).find(({ kind }) => kind === 'known') ??
      missing('not-reported'),
    usedBytes: sum(ranks.map(({ workload }) => workload.memory.usedBytes)),
    hottest: ranks.flatMap(cardsOf).reduce((a, b) => (b.heat > a.heat ? b : a), NOWHERE),
    risk: ranks.flatMap(({ risks }) => risks).toSorted(byUrgency)[0],
  }
}

type Card = HottestRank & { readonly heat: number }

const NOWHERE: Card = {
  host: '',
  gpu: missing('not-reported'),
  heldRatio: missing('not-reported'),
  heat: -Infinity,
}

/** The cards of the ranks; all of a host together where the driver does not say what each holds. */
function cardsOf({ host, workload, gpus }: RanksHere): readonly Card[] {
  const { memory, ceiling } = workload
  const together = cardOf(host, missing('not-reported'), memory.usedBytes, ofCeiling(ceiling))
  const each = memory.perGpu.map(({ uuid, usedBytes }) => {
    const index = gpus.find((gpu) => gpu.uuid === uuid)?.index
    const share = valueOr(ceiling, undefined)?.perGpu.find((one) => one.uuid === uuid)?.bytes
    return cardOf(
      host,
      index === undefined ? missing('not-reported') : known(index),
      usedBytes,
      share === undefined ? missing('not-reported') : known(share),
    )
  })
  return each.length === 0 ? [together] : each
}

function ofCeiling(ceiling: Workload['ceiling']): Reading<number> {
  return ceiling.kind === 'known' ? known(ceiling.value.bytes) : ceiling
}

// A ratio is below ten, terabytes are below one: whoever has no ceiling is compared by bytes among themselves.
function cardOf(
  host: string,
  gpu: Reading<number>,
  usedBytes: Reading<number>,
  ceilingBytes: Reading<number>,
): Card {
  const heldRatio = both(usedBytes, ceilingBytes, (used, ceiling) => used / Math.max(1, ceiling))
  return { host, gpu, heldRatio, heat: valueOr(heldRatio, valueOr(usedBytes, 0) / 1024 ** 4) }
}
