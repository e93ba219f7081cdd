import { createReadStream, type ReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { TextDecoder } from 'node:util'
import { createGunzip } from 'node:zlib'
import type { Fault } from '../../core/fault.ts'
import { lastLine, printable } from '../../core/text.ts'
import { sniffEncoding } from '../../parse/decode-bytes.ts'

/** A log on disk that has been looked into: what it is, how large, and how to read it from the beginning. */
export interface LogFile {
  /** Its path, made safe to print. */
  readonly label: string
  /** Base name without extensions: the host, where the log names none. */
  readonly name: string
  readonly format: 'recording' | 'nvidia-smi'
  /** About how many characters of text it holds, for showing how far a replay has come. */
  readonly length: number
  /** The text in pieces. Gzip is taken off. */
  text(): AsyncIterable<string>
}

const HEAD_BYTES = 64 * 1024

export type OpenedLog =
  { readonly kind: 'file'; readonly file: LogFile } | { readonly kind: 'fault'; readonly fault: Fault }

/** Looks at the beginning of a file and says what it is; a file that is no log is a fault in one sentence. */
export async function openLogFile(path: string): Promise<OpenedLog> {
  try {
    const found = await stat(path)
    if (found.isDirectory()) return unreadable(path, 'it is a folder')
    const format = formatOf(await firstText(path))
    if (format === undefined)
      return unreadable(path, 'it is neither a recording nor the output of nvidia-smi -q -x')
    const label = printable(path)
    const name = basename(label).replace(/\..*$/, '') || label
    const length = await textLength(path, found.size)
    return { kind: 'file', file: { label, name, format, length, text: () => readText(path) } }
  } catch (error) {
    return unreadable(path, describeError(error))
  }
}

function unreadable(path: string, because: string): OpenedLog {
  return { kind: 'fault', fault: { kind: 'unreadable-log', file: printable(path), because } }
}

/** The system's own word for it (no such file, no permission), without the call that led there. */
export function describeError(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  if (text.startsWith('ENOENT')) return 'there is no such file'
  if (text.startsWith('EACCES')) return 'there is no permission to read it'
  return lastLine(text)
}

function formatOf(head: string): LogFile['format'] | undefined {
  const begin = head.trimStart()
  if (RECORDING.test(begin)) return 'recording'
  return head.includes('<nvidia_smi_log') || NVIDIA_SMI_ERRORS.test(begin) ? 'nvidia-smi' : undefined
}

// a header, or a sample whose header has been cut off: its reader says so
const RECORDING = /^\{.*"(llmtop|parts)"/

// what nvidia-smi prints instead of a document (reference: its own strings, 340 to 550)
const NVIDIA_SMI_ERRORS =
  /^(NVIDIA-SMI (has failed|couldn't find)|Failed to initialize NVML|No devices (were )?found|Unable to determine the device handle)/

async function firstText(path: string): Promise<string> {
  let head = ''
  try {
    for await (const text of readText(path)) {
      head += text
      if (head.length >= HEAD_BYTES) break
    }
  } catch (error) {
    // what stands before a torn end can be replayed
    if (head === '') throw error
  }
  return head
}

async function* readText(path: string): AsyncIterable<string> {
  const gzipped = await startsWithGzipMagic(path)
  // a compressed piece may be a thousand times as long as text
  const file = createReadStream(path, { highWaterMark: gzipped ? 16 * 1024 : 256 * 1024 })
  let decoder: TextDecoder | undefined
  try {
    for await (const bytes of (gzipped ? gunzipped(file) : file) as AsyncIterable<Buffer>) {
      decoder ??= new TextDecoder(sniffEncoding(bytes))
      yield decoder.decode(bytes, { stream: true })
    }
    if (decoder !== undefined) yield decoder.decode()
  } finally {
    file.destroy()
  }
}

/** Gives all that can be decompressed before it throws; the iterator of a stream drops what it had read when an error comes. */
async function* gunzipped(file: ReadStream): AsyncIterable<Buffer> {
  const gunzip = createGunzip()
  let pieces: Buffer[] = []
  let failure: Error | undefined
  gunzip.on('data', (piece: Buffer) => pieces.push(piece))
  gunzip.on('error', (error) => (failure = error))
  // after an error it closes, and the write that met it is never called back
  const closed = new Promise((resolve) => gunzip.once('close', resolve))
  const take = (): readonly Buffer[] => {
    const taken = pieces
    pieces = []
    return taken
  }
  for await (const compressed of file as AsyncIterable<Buffer>) {
    await Promise.race([closed, new Promise((resolve) => gunzip.write(compressed, resolve))])
    yield* take()
    if (failure !== undefined) throw failure
  }
  gunzip.end()
  await closed
  yield* take()
  if (failure !== undefined) throw failure
}

async function startsWithGzipMagic(path: string): Promise<boolean> {
  const [first, second] = await bytesAt(path, 0, 2)
  return first === 0x1f && second === 0x8b
}

/** Of a gzip file the length that its last four bytes state (RFC 1952, ISIZE): of the last member, if there are several. */
async function textLength(path: string, sizeBytes: number): Promise<number> {
  if (sizeBytes < 4 || !(await startsWithGzipMagic(path))) return sizeBytes
  return (await bytesAt(path, sizeBytes - 4, 4)).readUInt32LE(0)
}

async function bytesAt(path: string, position: number, count: number): Promise<Buffer> {
  const handle = await open(path)
  try {
    return (await handle.read(Buffer.alloc(count), 0, count, position)).buffer
  } finally {
    await handle.close()
  }
}
