import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { TextDecoder } from 'node:util'
import { createGunzip } from 'node:zlib'
import type { Fault } from '../../core/fault.ts'
import { lastLine } from '../../core/text.ts'
import { sniffEncoding } from '../../parse/decode-bytes.ts'

/** A log on disk that has been looked into: what it is, how large, and how to read it from the beginning. */
export interface LogFile {
  readonly path: string
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
    const name = basename(path).replace(/\..*$/, '') || path
    return {
      kind: 'file',
      file: { path, name, format, length: await textLength(path, found.size), text: () => readText(path) },
    }
  } catch (error) {
    return unreadable(path, describeError(error))
  }
}

function unreadable(file: string, because: string): OpenedLog {
  return { kind: 'fault', fault: { kind: 'unreadable-log', file, because } }
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
  if (begin.startsWith('{')) return 'recording'
  return head.includes('<nvidia_smi_log') || NVIDIA_SMI_ERRORS.test(begin) ? 'nvidia-smi' : undefined
}

// what nvidia-smi prints instead of a document (reference: its own strings, 340 to 550)
const NVIDIA_SMI_ERRORS =
  /^(NVIDIA-SMI (has failed|couldn't find)|Failed to initialize NVML|No devices (were )?found|Unable to determine the device handle)/

async function firstText(path: string): Promise<string> {
  let head = ''
  for await (const text of readText(path)) {
    head += text
    if (head.length >= HEAD_BYTES) break
  }
  return head
}

async function* readText(path: string): AsyncIterable<string> {
  const gzipped = await startsWithGzipMagic(path)
  const file = createReadStream(path, { highWaterMark: 256 * 1024 })
  const bytes = gzipped ? file.pipe(createGunzip()) : file
  // an error of the file does not travel through a pipe by itself
  if (gzipped) file.once('error', (error) => bytes.destroy(error))
  let decoder: TextDecoder | undefined
  try {
    for await (const chunk of bytes as AsyncIterable<Buffer>) {
      decoder ??= new TextDecoder(sniffEncoding(chunk))
      yield decoder.decode(chunk, { stream: true })
    }
    if (decoder !== undefined) yield decoder.decode()
  } finally {
    file.destroy()
  }
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
