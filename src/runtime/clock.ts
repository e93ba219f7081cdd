import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../core/clock.ts'

/** The machine's own clock; elapsed time begins when it is made. */
export function systemClock(): Clock {
  const beganMs = performance.now()
  return {
    epochMs: () => Date.now(),
    elapsedMs: () => performance.now() - beganMs,
    sleep: async (ms, signal) => {
      // an abort is how a wait is meant to end early, not an error
      await sleep(ms, undefined, { signal }).catch(() => undefined)
    },
  }
}
