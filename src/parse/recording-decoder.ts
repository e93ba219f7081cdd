import type { Outcome } from '../model/outcome.ts'
import type { Part, RawSample } from '../model/sample.ts'
import { readRecordingLine, type RecordedSample, type RecordingHeader } from './recording.ts'
import type { LineEdit, RecordedPart } from './recording-part.ts'

/** What a line of a recording says to a reader that has seen the lines before it. */
export type Decoded =
  | { readonly kind: 'header'; readonly header: RecordingHeader }
  | DecodedSample
  /** In the time of its own segment. */
  | { readonly kind: 'outcome'; readonly outcome: Outcome }
  | { readonly kind: 'other' }
  /** A sample that can't be had: it builds on one that this reader has not seen, up to the next key frame of its host. */
  | {
      readonly kind: 'lost'
      readonly at: Pick<RawSample, 'host' | 'sequence' | 'takenAtEpochMs' | 'elapsedMs'>
    }
  /** `because` completes «line N of FILE …». */
  | { readonly kind: 'bad'; readonly because: string }
  /** A header of another format: what follows it may mean other things. */
  | { readonly kind: 'refused'; readonly because: string }

export interface DecodedSample {
  readonly kind: 'sample'
  readonly sample: RawSample
  /** A reader may begin here: a key frame, or the first sample of its host in a segment. */
  readonly isKey: boolean
  /** Nothing in it builds on what stands before. */
  readonly stands: boolean
  /**
   * Only where a reader begins in the middle: large parts that hold, by the sequence of the sample of this host that has
   * them. They are missing from `sample`.
   */
  readonly elsewhere: ReadonlyMap<string, { readonly sequence: number; readonly ageMs: number }>
}

export interface RecordingDecoder {
  /** Reads the next line. Never throws. */
  read(line: string): Decoded
}

/**
 * Takes the compact forms apart; of plain lines it gives what stands in them. A new one may begin at the start of a file,
 * or at any key frame, then with the header of its segment.
 * @param seen the newest sample of each host that the reader has from before, so that it takes nothing twice that key frames keep
 */
export function recordingDecoder(
  header?: RecordingHeader,
  seen: readonly (readonly [host: string, sequence: number])[] = [],
): RecordingDecoder {
  let segment = header
  let hosts = new Map<string, HostState>(
    seen.map(([host, sequence]) => [host, { sequence, texts: new Map(), pace: undefined }]),
  )

  function readSample(recorded: RecordedSample, { host, intervalMs }: RecordingHeader): Decoded {
    const before = hosts.get(hostOf(recorded, host))
    const pace = followPace(before, recorded.elapsedMs, intervalMs)
    const { isKey, on, ...rest } = { host, intervalMs: pace.intervalMs, ...recorded }
    const follows = on !== undefined && on === before?.sequence
    const texts = textsFor(recorded, follows ? before : undefined)
    const taken = texts && takeParts(rest.parts, texts, isKey && follows)
    if (texts === undefined || taken === undefined) {
      hosts.delete(rest.host)
      return { kind: 'lost', at: placeOf(rest) }
    }
    hosts.set(rest.host, { sequence: rest.sequence, texts, pace })
    const { parts, elsewhere } = taken
    const stands = standsAlone(recorded)
    const isFirst = stands && before === undefined
    return { kind: 'sample', isKey: isKey || isFirst, stands, elsewhere, sample: { ...rest, parts } }
  }

  return {
    read(line) {
      const read = readRecordingLine(line)
      switch (read.kind) {
        case 'header':
          segment = read.header
          hosts = new Map()
          return read
        case 'sample':
          return segment === undefined
            ? { kind: 'bad', because: 'is a sample before any header' }
            : readSample(read.sample, segment)
        case 'outcome': {
          const { host = segment?.host ?? 'unknown', ...outcome } = read.outcome
          return { kind: 'outcome', outcome: { host, ...outcome } }
        }
        case 'other':
        case 'bad':
        case 'refused':
          return read
      }
    },
  }
}

function hostOf(recorded: RecordedSample, usual: string): string {
  return recorded.host ?? usual
}

