import type { Frame } from '../../model/frame.ts'
import type { RawSample } from '../../model/sample.ts'
import type { LogEntry } from '../../sources/replay/log.ts'
import { NO_HISTORY } from '../../view/history.ts'
import { noteOf, type HistoryNote } from '../../view/history-note.ts'
import type { Seen } from '../../view/seen.ts'
import { logged, type WarningLog } from '../../view/warning-log.ts'
import type { Folding, Memories } from '../fold.ts'
import type { Checkpoint } from './checkpoints.ts'
import type { Chronicle } from './chronicle.ts'
import { condensed } from './condense.ts'
import { startCursor, type Cursor } from './cursor.ts'
import { isLongAgo, recentPast, wholePast, withNotes, type Histories } from './pasts.ts'
import { turn } from './turn.ts'

/** Moves through a log: to any moment, and on from there. */
export interface Traveller {
  /** undefined before the first move. */
  readonly cursor: Cursor | undefined
  /** What is shown of each host. */
  readonly seen: readonly Seen[]
  /**
   * Goes to the last samples at or before a moment; undefined when `isWanted` turned false on the way, and then it stands nowhere.
   */
  goTo(ms: number, isWanted: () => boolean): Promise<readonly Seen[] | undefined>
  /** Takes the sample that the cursor has seen next. */
  take(sample: RawSample): Seen
  /** Puts together what charts show of the time long before; true when `seen` shows it now. */
  completePast(): Promise<boolean>
  close(): void
}

export interface TravelRequest {
  readonly chronicle: Chronicle
  /** All from the beginning on: what is gone through before anything is known. */
  readonly beginning: Checkpoint['onwards']
  /** Whether the chronicle reaches to a moment. */
  readonly isKnown: (ms: number) => boolean
  /** From somewhere not far before a moment that the chronicle does not reach. */
  readonly near: (ms: number) => AsyncIterable<LogEntry>
  /** There may be more samples than when reading began: who goes on begins anew. */
  readonly isGrowing: boolean
  readonly fold: (memories: Memories) => Folding
  /** The first moment there is. */
  readonly firstMs: () => number
}

// shares of a CPU and of a link are told from one sample to the next
const JUDGED_MS = 6000
// so far it is quicker to go on than to begin elsewhere
const NEAR_MS = 60_000

export function startTravel(request: TravelRequest): Traveller {
  const { chronicle, beginning, isKnown, near, firstMs } = request
  const { checkpoints } = chronicle
  let cursor: Cursor | undefined
  let histories: Histories = new Map()
  let seen = new Map<string, Seen>()
  let logs = new Map<string, WarningLog>()
  /** What was folded since the checkpoint at which the cursor began, until the charts hold what stands long before it. */
  let since: HistoryNote[] | undefined
  let beganMs = -Infinity
  let moves = 0

  function begin(ms: number): Cursor {
    cursor?.close()
    const exact = isKnown(ms) || ms <= firstMs()
    const checkpoint = exact ? checkpoints.before(ms) : undefined
    const { atMs, memories, onwards } = checkpoint ?? { ...NOWHERE, onwards: beginning }
    beganMs = atMs
    since = isLongAgo(firstMs(), atMs) ? [] : undefined
    seen = new Map()
    logs = new Map()
    histories = exact ? recentPast(checkpoints, atMs) : new Map()
    const entries = exact ? onwards() : condensed(near(ms), ms - JUDGED_MS)
    cursor = startCursor(entries, request.fold(memories), exact)
    return cursor
  }

  /** Whether the cursor comes to a moment sooner than a new one, and as exactly. */
  function leadsTo(ms: number): boolean {
    if (request.isGrowing || cursor?.atMs === undefined || cursor.atMs > ms) return false
    if (isKnown(ms) && !cursor.exact) return false
    return ms - cursor.atMs <= NEAR_MS || (isKnown(ms) && checkpoints.nearest(ms) <= cursor.atMs)
  }

  function fold(present: Cursor, sample: RawSample): Frame {
    const frame = present.take(sample)
    const note = noteOf(frame)
    since?.push(note)
    histories = withNotes(histories, [note])
    logs.set(frame.host, logged(logs.get(frame.host) ?? chronicle.warningsOf(frame.host, beganMs), frame))
    return frame
  }

  function show(frame: Frame): Seen {
    const { host } = frame
    const shown: Seen = { frame, history: histories.get(host) ?? NO_HISTORY, log: logs.get(host) ?? [] }
    seen.set(host, shown)
    return shown
  }

  return {
    get cursor() {
      return cursor
    },
    get seen() {
      return [...seen.values()]
    },
    async goTo(ms, isWanted) {
      moves += 1
      const present = cursor !== undefined && leadsTo(ms) ? cursor : begin(ms)
      const newest = new Map<string, Frame>()
      for (;;) {
        const sample = await present.peek()
        if (sample === undefined || (sample.elapsedMs > ms && present.atMs !== undefined)) break
        newest.set(sample.host, fold(present, sample))
        await turn()
        if (!isWanted()) {
          cursor?.close()
          cursor = undefined
          return undefined
        }
      }
      for (const frame of newest.values()) show(frame)
      return [...seen.values()]
    },
    take(sample) {
      if (cursor === undefined) throw new Error('there is no place to go on from')
      return show(fold(cursor, sample))
    },
    async completePast() {
      const move = moves
      const past = since && (await wholePast(checkpoints, beganMs, () => move === moves))
      if (past === undefined) return false
      histories = withNotes(past, since ?? [])
      since = undefined
      for (const { frame } of seen.values()) show(frame)
      return true
    },
    close() {
      moves += 1
      cursor?.close()
    },
  }
}

const NOWHERE = { atMs: -Infinity, memories: new Map() } as const
