import type { SeekPlace } from '../../model/session.ts'
import { momentOf, type Extent } from '../../runtime/playback/seek-place.ts'
import type { Log, LogSpan } from '../../sources/replay/log.ts'
import { placeOf, type RangeOptions } from './options.ts'

/** The part of a log that was asked for, in its elapsed milliseconds. */
export type Range =
  | { readonly kind: 'range'; readonly fromMs: number; readonly toMs: number }
  /** One sentence. */
  | { readonly kind: 'outside'; readonly because: string }

/** Finds the part of a log that the options name. */
export async function rangeOf(
  log: Log,
  span: LogSpan,
  { from, to }: RangeOptions,
  timeZoneOffsetMinutes: number,
): Promise<Range> {
  const extent = await extentOf(log, span, [from, to])
  const fromMs = from === undefined ? extent.firstMs : momentOf(placeIn(from), extent, extent.firstMs)
  const toMs = to === undefined ? Infinity : momentOf(placeIn(to), extent, fromMs ?? extent.firstMs)
  if (fromMs === undefined || toMs === undefined || fromMs > extent.lastMs || toMs < extent.firstMs)
    return { kind: 'outside', because: `the log has no such time; it goes from ${times(extent)}` }
  if (toMs < fromMs) return { kind: 'outside', because: '--to lies before --from' }
  return { kind: 'range', fromMs, toMs }

  function placeIn(text: string): SeekPlace {
    return placeOf(text, timeZoneOffsetMinutes)
  }
}

async function extentOf(log: Log, span: LogSpan, asked: readonly (string | undefined)[]): Promise<Extent> {
  const { firstElapsedMs: firstMs, firstEpochMs, lastEpochMs } = span
  if (lastEpochMs !== undefined)
    return { firstMs, firstEpochMs, lastMs: firstMs + (lastEpochMs - firstEpochMs) }
  const isAsked = asked.some((place) => place !== undefined)
  return { firstMs, firstEpochMs, lastMs: isAsked ? await lastMoment(log, firstMs) : firstMs }
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
