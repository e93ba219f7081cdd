import type { Fault } from '../../core/fault.ts'
import type { Log } from '../../sources/replay/log.ts'
import type { Folding } from '../fold.ts'
import { startChronicle, type Chronicle } from './chronicle.ts'
import type { Extent } from './seek-place.ts'
import { turn } from './turn.ts'

/** A log that is looked through from its beginning, while it is watched: what is known of it so far. */
export interface Survey {
  readonly chronicle: Chronicle
  readonly done: boolean
  readonly ending: Fault | undefined
  /** Whether all up to a moment has been looked through. */
  isKnown(ms: number): boolean
  /** How much of a log from one moment to another has been looked through, 0–1; its end is only known when it has been read. */
  readRatio(extent: Pick<Extent, 'firstMs' | 'lastMs'>): number
  /** @param onProgress called after each sample and at the end */
  run(signal: AbortSignal, onProgress: () => void): Promise<void>
}

/** @param giveWay waits while the viewer waits for something */
export function startSurvey(log: Log, folding: Folding, giveWay: () => Promise<void>): Survey {
  const chronicle = startChronicle(folding)
  let done = false
  let ending: Fault | undefined
  return {
    chronicle,
    get done() {
      return done
    },
    get ending() {
      return ending
    },
    isKnown: (ms) => done || chronicle.newestMs >= ms,
    readRatio({ firstMs, lastMs }) {
      if (done) return 1
      if (lastMs <= firstMs) return 0
      return Math.max(0, Math.min(0.99, (chronicle.newestMs - firstMs) / (lastMs - firstMs)))
    },
    async run(signal, onProgress) {
      for await (const entry of log.entries()) {
        if (signal.aborted) return
        switch (entry.kind) {
          case 'sample': {
            const { mark } = entry
            chronicle.take(entry.sample, mark && (() => log.entries(mark)))
            break
          }
          case 'outcome':
            chronicle.tick({ atMs: entry.elapsedMs, kind: 'outcome' })
            break
          case 'end':
            ending = entry.fault
        }
        onProgress()
        await turn()
        await giveWay()
      }
      done = true
      onProgress()
    },
  }
}
