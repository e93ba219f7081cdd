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
}

// the pace of `nvidia-smi -l 1`, for logs whose documents do not say when they were made
const DEFAULT_INTERVAL_MS = 1000
const STAMP_GRAIN_MS = 1000

/**
 * Gives each document a time of its own: documents that share a stamp (`-lms 250`) are spread evenly up to the next one.
 * The interval is the shortest spacing seen so far, so that a hole in the log is seen as one.
 */
export async function* spreadStamps<T extends Stamped>(
  documents: AsyncIterable<T>,
): AsyncIterable<Placed<T>> {
  let group: T[] = []
  let groupAtMs = 0
  let intervalMs = DEFAULT_INTERVAL_MS
  let measured = false
  let newSegment = false
  for await (const document of documents) {
    const atMs = document.stampMs ?? groupAtMs + group.length * intervalMs
    if (group.length === 0 || atMs === groupAtMs) {
      if (group.length === 0) groupAtMs = atMs
      group.push(document)
      continue
    }
    const spacing = (atMs - groupAtMs) / group.length
    if (spacing > 0 && (!measured || spacing < intervalMs)) {
      intervalMs = spacing
      measured = true
    }
    yield* placed(group, groupAtMs, intervalMs, newSegment)
    newSegment = atMs < groupAtMs
    group = [document]
    groupAtMs = atMs
  }
  yield* placed(group, groupAtMs, intervalMs, newSegment)
}

function* placed<T>(
  group: readonly T[],
  fromMs: number,
  intervalMs: number,
  newSegment: boolean,
): Iterable<Placed<T>> {
  // documents that share a stamp were made within its second
  const stepMs = Math.min(intervalMs, STAMP_GRAIN_MS / group.length)
  for (const [at, document] of group.entries()) {
    yield { document, atMs: fromMs + at * stepMs, intervalMs, newSegment: newSegment && at === 0 }
  }
}
