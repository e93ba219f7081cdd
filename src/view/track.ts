/** One quantity over time in bounded memory: exact for the newest thousand points, older ones as minima and maxima. */
export interface Track {
  readonly levels: readonly Level[]
}

export interface Point {
  /** `elapsedMs` of the frame. */
  readonly atMs: number
  readonly value: number
}

/** The lowest and the highest value of a stretch. */
export interface DotRange {
  readonly low: number
  readonly high: number
}

export type Entry = Point | 'gap'

export type Chunks = readonly (readonly Entry[])[]

interface Level {
  readonly chunks: Chunks
  readonly tail: readonly Entry[]
}

export const EMPTY_TRACK: Track = { levels: [] }

// Four levels of 16 × 64 entries, each level a quarter as fine as the one before: 1024 exact points, and in all
// 1024 × (1 + 4 + 16 + 64) = 87,040 samples, which is 24 hours at one a second.
const CHUNK = 64
const CHUNKS_PER_LEVEL = 16
/** How many levels a track has at most. */
export const LEVELS = 4
const NO_LEVEL: Level = { chunks: [], tail: [] }

/** The track with one entry more at its newest end. A gap after a gap, or before everything, adds nothing. */
export function append(track: Track, entry: Entry): Track {
  if (entry === 'gap' && (newestEntries(track).at(-1) ?? 'gap') === 'gap') return track
  return { levels: push(track.levels, 0, [entry]) }
}

/** The track without its coarser past: one level holds the newest thousand points, all four hold a day. */
export function shortened(track: Track, levels: number): Track {
  return track.levels.length <= levels ? track : { levels: track.levels.slice(0, levels) }
}

/** The newest point, which a gap may follow. */
export function newestPoint(track: Track): Point | undefined {
  return newestEntries(track).findLast((entry) => entry !== 'gap')
}

/** The oldest point that is kept. */
export function oldestPoint(track: Track): Point | undefined {
  for (const { chunks, tail } of track.levels.toReversed()) {
    for (const entries of [...chunks, tail]) {
      const found = entries.find((entry) => entry !== 'gap')
      if (found !== undefined) return found
    }
  }
  return undefined
}

/** Stretches of entries, oldest first, that begin before `fromMs` and reach to the newest one. */
export function chunksSince(track: Track, fromMs: number): Chunks {
  const chunks = [...track.levels].reverse().flatMap((level) => [...level.chunks, level.tail])
  const first = chunks.findLastIndex((chunk) => startsBefore(chunk, fromMs))
  return chunks.slice(Math.max(0, first))
}

/**
 * The entries laid on `count` columns of `dotMs` each, the first of which begins at `fromMs`: for each column the range
 * of the line through the points. Nothing is drawn across a gap, nor before the first point or after the last.
 */
export function dotRanges(
  chunks: Chunks,
  fromMs: number,
  dotMs: number,
  count: number,
): readonly (DotRange | undefined)[] {
  // numbers, no ranges yet: a column takes several points, and dozens of curves are laid out for each picture
  const lows = new Float64Array(count).fill(Infinity)
  const highs = new Float64Array(count).fill(-Infinity)
  let previous: Point | undefined
  for (const chunk of chunks) {
    for (const entry of chunk) {
      if (entry !== 'gap') drawLine(lows, highs, previous ?? entry, entry, fromMs, dotMs)
      previous = entry === 'gap' ? undefined : entry
    }
  }
  return Array.from(lows, (low, i) => (low === Infinity ? undefined : { low, high: highs[i] ?? low }))
}

// The newest two, if there are as many: the tail of the finest level, or the chunk that it has just become.
function newestEntries(track: Track): readonly Entry[] {
  const [level = NO_LEVEL] = track.levels
  return [...(level.chunks.at(-1) ?? []).slice(-2), ...level.tail].slice(-2)
}

function push(levels: readonly Level[], depth: number, entries: readonly Entry[]): readonly Level[] {
  const level = levels[depth] ?? NO_LEVEL
  const tail = [...level.tail, ...entries]
  if (tail.length < CHUNK) return replaced(levels, depth, { chunks: level.chunks, tail })
  const chunks = [...level.chunks, tail]
  if (chunks.length <= CHUNKS_PER_LEVEL) return replaced(levels, depth, { chunks, tail: [] })
  const [oldest = [], ...kept] = chunks
  const next = replaced(levels, depth, { chunks: kept, tail: [] })
  return depth + 1 < LEVELS ? push(next, depth + 1, coarser(oldest)) : next
}

function replaced(levels: readonly Level[], depth: number, level: Level): readonly Level[] {
  return depth < levels.length ? levels.with(depth, level) : [...levels, level]
}

// Of each eight points the lowest and the highest stay, in their order of time.
function coarser(entries: readonly Entry[]): readonly Entry[] {
  const kept: Entry[] = []
  let group: Point[] = []
  for (const entry of entries) {
    if (entry !== 'gap') group.push(entry)
    if (entry === 'gap' || group.length === 8) {
      kept.push(...extremes(group))
      group = []
    }
    if (entry === 'gap') kept.push(entry)
  }
  return [...kept, ...extremes(group)]
}

function extremes(group: readonly Point[]): readonly Point[] {
  const [first] = group
  if (first === undefined) return []
  const low = group.reduce((a, b) => (b.value < a.value ? b : a), first)
  const high = group.reduce((a, b) => (b.value > a.value ? b : a), first)
  if (low === high) return [low]
  return low.atMs < high.atMs ? [low, high] : [high, low]
}

function startsBefore(chunk: readonly Entry[], fromMs: number): boolean {
  const first = chunk.find((entry) => entry !== 'gap')
  return first !== undefined && first.atMs <= fromMs
}

function drawLine(
  lows: Float64Array,
  highs: Float64Array,
  from: Point,
  to: Point,
  fromMs: number,
  dotMs: number,
): void {
  const first = Math.max(0, Math.floor((from.atMs - fromMs) / dotMs))
  const end = Math.min(lows.length - 1, Math.floor((to.atMs - fromMs) / dotMs))
  let left = valueAt(from, to, fromMs + first * dotMs)
  for (let i = first; i <= end; i++) {
    const right = valueAt(from, to, fromMs + (i + 1) * dotMs)
    lows[i] = Math.min(lows[i] ?? left, left, right)
    highs[i] = Math.max(highs[i] ?? left, left, right)
    left = right
  }
}

function valueAt(from: Point, to: Point, atMs: number): number {
  if (to.atMs <= from.atMs || atMs >= to.atMs) return to.value
  if (atMs <= from.atMs) return from.value
  return from.value + ((to.value - from.value) * (atMs - from.atMs)) / (to.atMs - from.atMs)
}
