import { momentOf, type Extent } from '../../runtime/playback/seek-place.ts'
import type { Log, LogSpan } from '../../sources/replay/log.ts'
import { placeOf, type RangeOptions } from './options.ts'

/** The part of a log that was asked for. */
export type Range =
  | PartOfLog
  /** One sentence. */
  | { readonly kind: 'outside'; readonly because: string }

/** In the log's elapsed milliseconds, both ends included. */
export interface PartOfLog {
  readonly kind: 'range'
  readonly fromMs: number
  readonly toMs: number
}

const EVERYTHING: Range = { kind: 'range', fromMs: -Infinity, toMs: Infinity }

/**
 * Finds the part of a log that the options name.
 * @param span undefined for a log without a sample
 */
export async function rangeOf(
  log: Log,
  span: LogSpan | undefined,
  { from, to }: RangeOptions,
): Promise<Range> {
  if (span === undefined || (from === undefined && to === undefined)) return EVERYTHING
  const extent = await extentOf(log, span)
  const { firstMs, lastMs } = extent
  // digits of a log without a time zone are those of its frames
  const offsetMinutes = log.zoneless ? 0 : -new Date().getTimezoneOffset()
  const moment = (place: string | undefined, none: number, presentMs: number): number | undefined =>
    place === undefined ? none : momentOf(placeOf(place, offsetMinutes), extent, presentMs)

  const fromMs = moment(from, -Infinity, firstMs) ?? Infinity
  const toMs = moment(to, Infinity, Math.max(fromMs, firstMs)) ?? -Infinity
  if (fromMs > lastMs || toMs < firstMs)
    return { kind: 'outside', because: `the log has no such time; it goes from ${times(extent)}` }
  if (toMs < fromMs) return { kind: 'outside', because: '--to lies before --from' }
  return { kind: 'range', fromMs, toMs }
}

async function extentOf(log: Log, span: LogSpan): Promise<Extent> {
  const { firstElapsedMs: firstMs, firstEpochMs, lastEpochMs } = span
  const lastMs =
    lastEpochMs === undefined ? await lastMoment(log, firstMs) : firstMs + (lastEpochMs - firstEpochMs)
  return { firstMs, firstEpochMs, lastMs }
}

// of a log that can only be read from its beginning
async function lastMoment(log: Log, firstMs: number): Promise<number> {
  let lastMs = firstMs
  for await (const entry of log.entries()) if (entry.kind === 'sample') lastMs = entry.sample.elapsedMs
  return lastMs
}

function times({ firstMs, lastMs, firstEpochMs }: Extent): string {
  const [from, to] = [firstEpochMs, firstEpochMs + (lastMs - firstMs)].map((ms) => new Date(ms).toISOString())
  return `${from?.slice(0, 19)}Z to ${to?.slice(0, 19)}Z`
}
