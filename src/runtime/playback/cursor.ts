import type { Fault } from '../../core/fault.ts'
import type { Frame } from '../../model/frame.ts'
import type { RawSample } from '../../model/sample.ts'
import type { LogEntry } from '../../sources/replay/log.ts'
import type { Folding } from '../fold.ts'

/** A place in a log with the fold that has come there. */
export interface Cursor {
  /** False when the fold began near its place and not at the beginning. */
  readonly exact: boolean
  /** The moment of the newest sample that was folded. */
  readonly atMs: number | undefined
  /** The moment before it, as far as this cursor has seen it. */
  readonly previousMs: number | undefined
  /** Why the log ended, once it has. */
  readonly ending: Fault | undefined
  /** The sample that comes next, without taking it; undefined at the end. */
  peek(): Promise<RawSample | undefined>
  /** Folds the sample that was seen by `peek`. */
  take(sample: RawSample): Frame
  /** Gives the file back. */
  close(): void
}

export function startCursor(entries: AsyncIterable<LogEntry>, folding: Folding, exact: boolean): Cursor {
  const iterator = entries[Symbol.asyncIterator]()
  let held: RawSample | undefined
  let over = false
  let ending: Fault | undefined
  let atMs: number | undefined
  let previousMs: number | undefined

  async function nextSample(): Promise<RawSample | undefined> {
    while (!over) {
      const next = await iterator.next()
      if (next.done === true) over = true
      else if (next.value.kind === 'end') ending = next.value.fault
      else if (next.value.kind === 'sample') return next.value.sample
    }
    return undefined
  }

  return {
    exact,
    get atMs() {
      return atMs
    },
    get previousMs() {
      return previousMs
    },
    get ending() {
      return ending
    },
    async peek() {
      held ??= await nextSample()
      return held
    },
    take(sample) {
      held = undefined
      if (sample.elapsedMs !== atMs) previousMs = atMs
      atMs = sample.elapsedMs
      return folding.next(sample).frame
    },
    close() {
      over = true
      // whoever reads a file closes it when nobody reads on; a failure to do so helps nobody
      void iterator.return?.()
    },
  }
}
