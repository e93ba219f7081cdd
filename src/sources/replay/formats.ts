import type { FileEntry, ReadFrom } from './log-entry.ts'
import type { LogFile } from './log-file.ts'
import type { LogFormat } from './log-format.ts'
import { readCsvLog, type CsvMark } from './read-csv.ts'
import { readNvidiaSmiLog, type NvidiaSmiMark } from './read-nvidia-smi.ts'
import { readRecording, type RecordingMark } from './read-recording.ts'

/** Where reading can go on, in the words of the reader that made it. */
export type FileMark = RecordingMark | NvidiaSmiMark | CsvMark

/** A file by the reader of its format. A mark of another format is the beginning. */
export function readFile(file: LogFile, from: ReadFrom<FileMark>): AsyncIterable<FileEntry<FileMark>> {
  const { format } = file
  switch (format) {
    case 'recording':
      return readRecording(file, ownMark(from, format))
    case 'nvidia-smi':
      return readNvidiaSmiLog(file, ownMark(from, format))
    case 'csv':
      return readCsvLog(file, ownMark(from, format))
  }
}

function ownMark<F extends LogFormat>(
  from: ReadFrom<FileMark>,
  format: F,
): ReadFrom<Extract<FileMark, { readonly format: F }>> {
  if (from.kind !== 'mark') return from
  return isOf(from.mark, format) ? { kind: 'mark', mark: from.mark } : { kind: 'start' }
}

function isOf<F extends LogFormat>(
  mark: FileMark,
  format: F,
): mark is Extract<FileMark, { readonly format: F }> {
  return mark.format === format
}
