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
import { damage, placeOf, stampedSamples, type StampedMark, type StampedText } from './stamped-samples.ts'

export interface CsvMark extends StampedMark {
  readonly format: 'csv'
  readonly columns: CsvColumns | undefined
}

/** The samples of a CSV log: each the rows of one round of its cards, at the times that it gives or that the user states. */
export function readCsvLog(file: LogFile, from: ReadFrom<CsvMark>): AsyncIterable<FileEntry<CsvMark>> {
  return stampedSamples(startGroups(file, from), CSV_PART, file, from, (mark, { columns }) => ({
    format: 'csv',
    columns,
    ...mark,
  }))
}

interface CsvSample extends StampedText<CsvMark> {
  /** The header that held before its first row. */
  readonly columns: CsvColumns | undefined
}

function startGroups(file: LogFile, from: ReadFrom<CsvMark>) {
  let state = beginningState(file, from)
  let start: Pick<CsvSample, 'columns' | 'place'> = { columns: state.columns, place: undefined }
  let readTo = 0
  let useless = 0
  let rowsBefore = 0
  const trouble: FileEntry<never>[] = []

  function made({ text, stamp }: CsvGroup): CsvSample {
    useless = 0
    rowsBefore = rowsOf(text)
    return { text, stampMs: stamp?.epochMs, ...start, readTo, before: trouble.splice(0) }
  }

  return {
    trouble,
    async *read(): AsyncIterable<CsvSample> {
      for await (const line of linesOf(file, placeOf(from, file))) {
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

/** The header is no row. */
function rowsOf(text: string): number {
  return text.split('\n').length - 1
}
