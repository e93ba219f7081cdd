import { openRecordingFile, reasonOf, type RecordingFile } from './recording-file.ts'
import { rotateFiles, type Keep } from './rotation.ts'

/** Bytes on their way to a file. Nothing of it waits for the disk, and nothing of it throws. */
export interface FileSink {
  /** False while nothing can be written: the disk is full, or slower than what comes. */
  isReady(): boolean
  /** True when the file could not be opened or written: it must be opened again. */
  isShut(): boolean
  /** True when the file has no header of this run yet. */
  needsHeader(): boolean
  /** With what is still on its way. */
  sizeBytes(): number
  /** Why nothing is written, and what to do. */
  trouble(): string | undefined
  /** @param ended told whether they were written or lost */
  append(bytes: Buffer, ended?: (isWritten: boolean) => void): void
  appendHeader(bytes: Buffer): void
  sync(): void
  /** Goes on in a new file under the same name; its header comes next. */
  rotate(keep: Keep, nowEpochMs: number): void
  /** Tries to open the file (again). */
  open(): Promise<void>
  /** Resolves when all that was given so far is written or lost. */
  settled(): Promise<void>
  close(): Promise<void>
}

/** Chunks that wait for the disk before it is called too slow. */
const MOST_WAITING = 120
const SLOW = 'the disk is slower than the samples come; it goes on when it has caught up'

export function fileSink(path: string, compact: boolean): FileSink {
  let file: RecordingFile | undefined
  /** The file that has a header of this run. */
  let headedId = ''
  let isHeaderDue = true
  let sizeBytes = 0
  let trouble: string | undefined
  let waiting = 0
  let waitingBytes = 0
  let isBehind = false
  let queue = Promise.resolve()

  function enqueue(task: () => Promise<void>): Promise<void> {
    waiting += 1
    queue = queue
      .then(task)
      .catch(fail)
      .finally(() => (waiting -= 1))
    return queue
  }

  async function fail(error: unknown): Promise<void> {
    trouble = reasonOf(error)
    const failed = file
    file = undefined
    await failed?.close().catch(() => undefined)
  }

  async function openFile(): Promise<void> {
    const opened = await openRecordingFile(path, compact)
    if (opened.kind === 'refused') {
      trouble = opened.because
      return
    }
    file = opened.file
    sizeBytes = file.sizeBytes
    isHeaderDue = file.id !== headedId || sizeBytes === 0
  }

  /** Trouble is over when something was written: that a file can be opened says little of a full disk. */
  async function write(bytes: Buffer): Promise<boolean> {
    waitingBytes -= bytes.length
    if (file === undefined) return false
    try {
      await file.append(bytes)
      sizeBytes = file.sizeBytes
      if (bytes.length > 0) trouble = undefined
      return true
    } catch (error) {
      await fail(error)
      return false
    }
  }

  return {
    isReady() {
      if (waiting >= MOST_WAITING) isBehind = true
      else if (waiting === 0) isBehind = false
      return file !== undefined && !isBehind
    },
    isShut: () => file === undefined,
    needsHeader: () => isHeaderDue,
    sizeBytes: () => sizeBytes + waitingBytes,
    trouble: () => trouble ?? (isBehind ? SLOW : undefined),
    append(bytes, ended) {
      waitingBytes += bytes.length
      void enqueue(async () => {
        const isWritten = await write(bytes)
        ended?.(isWritten)
      })
    },
    appendHeader(bytes) {
      isHeaderDue = false
      waitingBytes += bytes.length
      void enqueue(async () => {
        if (await write(bytes)) headedId = file?.id ?? ''
      })
    },
    sync() {
      void enqueue(async () => file?.sync())
    },
    rotate(keep, nowEpochMs) {
      void enqueue(async () => {
        if (file === undefined) return
        await file.sync()
        await file.close()
        file = undefined
        await rotateFiles(path, keep, nowEpochMs)
        await openFile()
        isHeaderDue = false
      })
    },
    open: () => enqueue(openFile),
    settled: () => queue,
    close: () =>
      enqueue(async () => {
        await file?.sync()
        await file?.close()
        file = undefined
      }),
  }
}
