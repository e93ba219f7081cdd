/** Something with a time stamp of one second's grain, or none. */
export interface Stamped {
  readonly stampMs: number | undefined
}

export interface Placed<T> {
  readonly document: T
  readonly atMs: number
  readonly intervalMs: number
  /** The stamps went back: what follows is another run. */
  readonly newSegment: boolean
  /** With this the spreading can go on at this document without those before it; only the first of a stamp has it. */
  readonly spread: Spread | undefined
}

/** What is known when the first document of a stamp comes. */
export interface Spread {
  readonly atMs: number
  readonly intervalMs: number
  /** The interval is one that was seen, not the usual one. */
  readonly measured: boolean
  readonly newSegment: boolean
}

// the pace of `nvidia-smi -l 1`, for logs whose documents do not say when they were made
const DEFAULT_INTERVAL_MS = 1000
const STAMP_GRAIN_MS = 1000

/** What the user says of documents that do not say when they were made. */
export interface StatedTimes {
  readonly startEpochMs?: number
  readonly intervalMs?: number
}

/**
 * Gives each document a time of its own: documents that share a stamp (`-lms 250`) are spread evenly up to the next one.
 * The interval is the shortest spacing seen so far, so that a hole in the log is seen as one.
 * @param from where reading goes on; undefined at the beginning
 */
export async function* spreadStamps<T extends Stamped>(
  documents: AsyncIterable<T>,
  from: Spread | undefined,
  stated: StatedTimes,
): AsyncIterable<Placed<T>> {
  let group: T[] = []
  let spread = from
  for await (const document of documents) {
    spread ??= beginning(document, stated)
    const atMs = group.length === 0 ? spread.atMs : timeOf(document, spread, group.length)
    if (group.length > 0 && atMs !== spread.atMs) {
      const measured = measure(spread, (atMs - spread.atMs) / group.length)
      yield* placed(group, spread, measured.intervalMs)
      spread = { ...measured, atMs, newSegment: atMs < spread.atMs }
      group = []
    }
    group.push(document)
  }
  if (spread !== undefined) yield* placed(group, spread, spread.intervalMs)
}

function beginning({ stampMs }: Stamped, { startEpochMs = 0, intervalMs }: StatedTimes): Spread {
  if (stampMs !== undefined) return { ...UNKNOWN, atMs: stampMs }
  const pace = intervalMs === undefined ? UNKNOWN : { ...UNKNOWN, intervalMs, measured: true }
  return { ...pace, atMs: startEpochMs }
}

const UNKNOWN: Omit<Spread, 'atMs'> = {
  intervalMs: DEFAULT_INTERVAL_MS,
  measured: false,
  newSegment: false,
}

function timeOf({ stampMs }: Stamped, { atMs, intervalMs }: Spread, count: number): number {
  return stampMs ?? atMs + count * intervalMs
}

function measure(spread: Spread, spacingMs: number): Spread {
  const isShorter = spacingMs > 0 && (!spread.measured || spacingMs < spread.intervalMs)
  return isShorter ? { ...spread, intervalMs: spacingMs, measured: true } : spread
}

function* placed<T>(group: readonly T[], spread: Spread, intervalMs: number): Iterable<Placed<T>> {
  // documents that share a stamp were made within its second
  const stepMs = Math.min(intervalMs, STAMP_GRAIN_MS / group.length)
  for (const [at, document] of group.entries()) {
    const isFirst = at === 0
    yield {
      document,
      atMs: spread.atMs + at * stepMs,
      intervalMs,
      newSegment: spread.newSegment && isFirst,
      spread: isFirst ? spread : undefined,
    }
  }
}
