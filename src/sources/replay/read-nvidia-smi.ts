import type { RawSample } from '../../model/sample.ts'
import { reduceNvidiaSmi } from '../../parse/nvidia-smi-reduce.ts'
import { nvidiaSmiStamp } from '../../parse/nvidia-smi-stamp.ts'
import { splitChunk, startSplitting, type SplitState } from '../../parse/nvidia-smi-stream.ts'
import { fragmentsOf, type Fragment } from './fragments.ts'
import { MAX_USELESS_CHARACTERS, type FileEntry, type ReadFrom } from './log-entry.ts'
import type { LogFile } from './log-file.ts'
import { placeAt, type Place } from './place.ts'
import { spreadStamps, type Placed, type Spread, type Stamped } from './spread-stamps.ts'

/** All that a reader must know to go on at a document of a log. */
export interface NvidiaSmiMark {
  readonly format: 'nvidia-smi'
  readonly place: Place
  readonly spread: Spread
  readonly sequence: number
  /** The time of the first document of the file. */
  readonly beganMs: number
}

type Entry = FileEntry<NvidiaSmiMark>

/**
 * The documents of a log of `nvidia-smi -q -x` (also `-l`), each a sample, at the times that their own stamps give.
 * A document without its end is not a sample: it would show fewer GPUs than there are.
 */
export async function* readNvidiaSmiLog(file: LogFile, from: ReadFrom<NvidiaSmiMark>): AsyncIterable<Entry> {
  const documents = startDocuments(file, from)
  const begun = from.kind === 'mark' ? from.mark : NOTHING
  let { sequence, beganMs } = begun
  for await (const placed of spreadStamps(documents.read(), begun.spread, file.imports)) {
    const { document, newSegment, spread } = placed
    beganMs ??= placed.atMs
    // at a mark that begins a segment, the segment has begun before
    if (newSegment && sequence !== begun.sequence) yield { kind: 'segment' }
    yield* document.before
    const sample = sampleOf(placed, file.name, sequence, beganMs)
    const mark = markAt(document, spread, sequence, beganMs)
    yield { kind: 'sample', sample, readTo: document.readTo, mark }
    sequence += 1
  }
  yield* documents.trouble
}

const NOTHING = { sequence: 0, beganMs: undefined, spread: undefined }

function sampleOf(
  { document, atMs, intervalMs }: Placed<LogDocument>,
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
    parts: new Map([['nvidia-smi', { kind: 'text', text: document.text }]]),
  }
}

function markAt(
  { place }: LogDocument,
  spread: Spread | undefined,
  sequence: number,
  beganMs: number,
): NvidiaSmiMark | undefined {
  if (place === undefined || spread === undefined) return undefined
  return { format: 'nvidia-smi', place, spread, sequence, beganMs }
}

const ROOT_END = '</nvidia_smi_log>'
// of a document of which no more has come
const PROLOG = /^\s*<[?!]/

interface LogDocument extends Stamped {
  readonly text: string
  /** Where it begins; undefined where no reader could begin. */
  readonly place: Place | undefined
  readonly readTo: number
  /** What went wrong before it. */
  readonly before: readonly Entry[]
}

function startDocuments(file: LogFile, from: ReadFrom<NvidiaSmiMark>) {
  let state = startSplitting()
  // the first text of a middle is the end of a document
  let finding = from.kind === 'middle'
  let start: Place | undefined
  let readTo = 0
  let useless = 0
  /** What went wrong behind the last document. */
  const trouble: Entry[] = []

  function made(text: string): LogDocument {
    const place = start
    // what is left of the text behind it begins in the middle of a fragment
    start = undefined
    useless = 0
    const before = trouble.splice(0)
    return { text: reduceNvidiaSmi(text), stampMs: nvidiaSmiStamp(text), place, readTo, before }
  }

  function* take(next: Fragment): Iterable<LogDocument> {
    if (state.pending === '') start = next.place
    readTo = next.readTo
    useless += next.text.length
    const split = splitChunk(state, next.text)
    state = finding && next.ended ? startSplitting() : split.state
    if (!finding) {
      for (const text of split.documents) yield made(text)
      if (split.strays !== '') yield made(split.strays)
    }
    finding &&= !next.ended
  }

  return {
    trouble,
    async *read(): AsyncIterable<LogDocument> {
      for await (const next of fragmentsOf(file.pieces(beginning(file, from)), ROOT_END, file.encoding)) {
        if (next.kind === 'text') yield* take(next)
        else {
          trouble.push(damage(file, next.because))
          state = startSplitting()
        }
        if (useless > MAX_USELESS_CHARACTERS) {
          trouble.push(noSample(file))
          return
        }
      }
      const rest = restOf(state)
      if (rest === 'torn') trouble.push(damage(file, 'its last document has no closing tag'))
      else if (rest === 'words') yield made(state.pending)
    },
  }
}

function beginning(file: LogFile, from: ReadFrom<NvidiaSmiMark>): Place {
  switch (from.kind) {
    case 'start':
      return placeAt(0, file.compressed)
    case 'mark':
      return from.mark.place
    case 'middle':
      return from.place
  }
}

function restOf(state: SplitState): 'torn' | 'words' | 'nothing' {
  if (state.insideDocument || PROLOG.test(state.pending)) return 'torn'
  return state.pending.trim() === '' ? 'nothing' : 'words'
}

function damage(file: LogFile, because: string): Entry {
  return { kind: 'damage', because, fault: { kind: 'torn-tail', file: file.label, because } }
}

function noSample(file: LogFile): Entry {
  const because = 'it holds 64 MiB of text without a sample'
  return { kind: 'refused', fault: { kind: 'unreadable-log', file: file.label, because } }
}
