import type { ApiSeries } from '../../parse/prometheus-fleet/api-answer.ts'

/** What was so at one moment of the past. */
export interface PastMoment {
  readonly epochMs: number
  readonly series: readonly ApiSeries[]
}

/** The answer of a range query turned from points by series to series by moment, oldest first. */
export function pastMoments(all: readonly ApiSeries[]): readonly PastMoment[] {
  const byTime = new Map<number, ApiSeries[]>()
  for (const series of all) {
    for (const point of series.points) {
      const there = byTime.get(point.epochMs)
      const one = { ...series, points: [point] }
      if (there === undefined) byTime.set(point.epochMs, [one])
      else there.push(one)
    }
  }
  return [...byTime].map(([epochMs, series]) => ({ epochMs, series })).sort((a, b) => a.epochMs - b.epochMs)
}
