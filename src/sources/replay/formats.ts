import type { FileEntry, ReadFrom } from './log-entry.ts'
import { isCsvLog } from '../../parse/nvidia-smi-csv/rows.ts'
import type { LogFile } from './log-file.ts'
import { readCsvLog, type CsvMark } from './read-csv.ts'
import { readNvidiaSmiLog, type NvidiaSmiMark } from './read-nvidia-smi.ts'
import { readRecording, type RecordingMark } from './read-recording.ts'

/** Where reading can go on, in the words of the reader that made it. */
export type FileMark = RecordingMark | NvidiaSmiMark | CsvMark

/** What a log may be. */
export type LogFormat = FileMark['format']

/** What a file is by its first text; undefined when it is no log. */
export function formatOf(head: string): LogFormat | undefined {
  const begin = head.trimStart()
  if (RECORDING.test(begin)) return 'recording'
  if (head.includes('<nvidia_smi_log') || NVIDIA_SMI_ERRORS.test(begin)) return 'nvidia-smi'
  return isCsvLog(head) ? 'csv' : undefined
}

// a header, or a sample whose header has been cut off: its reader says so
const RECORDING = /^\{.*"(llmtop|parts)"/

// what nvidia-smi prints instead of a document (reference: its own strings, 340 to 550)
const NVIDIA_SMI_ERRORS =
  /^(NVIDIA-SMI (has failed|couldn't find)|Failed to initialize NVML|No devices (were )?found|Unable to determine the device handle)/

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
