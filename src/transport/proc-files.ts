import { close, closeSync, open, openSync, read, readSync } from 'node:fs'
import { limiter } from './limiter.ts'

/** No file of /proc that llmtop reads is larger; a command line that is gets cut here. */
const MAX_PROC_BYTES = 64 * 1024
/** No line of a file that comes page by page is nearly as long: a shorter piece is the last. */
const LEAST_FULL_PAGE = 2048
const shared = Buffer.allocUnsafeSlow(MAX_PROC_BYTES)

/**
 * A file of /proc, read at once; undefined when it can't be read, because the process is gone or hidden.
 * Only for `stat` and `status`: they wait for no lock that a hanging process may hold, fit one read, and cost a third of
 * what the thread pool costs (measured: 10 µs against 28 µs), which counts with a hundred processes at every tick.
 */
export function readProcNow(path: string): string | undefined {
  let file: number | undefined
  try {
    file = openSync(path, 'r')
    return shared.toString('utf8', 0, readSync(file, shared, 0, MAX_PROC_BYTES, null))
  } catch {
    return undefined
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

/** Reads a file of /proc without holding up anything else; undefined when it can't be read. */
export type ProcReader = (path: string) => Promise<string | undefined>

/** A reader that reads one file after the other: one that hangs with its process then holds one thread, and no more. */
export function procReader(): ProcReader {
  const inTurn = limiter(1)
  const buffer = Buffer.allocUnsafeSlow(MAX_PROC_BYTES)
  return (path) => inTurn(() => readInto(buffer, path))
}

/**
 * For the files that hang with their process (`cmdline`, whose memory map may be locked, and `cgroup`): all of llmtop
 * reads them one after the other, as Node's pool of four threads is one for all.
 */
export const readProcessFile: ProcReader = procReader()

async function readInto(buffer: Buffer, path: string): Promise<string | undefined> {
  let file: number | undefined
  try {
    file = await openFile(path)
    let length = 0
    for (;;) {
      const count = await readFile(file, buffer, length)
      length += count
      // the kernel gives some of these files a page at a time, as many lines as fit
      if (count < LEAST_FULL_PAGE || length === buffer.length) return buffer.toString('utf8', 0, length)
    }
  } catch {
    return undefined
  } finally {
    if (file !== undefined) close(file)
  }
}

// by callbacks, since a FileHandle costs three times as much

function openFile(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    open(path, (error, file) => {
      if (error === null) resolve(file)
      else reject(error)
    })
  })
}

function readFile(file: number, buffer: Buffer, from: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(file, buffer, from, buffer.length - from, null, (error, count) => {
      if (error === null) resolve(count)
      else reject(error)
    })
  })
}
