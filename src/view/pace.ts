import type { SessionState, SourceCommand } from '../model/session.ts'

const INTERVALS_MS = [
  500, 1000, 2000, 3000, 5000, 10_000, 20_000, 30_000, 60_000, 300_000, 900_000, 3_600_000,
]
const SPEEDS = [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, Infinity]

/** The next longer or shorter interval of a live session; the next faster or slower speed of a replay. */
export function pace(session: SessionState, direction: 1 | -1): SourceCommand {
  switch (session.kind) {
    case 'live':
      return { kind: 'interval', intervalMs: neighbour(INTERVALS_MS, session.intervalMs, direction) }
    case 'replay':
      return { kind: 'speed', factor: neighbour(SPEEDS, session.speed, direction) }
  }
}

// The next step of the ladder beyond `value`, which itself may stand between two steps.
function neighbour(ladder: readonly number[], value: number, direction: 1 | -1): number {
  const next = direction > 0 ? ladder.find((step) => step > value) : ladder.findLast((step) => step < value)
  return next ?? value
}
