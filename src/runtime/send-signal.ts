import { readFileSync } from 'node:fs'
import type { SignalName, SignalOutcome, SignalTarget } from '../model/signal.ts'
import { parseStat } from '../parse/proc-stat.ts'

/**
 * Sends a signal to a process of this machine if it still is the one that was chosen: the same pid with the same start
 * time. Never to the first process, to llmtop itself, or to the kernel's own.
 */
export function sendSignal(target: SignalTarget, signal: SignalName): SignalOutcome {
  if (target.pid <= 2 || target.pid === process.pid) return 'refused'
  if (startTicksOf(target.pid) !== target.startTicks) return 'gone'
  try {
    process.kill(target.pid, signal)
    return 'sent'
  } catch (error) {
    return isNotPermitted(error) ? 'not-permitted' : 'gone'
  }
}

function startTicksOf(pid: number): number | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.startTicks
  } catch {
    return undefined
  }
}

function isNotPermitted(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPERM'
}
