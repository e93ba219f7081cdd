import { seconds } from '../../core/units.ts'
import { maskSecrets } from '../../parse/mask-secrets.ts'
import { readErrorLines } from '../../parse/nvidia-smi-errors.ts'
import { endFault } from './child.ts'
import { isLoopRefused } from './loop-mode.ts'
import type { Fault } from '../../core/fault.ts'
import type { FaultPart, TextPart } from '../../model/sample.ts'
import type { RunEnd, SmiMode } from './nvidia-smi-run.ts'

/** What follows from the end of a run of nvidia-smi. */
export type Verdict =
  | { readonly kind: 'again' }
  /** A single run has done its work: the next one starts with the next tick. */
  | { readonly kind: 'at-next-tick' }
  | { readonly kind: 'leave-loop'; readonly because: string }
  | { readonly kind: 'retry'; readonly trouble: FaultPart | TextPart; readonly afterMs: number }

const NOT_FOUND_PAUSE_MS = seconds(30)
const FIRST_PAUSE_MS = seconds(1)
const LONGEST_PAUSE_MS = seconds(30)

/** @param failures runs that failed since the last document */
export function judgeRun(end: RunEnd, command: string, mode: SmiMode, failures: number): Verdict {
  const afterMs = Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS)
  switch (end.kind) {
    case 'stopped':
      return { kind: 'again' }
    case 'left':
      return { kind: 'leave-loop', because: end.because }
    case 'silent':
      return retry({ kind: 'timed-out', what: `'${command}'`, afterMs: end.afterMs }, end.text, afterMs)
    case 'ended':
      break
  }
  const fault = endFault(command, end.end, end.text)
  if (end.end.kind === 'not-found') return retry(fault, '', NOT_FOUND_PAUSE_MS)
  if (mode === 'single' && end.documents > 0) return { kind: 'at-next-tick' }
  if (mode === 'loop' && end.documents === 0 && isLoopRefused(end.text, end.end.exitCode)) {
    return { kind: 'leave-loop', because: 'is unknown to this version' }
  }
  return retry(fault, end.text, afterMs)
}

// nvidia-smi says on standard output what is wrong; where that is understood, it says more than an exit code
function retry(fault: Fault, text: string, afterMs: number): Verdict {
  const understood = readErrorLines(text).length > 0
  const trouble: FaultPart | TextPart = understood
    ? { kind: 'text', text: maskSecrets(text) }
    : { kind: 'fault', fault }
  return { kind: 'retry', trouble, afterMs }
}
