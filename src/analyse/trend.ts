import type { TrendRules } from './rules.ts'
import { leastSquares, mannKendallZ, quantile, slopesOf } from './slopes.ts'
import { bucketMaxima, since, spanMs, type Points } from './window.ts'

/** Growth or decline of a quantity, in its own unit per second; negative when it falls. Low and high are the honest range. */
export interface Pace {
  readonly rule: 'slow' | 'medium' | 'fast'
  readonly perSecond: number
  readonly lowPerSecond: number
  readonly highPerSecond: number
  /** How much of the past says so. */
  readonly spanMs: number
  /** For how much of that it has been moving: a ramp at the end of a flat hour is as old as the ramp. */
  readonly movingMs: number
  /** The same without the rest at its end: a load that is over does not grow older. */
  readonly grewMs: number
}

/** What the slow rule makes of a window. */
export type SlowTrend =
  | { readonly kind: 'too-short'; readonly spanMs: number; readonly neededMs: number }
  | { readonly kind: 'steady' }
  | { readonly kind: 'moving'; readonly pace: Pace }

/** Of what a window holds: it decides how large a rise must be to count. */
export type Unit = 'bytes' | 'share' | 'tokens'

/**
 * Where a quantity is going: robust slope of bucket maxima, believed by a rank test. Looks at the rules' window, and at
 * twice as much where that is steady.
 * @param intervalMs between samples; at long intervals it is points that are needed, not only time
 */
export function slowTrend(points: Points, unit: Unit, intervalMs: number, rules: TrendRules): SlowTrend {
  const span = spanMs(points)
  const neededMs = Math.max(rules.minimumSpanMs, (rules.minimumPoints - 1) * intervalMs)
  if (span < neededMs || points.length < rules.minimumPoints)
    return { kind: 'too-short', spanMs: span, neededMs: Math.max(neededMs, span + intervalMs) }
  const lately = since(points, newestMs(points) - windowOf(intervalMs, rules))
  const pace =
    slowPace(lately, unit, rules) ?? (lately === points ? undefined : slowPace(points, unit, rules))
  return pace === undefined ? { kind: 'steady' } : { kind: 'moving', pace }
}

/** How far back the slow rule looks first: the rules' window, or as long as enough samples take. */
export function windowOf(intervalMs: number, rules: TrendRules): number {
  return Math.max(rules.windowMs, rules.buckets * intervalMs)
}

/** Growth of the last minute, from a third of it on; undefined where there is none, or too few samples to say. */
export function mediumPace(recent: Points, unit: Unit, rules: TrendRules): Pace | undefined {
  const { fromMs, upToMs, buckets } = rules.medium
  const points = since(recent, newestMs(recent) - upToMs)
  if (spanMs(points) < fromMs || isFlat(points, unit, rules)) return undefined
  const maxima = bucketMaxima(points, buckets)
  if (maxima.length < rules.minimumPoints / 2 || !hasRisen(maxima, unit, rules)) return undefined
  return robustPace(maxima, 'medium', spanMs(points), rules)
}

/**
 * Growth of the last seconds, by least squares; undefined where there is none, or too few samples to say. For what is
 * over in less than half a minute: a rank test would come too late.
 */
export function fastPace(recent: Points, rules: TrendRules): Pace | undefined {
  const { fromMs, points: needed } = rules.fast
  const newest = recent.at(-1)
  if (newest === undefined) return undefined
  const points = tailOf(recent, fromMs, needed)
  const span = spanMs(points)
  const [first] = points
  const before = points[Math.floor(points.length / 2)]
  if (first === undefined || before === undefined || points.length < needed || span < fromMs) return undefined
  // still rising: what has stopped in between is no ramp any more
  if (newest.value <= before.value || before.value <= first.value) return undefined
  const perSecond = leastSquares(points)
  return perSecond <= 0
    ? undefined
    : {
        rule: 'fast',
        perSecond,
        lowPerSecond: perSecond / 2,
        highPerSecond: perSecond * 1.5,
        spanMs: span,
        movingMs: span,
        grewMs: span,
      }
}

/** The newest points that are at least so many and span at least so long; fewer where there are not as many. */
function tailOf(points: Points, spannedMs: number, count: number): Points {
  const newest = newestMs(points)
  const from = points.findLastIndex(({ atMs }) => newest - atMs >= spannedMs)
  return points.slice(Math.max(0, Math.min(from, points.length - count)))
}

function newestMs(points: Points): number {
  return points.at(-1)?.atMs ?? 0
}

