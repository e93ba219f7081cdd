import type { SeekPlace } from '../../model/session.ts'

/** Where a log begins and ends on its own time, and what its wall clock showed at the beginning. */
export interface Extent {
  readonly firstMs: number
  readonly firstEpochMs: number
  readonly lastMs: number
}

const DAY_MS = 86_400_000

/** The moment of a place in elapsed milliseconds, which may lie outside; undefined for a time of day that the log does not have. */
export function momentOf(place: SeekPlace, extent: Extent, presentMs: number): number | undefined {
  const { firstMs, lastMs } = extent
  switch (place.kind) {
    case 'start':
      return firstMs
    case 'end':
      return lastMs
    case 'ratio':
      return firstMs + place.ratio * (lastMs - firstMs)
    case 'offset':
      return firstMs + place.ms
    case 'epoch':
      return firstMs + (place.epochMs - extent.firstEpochMs)
    case 'time-of-day': {
      const { secondsOfDay, timeZoneOffsetMinutes } = place
      const timeMs = secondsOfDay * 1000 - timeZoneOffsetMinutes * 60_000
      const next = [presentMs, firstMs].map((from) => firstAfter(from, timeMs, extent))
      return next.find((moment) => moment <= lastMs)
    }
  }
}

/** The moment, or the end of the log that is nearer to it. */
export function within(ms: number, { firstMs, lastMs }: Extent): number {
  return Math.max(firstMs, Math.min(ms, lastMs))
}

/** The first moment at or after `fromMs` at which the wall clock stands at `timeMs` of a UTC day. */
function firstAfter(fromMs: number, timeMs: number, { firstMs, firstEpochMs }: Extent): number {
  const epochMs = firstEpochMs + (fromMs - firstMs)
  return fromMs + ((((timeMs - epochMs) % DAY_MS) + DAY_MS) % DAY_MS)
}
