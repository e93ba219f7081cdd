import { minutes, seconds } from '../../core/units.ts'
import { edited } from '../../transport/edited.ts'
import { utf8 } from '../../transport/ssh/answer-text.ts'
import { readFile } from '../../transport/ssh/file-answer.ts'
import type { Part } from '../../model/sample.ts'
import type { Connection } from '../../transport/ssh/connection.ts'
import type { Errands } from '../local/errands.ts'

/** Logs of engines on a node that the user named. */
export interface NodeLogs {
  tick(elapsedMs: number): void
}

/** Half of it the beginning, where a server says what it allocates, and half the end. */
const MOST_BYTES = 1024 ** 2
/** A server that starts soon has said all; each reading travels, so that they become ever more seldom. */
const FIRST_PAUSE_MS = seconds(10)
const LONGEST_PAUSE_MS = minutes(10)

export function nodeLogs(ask: Connection['ask'], paths: readonly string[], errands: Errands): NodeLogs {
  let dueAtMs = -Infinity
  let pauseMs = FIRST_PAUSE_MS

  return {
    tick(elapsedMs) {
      if (paths.length === 0 || elapsedMs < dueAtMs) return
      dueAtMs = elapsedMs + pauseMs
      pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)
      for (const path of paths) errands.run(`engine-log ${path}`, () => readOne(ask, path))
    },
  }
}

async function readOne(ask: Connection['ask'], path: string): Promise<ReadonlyMap<string, Part>> {
  const found = await readFile(ask, 'ends', MOST_BYTES, path)
  if (found === undefined) return new Map()
  const part: Part =
    found.kind === 'bytes'
      ? edited({ kind: 'text', text: utf8(found.bytes) }, 'engine-log')
      : { kind: 'fault', fault: found }
  return new Map([[`engine-log/${path}`, part]])
}
