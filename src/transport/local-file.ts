import { constants } from 'node:fs'
import { open, opendir, readlink, stat } from 'node:fs/promises'
import { printable } from '../core/text.ts'
import type { FileHandle } from 'node:fs/promises'
import type { Fault } from '../core/fault.ts'
import type { Part } from '../model/sample.ts'

const CHUNK_BYTES = 256 * 1024

/** The bytes of a regular file, `sizeBytes` being its whole size (0 for files of /proc, which have none). */
export interface FileBytes {
  readonly kind: 'bytes'
  readonly bytes: Buffer
  readonly sizeBytes: number
}

/** The first `maxBytes` of a regular file, read in chunks so that a large header holds nobody up. */
export function readHead(path: string, maxBytes: number, signal: AbortSignal): Promise<FileBytes | Fault> {
  return withRegularFile(path, async (file, sizeBytes) => ({
    kind: 'bytes',
    bytes: await readRange(file, 0, maxBytes, signal),
    sizeBytes,
  }))
}

/** A whole regular file of at most `maxBytes`. */
export async function readWhole(
  path: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<FileBytes | Fault> {
  const head = await readHead(path, maxBytes + 1, signal)
  if (head.kind !== 'bytes' || head.bytes.length <= maxBytes) return head
  return { kind: 'too-large', what: printable(path), maxBytes }
}

/**
 * The beginning and the end of a regular file, half of `maxBytes` each where it is longer: a server says what it
 * allocates when it starts, and what went wrong last.
 */
export function readEnds(path: string, maxBytes: number, signal: AbortSignal): Promise<FileBytes | Fault> {
  return withRegularFile(path, async (file, sizeBytes) => {
    const half = Math.floor(maxBytes / 2)
    if (sizeBytes <= maxBytes) {
      return { kind: 'bytes', bytes: await readRange(file, 0, maxBytes, signal), sizeBytes }
    }
    const first = await readRange(file, 0, half, signal)
    const last = await readRange(file, sizeBytes - half, half, signal)
    return { kind: 'bytes', bytes: Buffer.concat([first, Buffer.from('\n'), last]), sizeBytes }
  })
}

/** The entries of a folder, one a line: name, tab, target where it is a link. */
export async function readListing(path: string, maxBytes: number): Promise<Part> {
  const lines: string[] = []
  let length = 0
  try {
    for await (const entry of await opendir(path)) {
      const target = entry.isSymbolicLink() ? await readlink(`${path}/${entry.name}`) : ''
      const line = `${printable(entry.name)}\t${printable(target)}\n`
      length += line.length
      if (length > maxBytes)
        return { kind: 'fault', fault: { kind: 'too-large', what: printable(path), maxBytes } }
      lines.push(line)
    }
  } catch (error) {
    return { kind: 'fault', fault: fileFault(path, error) }
  }
  return { kind: 'text', text: lines.sort().join('') }
}

async function withRegularFile(
  path: string,
  read: (file: FileHandle, sizeBytes: number) => Promise<FileBytes>,
): Promise<FileBytes | Fault> {
  let file: FileHandle | undefined
  try {
    // looked at before it is opened: to open a pipe or a device may hang, or do something
    const found = await stat(path)
    if (!found.isFile()) return { kind: 'not-found', what: `a regular file '${printable(path)}'` }
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    return await read(file, found.size)
  } catch (error) {
    return fileFault(path, error)
  } finally {
    await file?.close()
  }
}

async function readRange(
  file: FileHandle,
  from: number,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Buffer> {
  const chunks: Buffer[] = []
  let left = maxBytes
  while (left > 0 && !signal.aborted) {
    const buffer = Buffer.allocUnsafe(Math.min(left, CHUNK_BYTES))
    const { bytesRead } = await file.read(buffer, 0, buffer.length, from + maxBytes - left)
    if (bytesRead === 0) break
    chunks.push(buffer.subarray(0, bytesRead))
    left -= bytesRead
  }
  return Buffer.concat(chunks)
}

function fileFault(path: string, error: unknown): Fault {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
  if (code === 'EACCES' || code === 'EPERM') return { kind: 'no-permission', what: `'${printable(path)}'` }
  const why = code === 'ENOENT' || code === 'ENOTDIR' ? '' : ` (${code})`
  return { kind: 'not-found', what: `'${printable(path)}'${why}` }
}
