/** The recent past of one quantity: at most one point a cell, the cell's maximum, because maxima are what a limit meets. */
export interface Window {
  readonly points: readonly WindowPoint[]
}

export interface WindowPoint {
  readonly atMs: number
  readonly value: number
}

export const EMPTY_WINDOW: Window = { points: [] }

// 150 cells in a window: enough for 20 buckets of its newer half, and bounded at any sampling interval
const CELLS = 150

/** The window with one more point, without what is older than `windowMs`. A point that is not newer than the last is dropped. */
export function extend(window: Window, point: WindowPoint, windowMs: number): Window {
  const last = window.points.at(-1)
  if (last !== undefined && point.atMs <= last.atMs) return window
  const cellMs = windowMs / CELLS
  const sameCell = last !== undefined && Math.floor(last.atMs / cellMs) === Math.floor(point.atMs / cellMs)
  if (sameCell)
    return {
      points: [...window.points.slice(0, -1), { atMs: point.atMs, value: Math.max(last.value, point.value) }],
    }
  return { points: [...since(window, point.atMs - windowMs).points, point] }
}

/** The part of the window from a moment on. */
export function since({ points }: Window, atMs: number): Window {
  const from = points.findIndex((point) => point.atMs >= atMs)
  return from === 0 ? { points } : { points: from === -1 ? [] : points.slice(from) }
}

export function spanMs(window: Window): number {
  const [first] = window.points
  const last = window.points.at(-1)
  return first === undefined || last === undefined ? 0 : last.atMs - first.atMs
}

/** The maxima of `count` equal stretches of the window; stretches without a point are left out. */
export function bucketMaxima({ points }: Window, count: number): readonly WindowPoint[] {
  const [first] = points
  if (first === undefined) return []
  const widthMs = Math.max(1, spanMs({ points }) / count)
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
