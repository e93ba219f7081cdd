import type { Step } from '../../analyse/step.ts'
import type { RawSample } from '../../model/sample.ts'
import type { LogEntry } from '../../sources/replay/log.ts'
import { ring } from '../../outputs/recording/ring.ts'
import type { Folding, Memories } from '../fold.ts'
import { startChronicle, type Chronicle } from './chronicle.ts'
import { ringEntries } from './ring-log.ts'
import { startTravel, type Traveller } from './travel.ts'

/** The recent past of a live session: its samples in memory, and all that it takes to go back to any of them. */
export interface Past {
  readonly chronicle: Chronicle
  readonly traveller: Traveller
  /** The first moment that can be gone back to; undefined while there is none. */
  firstMs(): number | undefined
  /** The moment of the sample before or after one; undefined where there is none. */
  beside(ms: number, direction: 1 | -1): number | undefined
  /** Folds the next sample and keeps it. */
  take(sample: RawSample): Step
}

const KEEP_MS = 30 * 60_000
const MOST_BYTES = 32 * 1024 * 1024
// to keep what the fold knows of a whole fleet would hold up its picture
const MOST_HOSTS = 8

export function startPast(folding: Folding, fold: (memories: Memories) => Folding): Past {
  const samples = ring({ keepMs: KEEP_MS, maxBytes: MOST_BYTES })
  const chronicle = startChronicle(folding)
  const newest = new Map<string, number>()
  let moments: number[] = []
  const nothing = (): AsyncIterable<LogEntry> => ringEntries(samples, Infinity, [])
  const traveller = startTravel({
    chronicle,
    beginning: nothing,
    near: nothing,
    isKnown: () => true,
    isGrowing: true,
    fold,
    firstMs: () => firstMs() ?? 0,
  })

  function isFew(): boolean {
    return folding.memories.size <= MOST_HOSTS
  }

  function firstMs(): number | undefined {
    return isFew() ? chronicle.checkpoints.firstMs() : undefined
  }

  return {
    chronicle,
    traveller,
    firstMs,
    beside: (ms, direction) =>
      direction === 1 ? moments.find((moment) => moment > ms) : moments.findLast((moment) => moment < ms),
    take(sample) {
      if (!isFew()) return folding.next(sample)
      const last = samples.members().at(-1)
      const seen = [...newest]
      samples.add(sample, '')
      newest.set(sample.host, sample.sequence)
      if (sample.elapsedMs !== moments.at(-1)) moments.push(sample.elapsedMs)
      if (samples.members().at(-1) === last) return chronicle.take(sample, undefined)
      chronicle.forgetBefore(samples.members()[0]?.firstElapsedMs ?? -Infinity)
      const oldestMs = firstMs() ?? -Infinity
      moments = moments.filter((moment) => moment >= oldestMs)
      return chronicle.take(sample, () => ringEntries(samples, sample.elapsedMs, seen))
    },
  }
}
