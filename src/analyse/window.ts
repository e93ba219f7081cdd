export interface WindowPoint {
  readonly atMs: number
  readonly value: number
}

/** In the order of time. */
export type Points = readonly WindowPoint[]

/**
 * The recent past of one quantity: at most one point a cell, the cell's maximum, because maxima are what a limit meets.
 * Most points go into the cell that is still open, and leave the others as they are: hundreds of windows take one a tick.
 */
export interface Window {
  readonly closed: Points
  readonly open: WindowPoint | undefined
}

export const EMPTY_WINDOW: Window = { closed: [], open: undefined }

// 150 cells in a window: enough for 20 buckets of its newer half, and bounded at any sampling interval
const CELLS = 150

/** The window with one more point, without what is older than `windowMs`. A point that is not newer than the last is dropped. */
export function extend(window: Window, point: WindowPoint, windowMs: number): Window {
  const { closed, open } = window
  if (open === undefined) return { closed, open: point }
  if (point.atMs <= open.atMs) return window
  const cellMs = windowMs / CELLS
  if (Math.floor(open.atMs / cellMs) === Math.floor(point.atMs / cellMs))
    return { closed, open: { atMs: point.atMs, value: Math.max(open.value, point.value) } }
  return { closed: since(closed.concat([open]), point.atMs - windowMs), open: point }
}

export function pointsOf({ closed, open }: Window): Points {
  // of arrays alone it makes one copy; a value by itself would cost five times as much
  return open === undefined ? closed : closed.concat([open])
}

/** The points from a moment on. */
export function since(points: Points, atMs: number): Points {
  let from = 0
  let to = points.length
  while (from < to) {
    const middle = (from + to) >> 1
    if ((points[middle]?.atMs ?? atMs) < atMs) from = middle + 1
    else to = middle
  }
  return from === 0 ? points : points.slice(from)
}

export function spanMs(points: Points): number {
  const [first] = points
  const last = points.at(-1)
  return first === undefined || last === undefined ? 0 : last.atMs - first.atMs
}

/** The maxima of `count` equal stretches of time; stretches without a point are left out. */
export function bucketMaxima(points: Points, count: number): Points {
  const [first] = points
  if (first === undefined) return []
  const widthMs = Math.max(1, spanMs(points) / count)
  const maxima: WindowPoint[] = []
  let best = first
  let bestBucket = 0
  // the points stand in the order of time, so each stretch is closed when the next one begins
  for (const point of points) {
    const bucket = Math.min(count - 1, Math.floor((point.atMs - first.atMs) / widthMs))
    if (bucket !== bestBucket) {
      maxima.push(best)
      best = point
      bestBucket = bucket
    } else if (point.value > best.value) {
      best = point
    }
  }
  maxima.push(best)
  return maxima
}
