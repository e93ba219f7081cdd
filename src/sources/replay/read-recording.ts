import type { Fault } from '../../core/fault.ts'
import { recordingDecoder, type Decoded, type RecordingDecoder } from '../../parse/recording-decoder.ts'
import type { RecordingHeader } from '../../parse/recording.ts'
import { linesOf, MAX_LINE_CHARACTERS, type LogLine } from './lines.ts'
import { MAX_USELESS_CHARACTERS, type FileEntry, type ReadFrom } from './log-entry.ts'
import type { LogFile } from './log-file.ts'
import { placeAt, type Place } from './place.ts'

/** All that a reader must know to go on at a sample of a recording. */
export interface RecordingMark {
  readonly format: 'recording'
  readonly place: Place
  /** Lines before it. */
  readonly lines: number
  readonly header: RecordingHeader
  /** The newest sample of each host by its own number, so that what a key frame repeats for newcomers is known to be old. */
  readonly seen: readonly (readonly [string, number])[]
  /** Some line of this segment builds on another. */
  readonly builds: boolean
}

type Entry = FileEntry<RecordingMark>

const MAX_HOSTS = 1024
// what a line without a sample costs beside its text: a file may hold nothing but line ends
const LINE_COST = 1024

/** The samples of a recording in order. What is damaged is passed over up to where reading can begin again. */
export async function* readRecording(file: LogFile, from: ReadFrom<RecordingMark>): AsyncIterable<Entry> {
  const reader = startReader(file, from, from.kind === 'middle' ? await firstHeader(file) : undefined)
  for await (const next of linesOf(file, reader.begin)) {
    switch (next.kind) {
      case 'whole':
      case 'last':
        yield* reader.take(next)
        break
      case 'too-long':
        yield* reader.pass(next.length, next.ended)
        break
      case 'break':
        yield reader.interrupt(next.because, next.torn)
    }
    if (reader.isOver()) return
  }
}

async function firstHeader(file: LogFile): Promise<RecordingHeader | undefined> {
  const decoder = recordingDecoder()
  for await (const line of linesOf(file, placeAt(0, file.compressed))) {
    const read = line.kind === 'whole' ? decoder.read(line.text) : undefined
    if (read?.kind === 'header') return read.header
    if (read?.kind !== 'other') return undefined
  }
  return undefined
}

function startReader(
  file: LogFile,
  from: ReadFrom<RecordingMark>,
  middleHeader: RecordingHeader | undefined,
) {
  const standIn: RecordingHeader = { host: file.name, startedAtEpochMs: 0, intervalMs: undefined }
  let header = from.kind === 'mark' ? from.mark.header : middleHeader
  let decoder: RecordingDecoder = recordingDecoder(header, from.kind === 'mark' ? from.mark.seen : [])
  let lines = from.kind === 'mark' ? from.mark.lines : 0
  const seen = new Map<string, number>(from.kind === 'mark' ? from.mark.seen : [])
  // whoever begins in the middle finds the end of a line, and lines that build on what it has not seen
  let finding = from.kind === 'middle'
  let builds = from.kind === 'mark' && from.mark.builds
  let useless = 0
  let over = false

  function markAt(line: LogLine, decoded: Extract<Decoded, { kind: 'sample' }>): RecordingMark | undefined {
    builds ||= !decoded.stands
    const alone = seen.size === 1 || line.place.skip === 0
    const isBeginning = decoded.stands && (!builds || (decoded.isKey && alone))
    if (!isBeginning || header === undefined) return undefined
    return { format: 'recording', place: line.place, lines: lines - 1, header, seen: [...seen], builds }
  }

  function refuse(fault: Fault): Entry {
    over = true
    return { kind: 'refused', fault }
  }

  function waste(length: number): readonly Entry[] {
    useless += length
    if (useless <= MAX_USELESS_CHARACTERS) return []
    return [
      refuse({
        kind: 'unreadable-log',
        file: file.label,
        because: 'it holds 64 MiB of text without a sample',
      }),
    ]
  }

  function* take(line: LogLine): Iterable<Entry> {
    lines += 1
    const decoded: Decoded = line.text.trim() === '' ? { kind: 'other' } : decoder.read(line.text)
    if (decoded.kind !== 'sample') yield* waste(line.text.length + LINE_COST)
    switch (decoded.kind) {
      case 'header':
        header = decoded.header
        builds = false
        seen.clear()
        finding = false
        yield { kind: 'segment' }
        return
      case 'sample': {
        const mark = markAt(line, decoded)
        useless = 0
        finding = false
        seen.set(decoded.sample.host, decoded.sample.sequence)
        if (seen.size > MAX_HOSTS)
          yield refuse({
            kind: 'unreadable-log',
            file: file.label,
            because: `it names more than ${MAX_HOSTS} hosts`,
          })
        else yield { kind: 'sample', sample: decoded.sample, readTo: line.readTo, mark }
        return
      }
      case 'outcome':
        yield { kind: 'outcome', elapsedMs: decoded.outcome.elapsedMs, outcome: decoded.outcome }
        return
      case 'other':
        return
      case 'lost':
        if (!finding) yield damage(line, 'builds on a sample that is missing')
        return
      case 'refused':
        yield refuse({ kind: 'bad-line', file: file.label, line: lines, because: decoded.because })
        return
      case 'bad':
        if (finding) return
        // a file that begins otherwise is no recording
        yield header === undefined ? refuse(badLine(decoded.because)) : damage(line, decoded.because)
    }
  }

  function badLine(because: string): Fault {
    return { kind: 'bad-line', file: file.label, line: lines, because }
  }

  function damage(line: LogLine, because: string): Entry {
    const words = `line ${lines} ${because}`
    const fault: Fault =
      line.kind === 'last' ? { kind: 'torn-tail', file: file.label, because: words } : badLine(because)
    return { kind: 'damage', because: words, fault }
  }

  return {
    begin:
      from.kind === 'start'
        ? placeAt(0, file.compressed)
        : from.kind === 'mark'
          ? from.mark.place
          : from.place,
    isOver: () => over,
    take,
    *pass(length: number, ended: boolean): Iterable<Entry> {
      if (ended) lines += 1
      const number = ended ? lines : lines + 1
      const because = `is longer than ${MAX_LINE_CHARACTERS} characters`
      const fault: Fault = { kind: 'bad-line', file: file.label, line: number, because }
      yield { kind: 'damage', because: `line ${number} ${because}`, fault }
      yield* waste(length)
    },
    interrupt(because: string, torn: boolean): Entry {
      if (header === undefined && !torn) {
        header = standIn
        decoder = recordingDecoder(standIn)
      }
      return { kind: 'damage', because, fault: { kind: 'torn-tail', file: file.label, because } }
    },
  }
}
