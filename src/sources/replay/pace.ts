import type { Clock } from '../../core/clock.ts'
import type { RawSample } from '../../model/sample.ts'
import type { SourceCommand } from '../../model/session.ts'

/** Lets samples through at the speed that the user has chosen, and stands still while paused. */
export interface Pace {
  readonly speed: number
  readonly paused: boolean
  control(command: SourceCommand): void
  /** Resolves when the sample is due, or at once when aborted. A gap is not sat through: what follows it comes as the next sample would. */
  until(sample: Due, signal: AbortSignal): Promise<void>
  /** The sample at this moment has been shown, wherever the one before it stood. */
  jump(elapsedMs: number): void
}

type Due = Pick<RawSample, 'elapsedMs' | 'intervalMs'>

export function startPace(clock: Clock, initialSpeed: number): Pace {
  let speed = initialSpeed
  let paused = false
  let steps = 0
  let lastMs: number | undefined
  let changed = new AbortController()

  /** Sleeps until a command comes or the time is up; the milliseconds of the log that went by. */
  async function rest(leftMs: number, signal: AbortSignal): Promise<number> {
    const pace = paused ? 0 : speed
    const beganMs = clock.elapsedMs()
    const woken = AbortSignal.any([signal, changed.signal])
    await clock.sleep(pace === 0 ? IDLE_MS : leftMs / pace, woken)
    return (clock.elapsedMs() - beganMs) * pace
  }

  function takeStep(): boolean {
    if (!paused || steps === 0) return false
    steps -= 1
    return true
  }

  return {
    get speed() {
      return speed
    },
    get paused() {
      return paused
    },
    control: (command) => {
      if (command.kind !== 'step') steps = 0
      if (command.kind === 'pause') paused = true
      else if (command.kind === 'resume') paused = false
      else if (command.kind === 'step') steps += 1
      else if (command.kind === 'speed') speed = command.factor
      changed.abort()
      changed = new AbortController()
    },
    until: async (sample, signal) => {
      let leftMs = waitMs(lastMs, sample)
      while (!signal.aborted && !takeStep() && (paused || (leftMs > 0 && speed !== Infinity))) {
        leftMs -= await rest(leftMs, signal)
      }
      // a wait that was broken off begins anew
      if (!signal.aborted) lastMs = sample.elapsedMs
    },
    jump: (elapsedMs) => {
      lastMs = elapsedMs
    },
  }
}

// as the fold judges it
const GAP_INTERVALS = 3

function waitMs(lastMs: number | undefined, { elapsedMs, intervalMs }: Due): number {
  const spacingMs = Math.max(0, elapsedMs - (lastMs ?? elapsedMs))
  return spacingMs > GAP_INTERVALS * intervalMs ? intervalMs : spacingMs
}

// while paused nothing is due; a command or the end wakes the wait
const IDLE_MS = 3_600_000
