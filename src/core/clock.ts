/** The only way to learn the time. `runtime/clock.ts` makes the real one; tests hold one that they move by hand. */
export interface Clock {
  /** Wall clock in milliseconds; it may step. */
  epochMs(): number
  /** Monotonic milliseconds since this clock was made. */
  elapsedMs(): number
  /** Resolves after `ms`, or at once when `signal` is or becomes aborted; never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}
