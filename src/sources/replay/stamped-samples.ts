import type { RawSample } from '../../model/sample.ts'
import type { FileEntry, ReadFrom } from './log-entry.ts'
import type { LogFile } from './log-file.ts'
import { placeAt, type Place } from './place.ts'
import { spreadStamps, type Placed, type Spread, type Stamped } from './spread-stamps.ts'

/** One sample's worth of a log whose samples say no more of when they were taken than a stamp. */
export interface StampedText<Mark> extends Stamped {
  readonly text: string
  /** Where it begins; undefined where no reader could begin. */
  readonly place: Place | undefined
  readonly readTo: number
  /** What went wrong before it. */
  readonly before: readonly FileEntry<Mark>[]
}

export interface StampedTexts<T> {
  read(): AsyncIterable<T>
  /** What went wrong behind the last that was read. */
  readonly trouble: readonly FileEntry<never>[]
}

/** All that a reader of such a log must know to go on at a sample of it. */
export interface StampedMark {
  readonly place: Place
  readonly spread: Spread
  readonly sequence: number
  /** The time of the first sample of the file. */
  readonly beganMs: number
}

/**
 * The samples of a log at the times that their stamps give, each with its text as the only part.
 *
 * @param markOf what a reader needs to know besides to go on at one
 */
export async function* stampedSamples<T extends StampedText<Mark>, Mark extends StampedMark>(
  texts: StampedTexts<T>,
  part: string,
  file: LogFile,
  from: ReadFrom<Mark>,
  markOf: (mark: StampedMark, text: T) => Mark,
): AsyncIterable<FileEntry<Mark>> {
  const begun = from.kind === 'mark' ? from.mark : NOTHING
  let { sequence, beganMs } = begun
  for await (const placed of spreadStamps(texts.read(), begun.spread, file.imports)) {
    const { document, newSegment, spread, atMs } = placed
    beganMs ??= atMs
    // at a mark that begins a segment, the segment has begun before
    if (newSegment && sequence !== begun.sequence) yield { kind: 'segment' }
    yield* document.before
    const { place, readTo } = document
    const mark = spread && place && markOf({ place, spread, sequence, beganMs }, document)
    yield { kind: 'sample', sample: sampleOf(placed, part, file.name, sequence, beganMs), readTo, mark }
    sequence += 1
  }
  yield* texts.trouble
}

/** Where reading begins. */
export function placeOf(from: ReadFrom<StampedMark>, file: LogFile): Place {
  switch (from.kind) {
    case 'start':
      return placeAt(0, file.compressed)
    case 'mark':
      return from.mark.place
    case 'middle':
      return from.place
  }
}

export function damage(file: LogFile, because: string): FileEntry<never> {
  return { kind: 'damage', because, fault: { kind: 'torn-tail', file: file.label, because } }
}

const NOTHING = { sequence: 0, beganMs: undefined, spread: undefined }

function sampleOf(
  { document, atMs, intervalMs }: Placed<{ readonly text: string }>,
  part: string,
  host: string,
  sequence: number,
  beganMs: number,
): RawSample {
  return {
    host,
    sequence,
    takenAtEpochMs: atMs,
    elapsedMs: atMs - beganMs,
    intervalMs,
    parts: new Map([[part, { kind: 'text', text: document.text }]]),
  }
}
