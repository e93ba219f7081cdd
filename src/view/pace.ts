import { formatDuration } from '../core/format.ts'
import type { SessionState } from '../model/session.ts'
import { uiAction } from './binding.ts'
import type { KeyAction } from './key-action.ts'

const INTERVALS_MS = [
  500, 1000, 2000, 3000, 5000, 10_000, 20_000, 30_000, 60_000, 300_000, 900_000, 3_600_000,
]
const SPEEDS = [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, Infinity]

/** To the next longer or shorter interval of a live session, or faster or slower speed of a replay; at the end it says so. */
export function pace(session: SessionState, direction: 1 | -1): KeyAction {
  switch (session.kind) {
    case 'live': {
      const intervalMs = neighbour(INTERVALS_MS, session.intervalMs, direction)
      if (intervalMs !== undefined) return { kind: 'source', command: { kind: 'interval', intervalMs } }
      return notice(
        `${formatDuration(session.intervalMs)} is the ${direction > 0 ? 'longest' : 'shortest'} interval`,
      )
    }
    case 'replay': {
      const factor = neighbour(SPEEDS, session.speed, direction)
      if (factor !== undefined) return { kind: 'source', command: { kind: 'speed', factor } }
      return notice(`this is the ${direction > 0 ? 'fastest' : 'slowest'} speed`)
    }
  }
}

function notice(text: string): KeyAction {
  return uiAction({ kind: 'notice', text })
}

// The next step of the ladder beyond `value`, which itself may stand between two steps.
function neighbour(ladder: readonly number[], value: number, direction: 1 | -1): number | undefined {
  return direction > 0 ? ladder.find((step) => step > value) : ladder.findLast((step) => step < value)
}
