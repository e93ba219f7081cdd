import type { Fault } from '../../core/fault.ts'
import type { RawSample } from '../../model/sample.ts'
import {
  readRecordingLine,
  type RecordedSample,
  type RecordingHeader,
  type RecordingLine,
} from '../../parse/recording.ts'
import { describeError, type LogFile } from './log-file.ts'
import { continuing, type LogEntry } from './log-entry.ts'

// A line holds one sample; 16 MiB is ten times the largest seen (eight cards with hundreds of processes).
const MAX_LINE_CHARACTERS = 16 * 1024 * 1024

/** The samples of a recording in order. A damaged line ends it with a fault; a torn last line loses only itself. */
export async function* readRecording(file: LogFile): AsyncIterable<LogEntry> {
  const place = continuing()
  let header: RecordingHeader | undefined
  let lineNumber = 0
  for await (const line of linesOf(file)) {
    lineNumber += 1
    const read = understand(line, header)
    switch (read.kind) {
      case 'header':
        header = read.header
        place.startSegment()
        break
      case 'sample':
        yield { kind: 'sample', sample: place.next(read.sample), position: line.position }
        break
      case 'other':
        break
      case 'bad':
        yield { kind: 'end', fault: damage(file.label, line, lineNumber, read.because) }
        return
    }
  }
}

type Understood =
  Exclude<RecordingLine, { kind: 'sample' }> | { readonly kind: 'sample'; readonly sample: RawSample }

function understand(line: LogLine, header: RecordingHeader | undefined): Understood {
  if (line.kind === 'broken') return { kind: 'bad', because: line.text }
  if (line.kind === 'too-long') {
    return { kind: 'bad', because: `is longer than ${MAX_LINE_CHARACTERS} characters` }
  }
  if (line.text.trim() === '') return { kind: 'other' }
  const read = readRecordingLine(line.text)
  if (read.kind !== 'sample') return read
  return header === undefined
    ? { kind: 'bad', because: 'is a sample before any header' }
    : { kind: 'sample', sample: completed(read.sample, header) }
}

/** A last line without its newline, or bytes that end in the middle, were torn by a crash: only the end is lost. */
function damage(file: string, line: LogLine, lineNumber: number, because: string): Fault {
  switch (line.kind) {
    case 'broken':
      return { kind: 'torn-tail', file, because }
    case 'last':
      return { kind: 'torn-tail', file, because: `line ${lineNumber} ${because}` }
    case 'whole':
    case 'too-long':
      return { kind: 'bad-line', file, line: lineNumber, because }
  }
}

function completed(sample: RecordedSample, header: RecordingHeader): RawSample {
  return { host: header.host, intervalMs: header.intervalMs, ...sample }
}

interface LogLine {
  /** `last`: no newline ended it. `broken`: the bytes themselves ended in an error, which is the text. */
  readonly kind: 'whole' | 'last' | 'too-long' | 'broken'
  readonly text: string
  readonly position: number
}

async function* linesOf(file: LogFile): AsyncIterable<LogLine> {
  let rest = ''
  let position = 0
  try {
    for await (const piece of file.text()) {
      const lines = `${rest}${piece}`.split('\n')
      rest = lines.pop() ?? ''
      for (const text of lines) {
        position += text.length + 1
        yield { kind: 'whole', text, position }
      }
      if (rest.length > MAX_LINE_CHARACTERS) {
        yield { kind: 'too-long', text: '', position }
        return
      }
    }
  } catch (error) {
    yield { kind: 'broken', text: describeError(error), position }
    return
  }
  if (rest.trim() !== '') yield { kind: 'last', text: rest, position }
}
