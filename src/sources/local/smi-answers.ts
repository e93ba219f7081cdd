import { nvidiaSmiPids } from '../../parse/nvidia-smi-reduce.ts'
import type { Fault } from '../../core/fault.ts'
import type { FaultPart, Part, TextPart } from '../../model/sample.ts'
import type { SmiDocument } from './document-reader.ts'

/** The newest that nvidia-smi has given, until a tick takes it. */
export interface SmiAnswers {
  document(document: SmiDocument): void
  /** Something went wrong: a fault, or nvidia-smi's own words, which `parse` understands. */
  trouble(part: FaultPart | TextPart): void
  loopLeft(because: string): void
  /** A document goes before a trouble that came after it: the trouble can wait for the next tick, the numbers can't. */
  take(elapsedMs: number): ReadonlyMap<string, Part>
  hasNews(): boolean
  /** The pids in the latest document. */
  pids(): readonly number[]
}

/** @param onAnswer called when there is something to take */
export function smiAnswers(onAnswer: () => void): SmiAnswers {
  let newest: SmiDocument | undefined
  let trouble: FaultPart | TextPart | undefined
  let mode: Fault | undefined
  let pids: readonly number[] = []
  return {
    document(document) {
      newest = document
      trouble = undefined
      pids = nvidiaSmiPids(document.text)
      onAnswer()
    },
    trouble(part) {
      trouble = part
      onAnswer()
    },
    loopLeft(because) {
      mode = { kind: 'loop-mode-left', because }
    },
    take(elapsedMs) {
      const parts = new Map<string, Part>()
      if (mode !== undefined) parts.set('nvidia-smi/mode', { kind: 'fault', fault: mode })
      mode = undefined
      const part = newest === undefined ? trouble : documentPart(newest, elapsedMs)
      if (part !== undefined) parts.set('nvidia-smi', part)
      if (newest === undefined) trouble = undefined
      newest = undefined
      return parts
    },
    hasNews: () => newest !== undefined || trouble !== undefined,
    pids: () => pids,
  }
}

function documentPart({ text, arrivedAtMs, tookMs }: SmiDocument, elapsedMs: number): TextPart {
  const ageMs = Math.max(0, Math.round(elapsedMs - arrivedAtMs))
  return { kind: 'text', text, tookMs: Math.round(tookMs), ageMs }
}
