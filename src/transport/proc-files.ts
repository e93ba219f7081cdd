import { closeSync, openSync, readSync } from 'node:fs'
import { open } from 'node:fs/promises'

/** No file of /proc that llmtop reads is larger; a command line that is gets cut here. */
const MAX_PROC_BYTES = 64 * 1024
const shared = Buffer.allocUnsafeSlow(MAX_PROC_BYTES)

/**
 * A file of /proc, read at once; undefined when it can't be read, because the process is gone or hidden.
 * Only for `stat` and `status`: they wait for no lock that a hanging process may hold, fit one read, and cost a third of
 * what the thread pool costs (10 µs against 28 µs each), which counts with a hundred processes at every tick.
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

/** A file of /proc, read without holding up anything else; undefined when it can't be read. */
export async function readProc(path: string): Promise<string | undefined> {
  const file = await open(path, 'r').catch(() => undefined)
  if (file === undefined) return undefined
  const buffer = Buffer.allocUnsafe(MAX_PROC_BYTES)
  try {
    let length = 0
    while (length < MAX_PROC_BYTES) {
      // the kernel gives some of these files a page at a time
      const { bytesRead } = await file.read(buffer, length, MAX_PROC_BYTES - length, null)
      if (bytesRead === 0) break
      length += bytesRead
    }
    return buffer.toString('utf8', 0, length)
  } catch {
    return undefined
  } finally {
    await file.close()
  }
}
