import type { ApiPoint, ApiSeries } from '../../parse/prometheus-fleet/api-answer.ts'

/** What was so at one moment of the past. */
export interface PastMoment {
  readonly epochMs: number
  readonly series: readonly ApiSeries[]
}

/**
 * The answer of a range query turned from points by series to series by moment, oldest first. One moment at a time: a
 * fleet has thousands of series, and all its moments at once would be the most that llmtop ever holds.
 */
export function* pastMoments(all: readonly ApiSeries[]): Iterable<PastMoment> {
  const times = new Set(all.flatMap(({ points }) => points.map(({ epochMs }) => epochMs)))
  const read = all.map(() => 0)
  for (const epochMs of [...times].sort((a, b) => a - b)) {
    const series = all.flatMap((one, at) => {
      const point: ApiPoint | undefined = one.points[read[at] ?? 0]
      if (point?.epochMs !== epochMs) return []
      read[at] = (read[at] ?? 0) + 1
      return [{ ...one, points: [point] }]
    })
    yield { epochMs, series }
  }
}
