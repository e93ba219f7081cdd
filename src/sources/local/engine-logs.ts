import { stat } from 'node:fs/promises'
import { seconds } from '../../core/units.ts'
import { edited } from '../../transport/edited.ts'
import { readEnds } from '../../transport/local-file.ts'
import type { Part } from '../../model/sample.ts'

/** Half of it the beginning, where a server says what it allocates, and half the end. */
const MOST_BYTES = 1024 ** 2
const SHORTEST_PAUSE_MS = seconds(10)

/** Logs of engines that the user named. */
export interface EngineLogs {
  /** A part `engine-log/PATH` for each that was never read, or was written to since, but ten seconds apart at least. */
  read(elapsedMs: number, signal: AbortSignal): Promise<ReadonlyMap<string, Part>>
}

export function engineLogs(paths: readonly string[]): EngineLogs {
  const known = new Map<string, { readonly version: string; readonly atMs: number }>()

  async function readOne(
    path: string,
    elapsedMs: number,
    signal: AbortSignal,
  ): Promise<readonly [string, Part][]> {
    const before = known.get(path)
    if (before !== undefined && elapsedMs - before.atMs < SHORTEST_PAUSE_MS) return []
    const version = await versionOf(path)
    if (before?.version === version) return []
    known.set(path, { version, atMs: elapsedMs })
    const found = await readEnds(path, MOST_BYTES, signal)
    const part: Part =
      found.kind === 'bytes'
        ? edited({ kind: 'text', text: found.bytes.toString('utf8') }, 'engine-log')
        : { kind: 'fault', fault: found }
    return [[`engine-log/${path}`, part]]
  }

  return {
    async read(elapsedMs, signal) {
      const parts = await Promise.all(paths.map((path) => readOne(path, elapsedMs, signal)))
      return new Map(parts.flat())
    },
  }
}

/** Changes when the file does; the same for as long as there is none. */
async function versionOf(path: string): Promise<string> {
  return stat(path).then(
    ({ mtimeMs, size, ino }) => `${mtimeMs} ${size} ${ino}`,
    () => '',
  )
}
