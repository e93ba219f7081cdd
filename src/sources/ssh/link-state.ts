import type { Fault } from '../../core/fault.ts'
import type { LinkState } from '../../model/sample.ts'

/** Fewer than this many milliseconds without an answer are no news, however short the interval. */
const LATE_MS = 1500
const STALLED_MS = 3000

/** The state of a node that is connected, by the age of its last answer: late after two intervals, stalled after three. */
export function stateByAge(ageMs: number, intervalMs: number): LinkState {
  if (ageMs > Math.max(3 * intervalMs, STALLED_MS)) return 'stalled'
  return ageMs > Math.max(2 * intervalMs, LATE_MS) ? 'late' : 'live'
}

/** The state of a node that is not connected, by what went wrong. */
export function stateByFault(fault: Fault): LinkState {
  if (fault.kind !== 'ssh') return 'down'
  switch (fault.trouble) {
    case 'permission-denied':
    case 'unknown-host-key':
    case 'changed-host-key':
      return 'auth'
    case 'no-commands':
    case 'connection-refused':
    case 'configuration':
    case 'no-ssh':
      return 'refused'
    case 'no-answer':
    case 'no-route':
    case 'name-unknown':
    case 'silent-shell':
    case 'lost':
    case 'other':
      return 'down'
  }
}

/**
 * Whether it is worth trying again by itself. What a person must change first is not: repeated failures of a login lock
 * accounts and get addresses banned.
 */
export function isWorthRetrying(fault: Fault): boolean {
  if (fault.kind !== 'ssh') return true
  const { trouble } = fault
  return stateByFault(fault) !== 'auth' && trouble !== 'configuration' && trouble !== 'no-ssh'
}
