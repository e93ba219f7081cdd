import type { Clock } from '../../core/clock.ts'

/** A sleep that others can end early. */
export interface Alarm {
  /** Ends the sleep, if there is one. */
  readonly ring: () => void
  /** Resolves after `ms`, when the alarm rings, or when the run is aborted. */
  sleep(ms: number): Promise<void>
}

export function alarm(clock: Clock, signal: AbortSignal): Alarm {
  let wake = new AbortController()
  const ring = (): void => {
    wake.abort()
  }
  signal.addEventListener('abort', ring)
  return {
    ring,
    async sleep(ms) {
      if (signal.aborted) return
      wake = new AbortController()
      await clock.sleep(ms, wake.signal)
    },
  }
}
