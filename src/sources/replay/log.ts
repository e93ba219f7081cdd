import type { Fault } from '../../core/fault.ts'
import type { Outcome } from '../../model/outcome.ts'
import type { RawSample } from '../../model/sample.ts'
import { readFile, type FileMark } from './formats.ts'
import type { FileEntry, ReadFrom } from './log-entry.ts'
import { openLogFile, type LogFile, type LogImports } from './log-file.ts'
import { endOf, NO_LOSSES, speakOfLosses, type Losses } from './losses.ts'
import { lastMoment, placeBefore } from './search.ts'
import { BEGINNING, placeSample, shiftByWallClock, startSegment, type TimeLine } from './time-line.ts'

/** One or several files as one log, which can be read from any mark on. */
export interface Log {
  readonly label: string
  /** The times of the log have no time zone: their digits are shown as they are. */
  readonly zoneless: boolean
  /** From the beginning, or from a mark on: then everything is as if it had been read from the beginning. */
  entries(from?: LogMark): AsyncIterable<LogEntry>
  /**
   * From somewhere before `elapsedMs`, found in little time: elapsed times go by the wall clock, and what only stands
   * before is not known.
   */
  near(elapsedMs: number): AsyncIterable<LogEntry>
  /** Where it begins and, as far as a look at its end tells, where it ends; undefined where there is no sample. */
  span(): Promise<LogSpan | undefined>
}

export interface LogSpan {
  readonly firstElapsedMs: number
  readonly firstEpochMs: number
  /** undefined where only reading all of it would tell. */
  readonly lastEpochMs: number | undefined
}

export type LogEntry =
  | {
      readonly kind: 'sample'
      readonly sample: RawSample
      /** Share of all bytes that have been read to get here, 0–1. */
      readonly share: number
      /** undefined where reading can't begin. */
      readonly mark: LogMark | undefined
    }
  /** What really happened, at that time of the log. */
  | { readonly kind: 'outcome'; readonly elapsedMs: number; readonly outcome: Outcome }
  /** It ends here; the fault says why, where that is not its end, or what of it was lost. */
  | { readonly kind: 'end'; readonly fault: Fault | undefined }

/** Enough to read on at a sample as if all before it had been read. */
export interface LogMark {
  readonly file: number
  readonly mark: FileMark
  readonly line: TimeLine
  readonly losses: Losses
}

export type OpenedLogs =
  { readonly kind: 'log'; readonly log: Log } | { readonly kind: 'fault'; readonly fault: Fault }

/** Opens files as one log, in the order of their first samples; one that is no log is a fault in one sentence. */
export async function openLog(paths: readonly string[], imports: LogImports = {}): Promise<OpenedLogs> {
  const opened: Begun[] = []
  for (const path of paths) {
    const log = await openLogFile(path, imports)
    if (log.kind === 'fault') return log
    opened.push({ file: log.file, first: await firstSample(log.file) })
  }
  const inOrder = opened.toSorted((a, b) => startOf(a) - startOf(b))
  return { kind: 'log', log: joined(inOrder) }
}

interface Begun {
  readonly file: LogFile
  readonly first: RawSample | undefined
}

function startOf({ first }: Begun): number {
  return first?.takenAtEpochMs ?? Number.MAX_SAFE_INTEGER
}

async function firstSample(file: LogFile): Promise<RawSample | undefined> {
  for await (const entry of readFile(file, { kind: 'start' })) {
    if (entry.kind === 'sample') return entry.sample
  }
  return undefined
}

function joined(begun: readonly Begun[]): Log {
  const files = begun.map(({ file }) => file)
  const first = begun[0]?.first
  return {
    label: files.map(({ label }) => label).join(' '),
    zoneless: files.every(({ format }) => format !== 'recording'),
    entries: (from) => entriesOf(files, from),
    near: (elapsedMs) => nearEntries(begun, elapsedMs),
    async span() {
      if (first === undefined) return undefined
      const last = begun.findLast((one) => one.first !== undefined)?.file
      return {
        firstElapsedMs: first.elapsedMs,
        firstEpochMs: first.takenAtEpochMs,
        lastEpochMs: last && (await lastMoment(last)),
      }
    },
  }
}

