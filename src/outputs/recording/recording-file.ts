import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { gunzipSync, constants as zlib } from 'node:zlib'
import { lastLine } from '../../core/text.ts'
import { mendedGzip, mendedText, type Mending } from './mended-end.ts'
import { claim, type Release } from './sole-writer.ts'

/** A file that a recording is written to, and nobody else writes to. */
export interface RecordingFile {
  readonly sizeBytes: number
  /** Of the file system: tells whether the file at a path is still the same. */
  readonly id: string
  /** Appends all of it, or throws what the system says and leaves the file as it was. */
  append(bytes: Buffer): Promise<void>
  /** Brings to the disk what was written; throws what the system says, or that the file is gone. */
  sync(): Promise<void>
  close(): Promise<void>
}

export type OpenedRecording =
  | { readonly kind: 'file'; readonly file: RecordingFile }
  /** `because` says what to do. */
  | { readonly kind: 'refused'; readonly because: string }

/**
 * Opens a file to record to: a new one that nobody else may read, or one that is a recording already, which is mended
 * where it ends in the middle. Never follows a symbolic link, never changes what is no recording.
 */
export async function openRecordingFile(path: string, compact: boolean): Promise<OpenedRecording> {
  outliveFileSizeLimit()
  try {
    const handle = await create(path)
    return await claimed(handle, (owned) => recordingFile(owned, 0))
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') return { kind: 'refused', because: reasonOf(error) }
  }
  try {
    return await openPresent(path, compact)
  } catch (error) {
    return { kind: 'refused', because: reasonOf(error) }
  }
}

/** A process that writes beyond `ulimit -f` is ended by this signal, unless it listens: then the write just fails. */
function outliveFileSizeLimit(): void {
  if (process.listenerCount('SIGXFSZ') === 0) process.on('SIGXFSZ', () => undefined)
}

/** The words for what the system said, with what to do about it. */
export function reasonOf(error: unknown): string {
  const code = codeOf(error) ?? ''
  return REASONS[code] ?? lastLine(error instanceof Error ? error.message : String(error))
}

const REASONS: Readonly<Partial<Record<string, string>>> = {
  ENOSPC: 'there is no space left; make some',
  EDQUOT: "there is no space left in this user's quota; make some",
  EFBIG: "a file may not be larger here (see 'ulimit -f'); give a smaller '--max-size'",
  EACCES: "there is no permission to write there; name another place with '-o'",
  EPERM: "there is no permission to write there; name another place with '-o'",
  EROFS: "nothing can be written there (read-only file system); name another place with '-o'",
  ENOENT: 'its folder does not exist; make it first',
  ENOTDIR: 'its folder does not exist; make it first',
  ELOOP: 'it is a symbolic link; name the file that it points to',
  EISDIR: 'it is a folder; name a file in it',
}

const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK } = constants
const OWNER_ONLY = 0o600

function create(path: string): Promise<FileHandle> {
  return open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, OWNER_ONLY)
}

async function openPresent(path: string, compact: boolean): Promise<OpenedRecording> {
  // a pipe must not hold us up
  const handle = await open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK)
  const because = await refusalOf(handle, compact)
  if (because === undefined) return claimed(handle, (owned) => mended(owned, compact))
  await handle.close()
  return { kind: 'refused', because }
}

/** What two write to at once is no recording any more. */
async function claimed(
  handle: FileHandle,
  begin: (owned: Owned) => RecordingFile | Promise<RecordingFile | undefined>,
): Promise<OpenedRecording> {
  const id = await idOf(handle)
  const release = await claim(id)
  let because = 'its end is torn and can not be mended; name another one'
  try {
    const file = release && (await begin({ handle, id, release }))
    if (file !== undefined) return { kind: 'file', file }
  } catch (error) {
    because = reasonOf(error)
  }
  release?.()
  await handle.close()
  return { kind: 'refused', because: release === undefined ? TAKEN : because }
}

const TAKEN = 'another llmtop is writing to it; name another one'

/** An open file that nobody else writes to. */
interface Owned {
  readonly handle: FileHandle
  readonly id: string
  readonly release: Release
}

async function idOf(handle: FileHandle): Promise<string> {
  const { ino, dev } = await handle.stat()
  return `${dev} ${ino}`
}

async function refusalOf(handle: FileHandle, compact: boolean): Promise<string | undefined> {
  const found = await handle.stat()
  if (!found.isFile()) return 'it is no regular file; name another one'
  if (found.uid !== process.getuid?.()) return 'it belongs to another user; name another one'
  if (found.size === 0) return undefined
  const head = await bytesAt(handle, 0, HEAD_BYTES)
  const isCompressed = head[0] === 0x1f && head[1] === 0x8b
  if (isCompressed !== compact) {
    return `it exists and is ${isCompressed ? '' : 'not '}compressed, whatever its name says; name another one`
  }
  return HEADER.test(isCompressed ? beginningOf(head) : head.toString('utf8'))
    ? undefined
    : 'it exists and is no recording; name another one'
}

const HEADER = /^\s*\{"llmtop": ?"recording"/
const HEAD_BYTES = 4096

function beginningOf(head: Buffer): string {
  try {
    return gunzipSync(head, { finishFlush: zlib.Z_SYNC_FLUSH, maxOutputLength: 2 ** 20 }).toString('utf8')
  } catch {
    return ''
  }
}

/** How far back the last member is looked for; the second is for many hosts with large parts. */
const TAIL_BYTES = [1024 ** 2, 64 * 1024 ** 2] as const

async function mended(owned: Owned, compact: boolean): Promise<RecordingFile | undefined> {
  const { handle } = owned
  const { size } = await handle.stat()
  for (const tailBytes of TAIL_BYTES) {
    const from = Math.max(0, size - tailBytes)
    const tail = await bytesAt(handle, from, size - from)
    const mending = compact && size > 0 ? mendedGzip(tail) : mendedText(tail)
    if (mending !== undefined) return mendedFile(owned, from, mending)
  }
  return undefined
}

async function mendedFile(
  owned: Owned,
  from: number,
  { keepBytes, closing }: Mending,
): Promise<RecordingFile> {
  const file = recordingFile(owned, from + keepBytes)
  await owned.handle.truncate(from + keepBytes)
  if (closing.length > 0) await file.append(closing)
  return file
}

function recordingFile({ handle, id, release }: Owned, endBytes: number): RecordingFile {
  let sizeBytes = endBytes
  return {
    id,
    get sizeBytes() {
      return sizeBytes
    },
    async append(bytes) {
      try {
        await writeAt(handle, bytes, sizeBytes)
        sizeBytes += bytes.length
      } catch (error) {
        // what was written of it would stand in the way of what comes later
        await handle.truncate(sizeBytes).catch(() => undefined)
        throw error
      }
    },
    async sync() {
      await handle.datasync()
      if ((await handle.stat()).nlink === 0) throw new Error('it was deleted; it is begun anew')
    },
    async close() {
      release()
      await handle.close()
    },
  }
}

async function writeAt(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  let written = 0
  while (written < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, position + written)
    written += bytesWritten
  }
}

async function bytesAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length)
  const { bytesRead } = await handle.read(bytes, 0, length, position)
  return bytes.subarray(0, bytesRead)
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
