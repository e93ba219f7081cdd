import type { LogEntry } from '../../sources/replay/log.ts'
import type { HistoryNote } from '../../view/history-note.ts'
import type { Memories } from '../fold.ts'
import { pack, type Packed } from './packed.ts'

/** Where the fold can go on as if it had come there from the beginning. */
export interface Checkpoint {
  /** The sample that comes next; -Infinity at the beginning. */
  readonly atMs: number
  /** That sample and all behind it. */
  readonly onwards: () => AsyncIterable<LogEntry>
  readonly memories: Memories
}

/** What is kept of what was folded, in bounded memory: the more there is, the farther checkpoints are apart. */
export interface Checkpoints {
  /** Whether so many samples since the last checkpoint are enough for the next one. */
  isDue(samples: number): boolean
  add(checkpoint: Checkpoint): void
  /** The last one before a moment, or the one at it; undefined where there is none. */
  before(ms: number): Checkpoint | undefined
  /** The moment of that one. */
  nearest(ms: number): number
  /** The moment of the first one. */
  firstMs(): number | undefined
  note(note: HistoryNote): void
  /** What charts remember of the time from the first moment up to, but not with, the second. */
  notes(fromMs: number, toMs: number): Iterable<HistoryNote>
  /** Nobody goes back there any more. */
  forgetBefore(ms: number): void
  /** Bytes that all of it takes. */
  size(): number
}

// 60 samples are folded in half a second even where each has eight busy cards
const SAMPLES_APART = 60
// ten hours of eight busy GPUs at 1 Hz take 20 MB, and stay a minute apart
const MOST_BYTES = 24 * 1024 * 1024

export function startCheckpoints(mostBytes = MOST_BYTES): Checkpoints {
  const kept: Kept[] = []
  const chapters: Chapter[] = []
  let notes: HistoryNote[] = []
  let apart = SAMPLES_APART
  /** Only each so-manyth note is kept of each host. */
  let stride = 1
  const skipped = new Map<string, number>()
  let bytes = 0
  // the first one is the beginning, and stays
  let thinAt = 1

  function closeChapter(): void {
    const [first] = notes
    if (first === undefined) return
    const packed = pack(notes)
    chapters.push({ fromMs: first.elapsedMs, packed })
    bytes += packed.bytes.length
    notes = []
  }

  /** One of two checkpoints goes, and half of what is noted beside them: from the oldest on to the newest, and again. */
  function thinOut(): void {
    if (thinAt === 1) {
      apart *= 2
      stride *= 2
    }
    const gone = kept.splice(thinAt, 1)
    const joined = joinedPair(chapters.slice(thinAt - 1, thinAt + 1))
    const replaced = chapters.splice(thinAt - 1, 2, ...joined)
    bytes += sizeOf(joined) - sizeOf(replaced) - sizeOf(gone)
    thinAt = thinAt + 1 < kept.length ? thinAt + 1 : 1
  }

  function find(ms: number): Kept | undefined {
    return kept.findLast(({ atMs }) => atMs < ms) ?? kept.find(({ atMs }) => atMs === ms)
  }

  return {
    isDue: (samples) => samples >= apart,
    add({ atMs, onwards, memories }) {
      closeChapter()
      const packed = pack(memories)
      kept.push({ atMs, onwards, packed })
      bytes += packed.bytes.length
      while (bytes > mostBytes && kept.length > 2) thinOut()
    },
    before(ms) {
      const found = find(ms)
      return found && { atMs: found.atMs, onwards: found.onwards, memories: found.packed.unpack() }
    },
    nearest: (ms) => find(ms)?.atMs ?? -Infinity,
    firstMs: () => kept[0]?.atMs,
    note(note) {
      const count = skipped.get(note.host) ?? 0
      skipped.set(note.host, (count + 1) % stride)
      if (count === 0) notes.push(note)
    },
    *notes(fromMs, toMs) {
      const isWithin = ({ elapsedMs }: HistoryNote): boolean => elapsedMs >= fromMs && elapsedMs < toMs
      const all = [...chapters]
      for (const [at, { fromMs: beginMs, packed }] of all.entries()) {
        if (beginMs >= toMs) return
        const endMs = all[at + 1]?.fromMs ?? notes[0]?.elapsedMs ?? Infinity
        if (endMs >= fromMs) yield* packed.unpack().filter(isWithin)
      }
      yield* notes.filter(isWithin)
    },
    forgetBefore(ms) {
      const old = kept.splice(0, kept.filter(({ atMs }) => atMs < ms).length)
      const before = chapters.splice(0, chapters.filter(({ fromMs }) => fromMs < ms).length)
      bytes -= sizeOf(old) + sizeOf(before)
    },
    size: () => bytes,
  }
}

interface Kept extends Pick<Checkpoint, 'atMs' | 'onwards'> {
  readonly packed: Packed<Memories>
}

/** The notes between two checkpoints. */
interface Chapter {
  readonly fromMs: number
  readonly packed: Packed<readonly HistoryNote[]>
}

function joinedPair(pair: readonly Chapter[]): readonly Chapter[] {
  const [first] = pair
  const notes = pair.flatMap(({ packed }) => packed.unpack())
  return first === undefined ? [] : [{ fromMs: first.fromMs, packed: pack(everyOther(notes)) }]
}

function everyOther(notes: readonly HistoryNote[]): readonly HistoryNote[] {
  const counts = new Map<string, number>()
  return notes.filter(({ host }) => {
    const count = counts.get(host) ?? 0
    counts.set(host, count + 1)
    return count % 2 === 0
  })
}

function sizeOf(all: readonly { readonly packed: Packed<unknown> }[]): number {
  return all.reduce((sum, { packed }) => sum + packed.bytes.length, 0)
}