async function* entriesOf(files: readonly LogFile[], from: LogMark | undefined): AsyncIterable<LogEntry> {
  const joint = startJoint(shareOf(files), from)
  for (const { index, file, begin } of beginnings(files, from)) {
    if (begin.kind === 'start') joint.startSegment()
    for await (const read of readFile(file, begin)) {
      const entry = joint.place(read, file, index)
      if (entry !== undefined) yield entry
      if (entry?.kind === 'end') return
    }
  }
  yield joint.end()
}

interface Beginning {
  readonly index: number
  readonly file: LogFile
  readonly begin: ReadFrom<FileMark>
}

function beginnings(files: readonly LogFile[], from: LogMark | undefined): readonly Beginning[] {
  return files
    .map((file, index): Beginning => {
      const begin = index === from?.file ? ({ kind: 'mark', mark: from.mark } as const) : START
      return { index, file, begin }
    })
    .slice(from?.file ?? 0)
}

const START = { kind: 'start' } as const

/** Puts what the files give onto one time line, and says what was lost of it. */
function startJoint(share: (index: number, byte: number) => number, from: LogMark | undefined) {
  let { line, losses } = from ?? { line: BEGINNING, losses: NO_LOSSES }

  function placeEntry({ sample, readTo, mark }: SampleEntry, file: number): LogEntry {
    const here = mark && { file, mark, line, losses }
    const placed = placeSample(line, sample)
    const told = speakOfLosses(losses, line.last, placed.sample)
    line = placed.line
    losses = told.losses
    return { kind: 'sample', sample: told.sample, share: share(file, readTo), mark: here }
  }

  return {
    startSegment: () => {
      line = startSegment(line)
    },
    end: (): LogEntry => ({ kind: 'end', fault: endOf(losses, line.last) }),
    place(entry: FileEntry<FileMark>, file: LogFile, index: number): LogEntry | undefined {
      switch (entry.kind) {
        case 'segment':
          line = startSegment(line)
          return undefined
        case 'sample':
          return placeEntry(entry, index)
        case 'outcome': {
          const elapsedMs = entry.elapsedMs + (line.shift?.elapsedMs ?? 0)
          return { kind: 'outcome', elapsedMs, outcome: { ...entry.outcome, elapsedMs } }
        }
        case 'damage': {
          const { because, fault } = entry
          losses = { ...losses, pending: losses.pending ?? { file: file.label, because, fault } }
          return undefined
        }
        case 'refused':
          return { kind: 'end', fault: entry.fault }
      }
    },
  }
}

type SampleEntry = Extract<FileEntry<FileMark>, { readonly kind: 'sample' }>

/** How much of all files has been read at a byte of one of them. */
function shareOf(files: readonly LogFile[]): (index: number, byte: number) => number {
  const total = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  const before = files.map((_, at) => files.slice(0, at).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0))
  return (index, byte) => Math.min(1, ((before[index] ?? 0) + byte) / Math.max(1, total))
}

async function* nearEntries(begun: readonly Begun[], elapsedMs: number): AsyncIterable<LogEntry> {
  const origin = begun[0]?.first
  if (origin === undefined) return
  const epochMs = origin.takenAtEpochMs + (elapsedMs - origin.elapsedMs)
  const start = begun.findLastIndex(({ first }) => first !== undefined && first.takenAtEpochMs <= epochMs)
  const share = shareOf(begun.map(({ file }) => file))
  for (const [index, { file }] of begun.entries()) {
    if (index < start) continue
    const place = index === start ? await placeBefore(file, epochMs) : undefined
    const begin: ReadFrom<FileMark> = place === undefined ? START : { kind: 'middle', place }
    for await (const { sample, readTo } of byWallClock(origin, readFile(file, begin)))
      yield { kind: 'sample', sample, share: share(index, readTo), mark: undefined }
  }
  yield { kind: 'end', fault: undefined }
}

/** The samples on a time line that goes by the wall clock, for whoever does not know what stands before. */
async function* byWallClock(
  origin: RawSample,
  entries: AsyncIterable<FileEntry<FileMark>>,
): AsyncIterable<SampleEntry> {
  let line = BEGINNING
  for await (const entry of entries) {
    if (entry.kind === 'segment') line = startSegment(line)
    if (entry.kind !== 'sample') continue
    const shift = line.shift ?? shiftByWallClock(origin, entry.sample)
    const placed = placeSample({ ...line, shift }, entry.sample)
    line = placed.line
    yield { ...entry, sample: placed.sample }
  }
}