interface HostState {
  readonly sequence: number
  /** The newest text of each part since the last key frame: what deltas build on. */
  readonly texts: Map<string, BaseText>
  readonly pace: Pace | undefined
}

interface Pace {
  readonly elapsedMs: number
  /** As the header says; else the shortest time between two samples so far, and the usual one until there are two. */
  readonly intervalMs: number
  readonly measured: boolean
}

const USUAL_INTERVAL_MS = 2000

function followPace(last: HostState | undefined, elapsedMs: number, stated: number | undefined): Pace {
  if (stated !== undefined) return { elapsedMs, intervalMs: stated, measured: false }
  const before = last?.pace
  if (before === undefined) return { elapsedMs, intervalMs: USUAL_INTERVAL_MS, measured: false }
  const spacingMs = elapsedMs - before.elapsedMs
  if (spacingMs <= 0) return before
  const isNew = !before.measured || spacingMs < before.intervalMs
  return { elapsedMs, intervalMs: isNew ? spacingMs : before.intervalMs, measured: true }
}

/** A text, cut into lines once something builds on it. */
interface BaseText {
  readonly text: string
  lines: readonly string[] | undefined
}

/** What the deltas of a sample build on; undefined where that was not seen. A key frame and a plain line build on nothing. */
function textsFor(
  recorded: RecordedSample,
  before: HostState | undefined,
): Map<string, BaseText> | undefined {
  return standsAlone(recorded) ? new Map<string, BaseText>() : before?.texts
}

function standsAlone({ isKey, on }: RecordedSample): boolean {
  return isKey || on === undefined
}

type TakenParts = Pick<DecodedSample, 'elsewhere'> & Pick<RawSample, 'parts'>

/**
 * The parts as they were sampled; undefined where one builds on what is not there.
 * @param texts is brought up to this sample
 * @param ignoreKept what was kept from before is nothing new to a reader that has seen it
 */
function takeParts(
  recorded: ReadonlyMap<string, RecordedPart>,
  texts: Map<string, BaseText>,
  ignoreKept: boolean,
): TakenParts | undefined {
  const parts = new Map<string, Part>()
  const elsewhere = new Map<string, { sequence: number; ageMs: number }>()
  for (const [name, entry] of recorded) {
    const part = partOf(entry, name, texts)
    if (part === undefined) return undefined
    const isKept = entry.kind === 'kept' || entry.kind === 'kept-elsewhere'
    if (isKept && ignoreKept) {
      if (entry.same) parts.set(name, SAME)
    } else if (entry.kind === 'kept-elsewhere') {
      elsewhere.set(name, { sequence: entry.sequence, ageMs: entry.ageMs })
    } else {
      parts.set(name, part)
    }
  }
  return { parts, elsewhere }
}

const SAME: Part = { kind: 'same' }

/** Undefined where it builds on what is not there. */
function partOf(entry: RecordedPart, name: string, texts: Map<string, BaseText>): Part | undefined {
  switch (entry.kind) {
    case 'kept-elsewhere':
      return SAME
    case 'delta':
      return rebuilt(entry, name, texts)
    case 'whole':
    case 'kept':
      if (entry.part.kind === 'text') texts.set(name, { text: entry.part.text, lines: undefined })
      return entry.part
  }
}

function rebuilt(
  { edits, about }: Extract<RecordedPart, { kind: 'delta' }>,
  name: string,
  texts: Map<string, BaseText>,
): Part | undefined {
  const base = texts.get(name)
  if (base === undefined) return undefined
  if (edits.length === 0) return { kind: 'text', text: base.text, ...about }
  const lines = edited((base.lines ??= base.text.split('\n')), edits)
  if (lines === undefined) return undefined
  const text = lines.join('\n')
  texts.set(name, { text, lines })
  return { kind: 'text', text, ...about }
}

function edited(lines: readonly string[], edits: readonly LineEdit[]): readonly string[] | undefined {
  const next = [...lines]
  for (const [index, line] of edits) {
    if (next[index] === undefined) return undefined
    next[index] = line
  }
  return next
}

function placeOf({ host, sequence, takenAtEpochMs, elapsedMs }: Omit<RawSample, 'parts' | 'intervalMs'>) {
  return { host, sequence, takenAtEpochMs, elapsedMs }
}
