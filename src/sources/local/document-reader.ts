import { reduceNvidiaSmi } from '../../parse/nvidia-smi-reduce.ts'
import { splitChunk, startSplitting } from '../../parse/nvidia-smi-stream.ts'
import { FRESH_LOOP, watchDocument, whyLeave } from './loop-mode.ts'
import type { Clock } from '../../core/clock.ts'

/** A whole document of `nvidia-smi -q -x`. */
export interface SmiDocument {
  /** Reduced and masked. */
  readonly text: string
  readonly arrivedAtMs: number
  /** What it cost: since the start, or since the document before it less the pause that was asked for. */
  readonly tookMs: number
}

/** What one run of nvidia-smi has printed so far. */
export interface DocumentReader {
  /** Takes the next piece of its output. */
  read(text: string): void
  documents(): number
  /** When the latest document came; before the first, when the run began. */
  newestAtMs(): number
  /** Why its loop is to be left (`loop-mode.ts`); undefined while it serves. */
  whyLeave(): string | undefined
  /** What it printed since its last document, at most its last 4 KiB: its last words, when it has ended. */
  rest(): string
}

const KEPT_REST_LENGTH = 4096

/** @param intervalMs the pause between documents that was asked for */
export function documentReader(
  clock: Clock,
  intervalMs: number,
  onDocument: (document: SmiDocument) => void,
): DocumentReader {
  let splitting = startSplitting()
  let strays = ''
  let watch = FRESH_LOOP
  let leave: string | undefined
  let documents = 0
  let newestAtMs = clock.elapsedMs()
  let lastPieceAtMs = newestAtMs

  function take(document: string, silentMs: number): void {
    const text = reduceNvidiaSmi(document)
    const arrivedAtMs = clock.elapsedMs()
    const pauseMs = documents === 0 ? 0 : intervalMs
    const tookMs = Math.max(0, arrivedAtMs - newestAtMs - pauseMs)
    watch = watchDocument(watch, text, silentMs, intervalMs)
    leave ??= whyLeave(watch, text)
    documents += 1
    newestAtMs = arrivedAtMs
    onDocument({ text, arrivedAtMs, tookMs })
  }

  return {
    read(text) {
      const nowMs = clock.elapsedMs()
      let silentMs = splitting.insideDocument ? nowMs - lastPieceAtMs : 0
      const step = splitChunk(splitting, text)
      splitting = step.state
      strays = (strays + step.strays).slice(-KEPT_REST_LENGTH)
      lastPieceAtMs = nowMs
      for (const document of step.documents) {
        take(document, silentMs)
        silentMs = 0
      }
    },
    documents: () => documents,
    newestAtMs: () => newestAtMs,
    whyLeave: () => leave,
    rest: () => (splitting.insideDocument ? strays : strays + splitting.pending).slice(-KEPT_REST_LENGTH),
  }
}
