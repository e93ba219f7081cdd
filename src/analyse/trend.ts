import type { Trend } from '../model/trend.ts'
import type { TrendRules } from './rules.ts'
import { bucketMaxima, spanMs, type Window, type WindowPoint } from './window.ts'

/** Where a quantity in bytes is going, by the slow rule: robust slope of bucket maxima, believed by a rank test. */
export function trendOf(window: Window, rules: TrendRules): Trend {
  const span = spanMs(window)
  const maxima = bucketMaxima(window, rules.buckets)
  if (span < rules.minimumSpanMs || maxima.length < rules.buckets / 2) {
    return { kind: 'too-short', spanMs: span, neededMs: rules.minimumSpanMs }
  }
  const [first] = maxima
  const last = maxima.at(-1)
  if (first === undefined || last === undefined) return { kind: 'steady' }
  const change = Math.abs(last.value - first.value)
  if (change < Math.max(rules.minimumRiseBytes, rules.minimumRiseRatio * first.value))
    return { kind: 'steady' }
  if (Math.abs(mannKendallZ(maxima)) < rules.minimumZ) return { kind: 'steady' }
  return slopeTrend(maxima)
}

/**
 * Theil–Sen: the median of the slopes of all pairs; the 20th and 80th percentiles are the honest range.
 * Sen (1968), Estimates of the regression coefficient based on Kendall's tau.
 * The newer half must go the same way: a single step up, or growth that has ended, goes nowhere.
 */
function slopeTrend(points: readonly WindowPoint[]): Trend {
  const slopes = slopesOf(points)
  const middle = quantile(slopes, 0.5)
  const lately = quantile(slopesOf(points.slice(points.length / 2)), 0.5)
  if (middle === 0 || Math.sign(lately) !== Math.sign(middle)) return { kind: 'steady' }
  return {
    kind: middle > 0 ? 'growing' : 'shrinking',
    bytesPerSecond: middle,
    lowBytesPerSecond: quantile(slopes, 0.2),
    highBytesPerSecond: quantile(slopes, 0.8),
  }
}

/** In bytes per second, of all pairs, smallest first. */
function slopesOf(points: readonly WindowPoint[]): readonly number[] {
  const slope = (a: WindowPoint, b: WindowPoint): number => ((b.value - a.value) / (b.atMs - a.atMs)) * 1000
  return [...ofPairs(points, slope)].sort((a, b) => a - b)
}

/** Mann (1945), Kendall (1975): S over its standard deviation under no trend, ties left uncorrected (conservative). */
function mannKendallZ(points: readonly WindowPoint[]): number {
  const n = points.length
  const s = ofPairs(points, (a, b) => Math.sign(b.value - a.value)).reduce((total, sign) => total + sign, 0)
  const deviation = Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18)
  return deviation === 0 ? 0 : (s - Math.sign(s)) / deviation
}

/** Something of every pair of points, the earlier one first. */
function ofPairs(
  points: readonly WindowPoint[],
  compare: (a: WindowPoint, b: WindowPoint) => number,
): readonly number[] {
  const results: number[] = []
  for (const [at, b] of points.entries()) {
    for (const a of points.slice(0, at)) results.push(compare(a, b))
  }
  return results
}

function quantile(sorted: readonly number[], share: number): number {
  const at = Math.min(sorted.length - 1, Math.floor(sorted.length * share))
  return sorted[at] ?? 0
}
