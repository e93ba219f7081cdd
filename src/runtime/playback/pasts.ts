import { NO_HISTORY, remember, type History } from '../../view/history.ts'
import type { HistoryNote } from '../../view/history-note.ts'
import type { Checkpoints } from './checkpoints.ts'
import { turn } from './turn.ts'

/** What charts show of each host. */
export type Histories = ReadonlyMap<string, History>

// so much is put together before a picture is shown, as much as the charts show at first; the rest follows at once
const RECENT_MS = 10 * 60_000
// with more hosts each keeps half an hour, as on a live screen
const FEW_HOSTS = 4
// of so many notes the charts of eight busy GPUs are put together in a few milliseconds
const NOTES_A_TURN = 50

/** The histories with more notes. */
export function withNotes(histories: Histories, notes: Iterable<HistoryNote>): Histories {
  const next = new Map(histories)
  for (const note of notes) addNote(next, note)
  return next
}

/** What charts show just before a moment, as far as it is recent. */
export function recentPast(checkpoints: Checkpoints, untilMs: number): Histories {
  return withNotes(new Map(), checkpoints.notes(untilMs - RECENT_MS, untilMs))
}

/** Whether there is more before a moment than the recent past. */
export function isLongAgo(firstMs: number, ms: number): boolean {
  return ms - firstMs > RECENT_MS
}

/** All that charts show before a moment; undefined when nobody wants it any more. */
export async function wholePast(
  checkpoints: Checkpoints,
  untilMs: number,
  isWanted: () => boolean,
): Promise<Histories | undefined> {
  const histories = new Map<string, History>()
  let count = 0
  for (const note of checkpoints.notes(-Infinity, untilMs)) {
    addNote(histories, note)
    count += 1
    if (count % NOTES_A_TURN !== 0) continue
    await turn()
    if (!isWanted()) return undefined
  }
  return histories
}

function addNote(histories: Map<string, History>, note: HistoryNote): void {
  const depth = histories.size > FEW_HOSTS ? 1 : NO_HISTORY.depth
  histories.set(note.host, remember(histories.get(note.host) ?? { ...NO_HISTORY, depth }, note))
}
