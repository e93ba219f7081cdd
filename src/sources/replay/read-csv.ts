import type { RawSample } from '../../model/sample.ts'
import { namedColumns, type CsvColumns } from '../../parse/nvidia-smi-csv/columns.ts'
import { CSV_PART } from '../../parse/nvidia-smi-csv/document.ts'
import {
  groupOf,
  NO_ROWS,
  takeCsvLine,
  type CsvGroup,
  type CsvState,
} from '../../parse/nvidia-smi-csv/rows.ts'
import { linesOf } from './lines.ts'
import { MAX_USELESS_CHARACTERS, type FileEntry, type ReadFrom } from './log-entry.ts'
import type { LogFile } from './log-file.ts'
import { placeAt, type Place } from './place.ts'
import { spreadStamps, type Placed, type Spread, type Stamped } from './spread-stamps.ts'

/** All that a reader must know to go on at a sample of a CSV log. */
export interface CsvMark {
  readonly format: 'csv'
  readonly place: Place
  readonly spread: Spread
  readonly sequence: number
  readonly beganMs: number
  readonly columns: CsvColumns | undefined
}

type Entry = FileEntry<CsvMark>

/** The samples of a CSV log: each the rows of one round of its cards, at the times that it gives or that the user states. */
export async function* readCsvLog(file: LogFile, from: ReadFrom<CsvMark>): AsyncIterable<Entry> {
  const groups = startGroups(file, from)
  const begun = from.kind === 'mark' ? from.mark : NOTHING
  let { sequence, beganMs } = begun
  for await (const placed of spreadStamps(groups.read(), begun.spread, file.imports)) {
    const { document, newSegment, spread, atMs } = placed
    beganMs ??= atMs
    if (newSegment && sequence !== begun.sequence) yield { kind: 'segment' }
    yield* document.before
    const { place, columns, readTo } = document
    const mark: CsvMark | undefined = spread &&
      place && { format: 'csv', place, columns, spread, sequence, beganMs }
    yield { kind: 'sample', sample: sampleOf(placed, file.name, sequence, beganMs), readTo, mark }
    sequence += 1
  }
  yield* groups.trouble
}

const NOTHING = { sequence: 0, beganMs: undefined, spread: undefined }

function sampleOf(
  { document, atMs, intervalMs }: Placed<CsvSample>,
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
    parts: new Map([[CSV_PART, { kind: 'text', text: document.text }]]),
  }
}

interface CsvSample extends Stamped {
  readonly text: string
  /** The header that held before its first row, and where that row begins. */
  readonly columns: CsvColumns | undefined
  readonly place: Place | undefined
  readonly readTo: number
  readonly before: readonly Entry[]
}

function startGroups(file: LogFile, from: ReadFrom<CsvMark>) {
  let state = beginningState(file, from)
  let start: Pick<CsvSample, 'columns' | 'place'> = { columns: state.columns, place: undefined }
  let readTo = 0
  let useless = 0
  let rowsBefore = 0
  const trouble: Entry[] = []

  function made({ text, stamp }: CsvGroup): CsvSample {
    useless = 0
    rowsBefore = rowsOf(text)
    return { text, stampMs: stamp?.epochMs, ...start, readTo, before: trouble.splice(0) }
  }

  return {
    trouble,
    async *read(): AsyncIterable<CsvSample> {
      for await (const line of linesOf(file, beginning(file, from))) {
        if (line.kind === 'break' || line.kind === 'too-long') {
          trouble.push(damage(file, line.kind === 'break' ? line.because : 'one of its lines has no end'))
          state = { ...NO_ROWS, columns: state.columns }
          continue
        }
        useless += line.text.length
        const { columns } = state
        const taken = takeCsvLine(state, line.text)
        if (taken.ended !== undefined) yield made(taken.ended)
        // the first row of a sample has just been taken
        if (taken.state.rows.length === 1) start = { columns, place: line.place }
        state = taken.state
        readTo = line.readTo
        if (useless > MAX_USELESS_CHARACTERS) return
      }
      const last = groupOf(state)
      if (last === undefined) return
      if (rowsOf(last.text) < rowsBefore)
        trouble.push(damage(file, 'its last sample lacks some of the cards'))
      else yield made(last)
    },
  }
}

function beginningState({ imports }: LogFile, from: ReadFrom<CsvMark>): CsvState {
  const columns = from.kind === 'mark' ? from.mark.columns : headerOf(imports.columns)
  return { ...NO_ROWS, columns }
}

function headerOf(columns: string | undefined): CsvColumns | undefined {
  return columns === undefined ? undefined : namedColumns(columns)
}

function beginning(file: LogFile, from: ReadFrom<CsvMark>): Place {
  switch (from.kind) {
    case 'start':
      return placeAt(0, file.compressed)
    case 'mark':
      return from.mark.place
    case 'middle':
      return from.place
  }
}

/** The header is no row. */
function rowsOf(text: string): number {
  return text.split('\n').length - 1
}

function damage(file: LogFile, because: string): Entry {
  return { kind: 'damage', because, fault: { kind: 'torn-tail', file: file.label, because } }
}
