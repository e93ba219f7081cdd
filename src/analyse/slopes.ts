import type { WindowPoint } from './window.ts'

/** Per second, of all pairs, smallest first. */
export function slopesOf(points: readonly WindowPoint[]): Float64Array {
  const slopes = new Float64Array((points.length * (points.length - 1)) / 2)
  let at = 0
  eachPair(points, (a, b) => {
    slopes[at] = ((b.value - a.value) / (b.atMs - a.atMs)) * 1000
    at += 1
  })
  return slopes.sort()
}

/** Mann (1945), Kendall (1975): S over its standard deviation under no trend, ties left uncorrected (conservative). */
export function mannKendallZ(points: readonly WindowPoint[]): number {
  const n = points.length
  let s = 0
  eachPair(points, (a, b) => {
    s += Math.sign(b.value - a.value)
  })
  const deviation = Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18)
  return deviation === 0 ? 0 : (s - Math.sign(s)) / deviation
}

/** Of values from the smallest on; 0 where there are none. */
export function quantile(sorted: Float64Array, share: number): number {
  const at = Math.min(sorted.length - 1, Math.floor(sorted.length * share))
  return sorted[at] ?? 0
}

/** The slope of the straight line through all points, per second. */
export function leastSquares(points: readonly WindowPoint[]): number {
  const n = points.length
  const meanMs = points.reduce((total, { atMs }) => total + atMs, 0) / n
  const mean = points.reduce((total, { value }) => total + value, 0) / n
  let above = 0
  let below = 0
  for (const { atMs, value } of points) {
    above += (atMs - meanMs) * (value - mean)
    below += (atMs - meanMs) ** 2
  }
  return below === 0 ? 0 : (above / below) * 1000
}

/** Every pair of points, the earlier one first. */
function eachPair(points: readonly WindowPoint[], visit: (a: WindowPoint, b: WindowPoint) => void): void {
  for (const [at, b] of points.entries()) {
    for (let before = 0; before < at; before += 1) {
      const a = points[before]
      if (a !== undefined) visit(a, b)
    }
  }
}