function slowPace(points: Points, unit: Unit, rules: TrendRules): Pace | undefined {
  if (isStill(points, unit, rules)) return undefined
  const pace = paceIn(points, unit, rules)
  if (pace === undefined || pace.movingMs >= rules.rampRatio * pace.spanMs) return pace
  // a ramp at the end of a flat hour is as steep as the ramp, not as the hour
  const ramp = since(points, newestMs(points) - pace.movingMs)
  const own = spanMs(ramp) < rules.medium.upToMs ? undefined : paceIn(ramp, unit, rules)
  if (own === undefined || Math.sign(own.perSecond) !== Math.sign(pace.perSecond)) return pace
  return { ...own, movingMs: pace.movingMs, grewMs: pace.grewMs }
}

function paceIn(points: Points, unit: Unit, rules: TrendRules): Pace | undefined {
  const maxima = bucketMaxima(points, rules.buckets)
  if (maxima.length < rules.minimumPoints || !hasRisen(maxima, unit, rules)) return undefined
  return robustPace(maxima, 'slow', spanMs(points), rules)
}

/** At a glance: nine in ten of all that is watched. */
function isFlat(points: Points, unit: Unit, rules: TrendRules): boolean {
  const [first] = points
  const last = points.at(-1)
  if (first === undefined || last === undefined) return true
  return Math.abs(last.value - first.value) < leastRise(unit, Math.min(first.value, last.value), rules) / 2
}

/** Nothing of it is as far from the rest as a rise would be. */
function isStill(points: Points, unit: Unit, rules: TrendRules): boolean {
  let least = Infinity
  let most = -Infinity
  for (const { value } of points) {
    least = Math.min(least, value)
    most = Math.max(most, value)
  }
  return most - least < leastRise(unit, least, rules)
}

/** A cheap look before the expensive one: most of what is watched is flat. */
function hasRisen(maxima: Points, unit: Unit, rules: TrendRules): boolean {
  const [first] = maxima
  const last = maxima.at(-1)
  if (first === undefined || last === undefined) return false
  return Math.abs(last.value - first.value) >= leastRise(unit, Math.min(first.value, last.value), rules)
}

function leastRise(unit: Unit, least: number, rules: TrendRules): number {
  switch (unit) {
    case 'bytes':
      return Math.max(rules.minimumRiseBytes, rules.minimumRiseRatio * least)
    case 'share':
      return rules.minimumRiseShare
    case 'tokens':
      return rules.minimumRiseTokens
  }
}

/**
 * Theil–Sen: the median of the slopes of all pairs; the 20th and 80th percentiles are the honest range.
 * Sen (1968), Estimates of the regression coefficient based on Kendall's tau. Believed where the rank test is sure, and
 * the newer half goes the same way: a single step up, or growth that has ended, goes nowhere.
 */
function robustPace(points: Points, rule: Pace['rule'], span: number, rules: TrendRules): Pace | undefined {
  if (Math.abs(mannKendallZ(points)) < rules.minimumZ) return undefined
  const slopes = slopesOf(points)
  const newer = slopesOf(points.slice(Math.floor(points.length / 2)))
  const middle = quantile(slopes, 0.5)
  const lately = quantile(newer, 0.5)
  if (middle === 0 || Math.sign(lately) !== Math.sign(middle)) return undefined
  if (rule === 'slow' && !goesOn(points, middle, rules)) return undefined
  // the slower of both: growth that gathers pace is for the shorter rules, growth that loses it may end
  const ends = [quantile(slopes, 0.2), quantile(slopes, 0.8), quantile(newer, 0.2), quantile(newer, 0.8)]
  return {
    rule,
    perSecond: Math.abs(lately) < Math.abs(middle) ? lately : middle,
    lowPerSecond: Math.min(...ends),
    highPerSecond: Math.max(...ends),
    spanMs: span,
    movingMs: movingFor(points),
    grewMs: movingFor(points) - restingFor(points),
  }
}

/** Since it was last within a tenth of its way from where it began. */
function movingFor(points: Points): number {
  const [first] = points
  const last = points.at(-1)
  if (first === undefined || last === undefined) return 0
  const way = last.value - first.value
  const start = points.findLast(({ value }) => (value - first.value) / way <= BEGINNING_RATIO)
  return last.atMs - (start ?? first).atMs
}

const BEGINNING_RATIO = 0.1

/** Since it was first within a twentieth of its way from where it is. */
function restingFor(points: Points): number {
  const [first] = points
  const last = points.at(-1)
  if (first === undefined || last === undefined) return 0
  const way = last.value - first.value
  const end = points.find(({ value }) => (last.value - value) / way <= END_RATIO)
  return last.atMs - (end ?? last).atMs
}

const END_RATIO = 0.05

/** In the newest quarter too, at a notable part of the pace: a load or a step some minutes ago is over. */
function goesOn(points: Points, perSecond: number, { goesOnRatio }: TrendRules): boolean {
  const from = points[Math.floor(points.length * 0.75) - 1]
  const last = points.at(-1)
  if (from === undefined || last === undefined) return false
  const expected = (perSecond * (last.atMs - from.atMs)) / 1000
  return (last.value - from.value) / expected >= goesOnRatio
}
