import { seconds } from '../../core/units.ts'

/** Of which processes the command line and the control group are known, and since when. */
export interface Details {
  /** True when the process was never looked at, or is another one now; then it counts as looked at. */
  isNew(pid: number, identity: string, elapsedMs: number): boolean
  /** True when it was looked at long ago, and then it counts as looked at. `intervalMs` is the time until the next chance. */
  isStale(pid: number, elapsedMs: number, intervalMs: number): boolean
  /** Forgets all processes but these. */
  keepOnly(pids: ReadonlySet<number>): void
}

const REFRESH_MS = seconds(10)

export function details(): Details {
  const known = new Map<number, { readonly identity: string; readonly atMs: number }>()

  return {
    isNew(pid, identity, elapsedMs) {
      if (known.get(pid)?.identity === identity) return false
      known.set(pid, { identity, atMs: elapsedMs })
      return true
    },
    isStale(pid, elapsedMs, intervalMs) {
      const entry = known.get(pid)
      if (entry === undefined || !isDueBefore(entry.atMs, elapsedMs, intervalMs)) return false
      known.set(pid, { ...entry, atMs: elapsedMs })
      return true
    },
    keepOnly(pids) {
      for (const pid of known.keys()) if (!pids.has(pid)) known.delete(pid)
    },
  }
}

/** True when what was last done at `atMs` would be older than ten seconds by the next tick. */
export function isDueBefore(atMs: number, elapsedMs: number, intervalMs: number): boolean {
  return elapsedMs + intervalMs > atMs + REFRESH_MS
}
