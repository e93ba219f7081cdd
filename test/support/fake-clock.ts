import type { Clock } from '../../src/core/clock.ts'

export interface FakeClock extends Clock {
  /** Moves time on, waking each sleeper at its own moment and letting it run before the next one wakes. */
  advance(ms: number): Promise<void>
  /** How many sleep right now. */
  sleepers(): number
}

interface Sleeper {
  readonly wakeAtMs: number
  readonly wake: () => void
}

/** A clock that stands still until a test moves it. */
export function fakeClock(startEpochMs = Date.UTC(2026, 10, 21)): FakeClock {
  let nowMs = 0
  const sleeping = new Set<Sleeper>()
  return {
    epochMs: () => startEpochMs + nowMs,
    elapsedMs: () => nowMs,
    sleepers: () => sleeping.size,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) {
          resolve()
          return
        }
        const sleeper: Sleeper = { wakeAtMs: nowMs + ms, wake }
        function wake(): void {
          sleeping.delete(sleeper)
          signal.removeEventListener('abort', wake)
          resolve()
        }
        sleeping.add(sleeper)
        signal.addEventListener('abort', wake)
      }),
    async advance(ms) {
      const untilMs = nowMs + ms
      for (let next = nextTo(sleeping, untilMs); next !== undefined; next = nextTo(sleeping, untilMs)) {
        nowMs = Math.max(nowMs, next.wakeAtMs)
        next.wake()
        await settled()
      }
      nowMs = untilMs
      await settled()
    },
  }
}

function nextTo(sleeping: ReadonlySet<Sleeper>, untilMs: number): Sleeper | undefined {
  return [...sleeping]
    .filter(({ wakeAtMs }) => wakeAtMs <= untilMs)
    .sort((a, b) => a.wakeAtMs - b.wakeAtMs)[0]
}

function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
