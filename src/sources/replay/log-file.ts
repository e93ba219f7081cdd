import { open, stat, type FileHandle } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Fault } from '../../core/fault.ts'
import { lastLine, printable } from '../../core/text.ts'
import { decodeText, sniffEncoding, type Encoding } from '../../parse/decode-bytes.ts'
import { readHeader } from '../../parse/nvidia-smi-csv/columns.ts'
import { formatOf, type LogFormat } from './log-format.ts'
import { gzipPieces, nextMember } from './gzip-members.ts'
import type { Piece, ReadAt } from './pieces.ts'
import { placeAt, type Place } from './place.ts'
import type { StatedTimes } from './spread-stamps.ts'

/** A log on disk that has been looked into: what it is, how large, and how to read it from any place on. */
export interface LogFile {
  /** Its path, made safe to print. */
  readonly label: string
  /** Base name without extensions: the host, where the log names none. */
  readonly name: string
  readonly format: LogFormat
  readonly sizeBytes: number
  readonly encoding: Encoding
  readonly compressed: boolean
  readonly imports: LogImports
  pieces(from: Place): AsyncIterable<Piece>
  /** The first place at or behind a byte where bytes can be made text again; undefined when there is none. */
  placeAfter(byte: number): Promise<Place | undefined>
}

/** What the user says of a log that does not say it itself. */
export interface LogImports extends StatedTimes {
  /** The header of a CSV log without one. */
  readonly columns?: string
}

// a report of a whole machine may say much before its first rows
const HEAD_BYTES = 256 * 1024

export type OpenedLog =
  { readonly kind: 'file'; readonly file: LogFile } | { readonly kind: 'fault'; readonly fault: Fault }

/** Looks at the beginning of a file and says what it is; a file that is no log is a fault in one sentence. */
export async function openLogFile(path: string, imports: LogImports = {}): Promise<OpenedLog> {
  try {
    const found = await stat(path)
    if (found.isDirectory()) return unreadable(path, 'it is a folder')
    if (!found.isFile())
      return unreadable(path, 'it is a pipe or a device; save what comes from it as a file first')
    if (found.size === 0) return unreadable(path, 'it is empty')
    const compressed = await startsWithGzipMagic(path)
    const head = await headOf(path, compressed)
    const text = decodeText(head)
    const format = imports.columns === undefined ? formatOf(text) : 'csv'
    if (format === undefined) return unreadable(path, NO_LOG)
    const label = printable(path)
    const file: LogFile = {
      label,
      name: basename(label).replace(/\..*$/, '') || label,
      format,
      sizeBytes: found.size,
      encoding: sniffEncoding(head),
      compressed,
      imports: format === 'csv' ? { ...firstColumns(text), ...imports } : imports,
      pieces: (from) => piecesOf(path, from),
      placeAfter: (byte) => placeAfter(path, byte, compressed),
    }
    return { kind: 'file', file }
  } catch (error) {
    return unreadable(path, describeError(error))
  }
}

const NO_LOG =
  'it is neither a recording nor the output of nvidia-smi -q -x nor a CSV log of nvidia-smi (for one without a header, name its columns with --columns)'

/** A reader that begins in the middle needs the header from the beginning. */
function firstColumns(head: string): Pick<LogImports, 'columns'> {
  const header = head.split('\n', 4096).find((line) => typeof readHeader(line) === 'object')
  return header === undefined ? {} : { columns: header }
}

function unreadable(path: string, because: string): OpenedLog {
  return { kind: 'fault', fault: { kind: 'unreadable-log', file: printable(path), because } }
}

/** The system's own word for it (no such file, no permission), without the call that led there. */
function describeError(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  if (text.startsWith('ENOENT')) return 'there is no such file'
  if (text.startsWith('EACCES')) return 'there is no permission to read it'
  return lastLine(text)
}

async function startsWithGzipMagic(path: string): Promise<boolean> {
  return withFile(path, async (read) => (await read(0, 2)).equals(GZIP_MAGIC))
}

const GZIP_MAGIC = Buffer.from([0x1f, 0x8b])

/** The first bytes of text; what stands before a torn end is enough. */
async function headOf(path: string, compressed: boolean): Promise<Buffer> {
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of piecesOf(path, placeAt(0, compressed))) {
    if (piece.kind === 'bytes') pieces.push(piece.bytes)
    else if (bytes === 0 && piece.torn) throw new Error(piece.because)
    bytes += piece.kind === 'bytes' ? piece.bytes.length : 0
    if (bytes >= HEAD_BYTES) break
  }
  return Buffer.concat(pieces)
}

async function* piecesOf(path: string, from: Place): AsyncIterable<Piece> {
  const handle = await open(path)
  try {
    const read = reader(handle)
    yield* from.skip === undefined ? plainPieces(read, from.byte) : gzipPieces(read, from)
  } catch (error) {
    // a disk that gives up
    yield { kind: 'break', because: describeError(error), torn: true }
  } finally {
    await handle.close()
  }
}

const PLAIN_BYTES = 256 * 1024

async function* plainPieces(read: ReadAt, from: number): AsyncIterable<Piece> {
  for (let at = from; ;) {
    const bytes = await read(at, PLAIN_BYTES)
    if (bytes.length === 0) return
    yield { kind: 'bytes', bytes, place: placeAt(at, false), readFrom: at, readTo: at + bytes.length }
    at += bytes.length
  }
}

async function placeAfter(path: string, byte: number, compressed: boolean): Promise<Place | undefined> {
  // UTF-16 stands at even bytes
  if (!compressed) return placeAt(byte - (byte % 2), false)
  const member = await withFile(path, (read) => nextMember(read, byte))
  return member === undefined ? undefined : placeAt(member, true)
}

async function withFile<T>(path: string, use: (read: ReadAt) => Promise<T>): Promise<T> {
  const handle = await open(path)
  try {
    return await use(reader(handle))
  } finally {
    await handle.close()
  }
}

function reader(handle: FileHandle): ReadAt {
  return async (byte, count) => {
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(count), 0, count, byte)
    return buffer.subarray(0, bytesRead)
  }
}
