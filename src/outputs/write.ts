import { once } from 'node:events'
import type { Writable } from 'node:stream'

/** Writes and waits while the reader is slow, so that a long replay into a pipe stays small in memory. */
export async function writeTo(stream: Writable, text: string): Promise<void> {
  if (stream.destroyed || stream.writableEnded) return
  if (stream.write(text)) return
  const over = new AbortController()
  const stop = (): void => {
    over.abort()
  }
  // a closed pipe never drains
  stream.once('close', stop)
  await once(stream, 'drain', { signal: over.signal }).catch(() => undefined)
  stream.off('close', stop)
}
