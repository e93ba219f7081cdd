import type { Reading } from '../core/reading.ts'
import type { Trend } from '../model/trend.ts'
import type { TrendRules } from './rules.ts'
import { fastPace, mediumPace, slowTrend, windowOf, type Pace, type SlowTrend, type Unit } from './trend.ts'
import {
  EMPTY_WINDOW,
  extend,
  pointsOf,
  since,
  type Points,
  type Window,
  type WindowPoint,
} from './window.ts'

/** The recent past of everything that is watched, by key. */
export type WindowBook = ReadonlyMap<string, Watched>

/** One value of something that is watched. */
export interface Observation {
  readonly key: string
  readonly unit: Unit
  readonly value: Reading<number>
  /** When it was measured; a value that was not renewed has its old time, and adds no point. */
  readonly atMs: number
  /** What must stay the same for the past to say anything of the future; another one begins the window anew. */
  readonly circumstances: string
  /** Whose heights are remembered; absent where nobody asks for them. */
  readonly owner?: string
}

export interface Watched {
  readonly circumstances: string
  readonly unit: Unit
  /** Cell maxima, twice as far back as the slow rule looks first. */
  readonly window: Window
  /** Every point of the last minute or two. */
  readonly recent: Points
  readonly slow: SlowTrend
  readonly medium: Pace | undefined
  /** When the two were worked out. */
  readonly judgedAtMs: number
}

/** The book with one point more for everything observed; what is no longer observed is forgotten. */
export function followWindows(
  book: WindowBook,
  observations: readonly Observation[],
  intervalMs: number,
  rules: TrendRules,
): WindowBook {
  return new Map(
    observations.map((observation) => [
      observation.key,
      follow(book.get(observation.key), observation, intervalMs, rules),
    ]),
  )
}

/** Growth by one of the rules, the slow one first. A shorter rule is asked where the slow one sees nothing, or is overtaken. */
export function paceOf(watched: Watched | undefined): Pace | undefined {
  if (watched === undefined) return undefined
  const slow =
    watched.slow.kind === 'moving' && watched.slow.pace.perSecond > 0 ? watched.slow.pace : undefined
  const { medium } = watched
  if (medium === undefined || medium.perSecond <= 0) return slow
  return slow === undefined || medium.perSecond > OVERTAKEN * slow.highPerSecond ? medium : slow
}

// growth this much faster than the slow rule's worst case is another growth
const OVERTAKEN = 2

/** The ramp of the last seconds. */
export function rampOf(watched: Watched | undefined, rules: TrendRules): Pace | undefined {
  return watched === undefined ? undefined : fastPace(watched.recent, rules)
}

/** As frames say it, in bytes: `scale` is what one unit of the window is in bytes. */
export function asTrend(watched: Watched | undefined, rules: TrendRules, scale = 1): Trend {
  if (watched === undefined) return { kind: 'too-short', spanMs: 0, neededMs: rules.minimumSpanMs }
  const { slow, medium } = watched
  const pace = slow.kind === 'moving' ? slow.pace : slow.kind === 'too-short' ? medium : undefined
  if (pace === undefined) return slow.kind === 'too-short' ? slow : { kind: 'steady' }
  return {
    kind: pace.perSecond > 0 ? 'growing' : 'shrinking',
    bytesPerSecond: pace.perSecond * scale,
    lowBytesPerSecond: pace.lowPerSecond * scale,
    highBytesPerSecond: pace.highPerSecond * scale,
  }
}

function follow(
  found: Watched | undefined,
  observation: Observation,
  intervalMs: number,
  rules: TrendRules,
): Watched {
  const { circumstances, unit, value, atMs } = observation
  const before =
    found?.circumstances === circumstances ? found : unwatched(circumstances, unit, intervalMs, rules)
  const newestMs = before.window.open?.atMs ?? -Infinity
  if (value.kind === 'missing' || atMs <= newestMs) return before
  return withPoint(before, { atMs, value: value.value }, intervalMs, rules)
}

// Written out instead of spread, because it runs hundreds of times a tick (ADR 9).
function withPoint(before: Watched, point: WindowPoint, intervalMs: number, rules: TrendRules): Watched {
  const { circumstances, unit } = before
  const window = extend(before.window, point, 2 * windowOf(intervalMs, rules))
  const recent = [...since(before.recent, point.atMs - rules.medium.upToMs), point]
  const isDue = point.atMs - before.judgedAtMs >= rules.renewMs
  // how much is still needed changes with every point
  const isSlowDue = isDue || before.slow.kind === 'too-short'
  return {
    circumstances,
    unit,
    window,
    recent,
    slow: isSlowDue ? slowTrend(pointsOf(window), unit, intervalMs, rules) : before.slow,
    medium: isDue ? mediumPace(recent, unit, rules) : before.medium,
    judgedAtMs: isDue ? point.atMs : before.judgedAtMs,
  }
}

function unwatched(circumstances: string, unit: Unit, intervalMs: number, rules: TrendRules): Watched {
  const slow = slowTrend([], unit, intervalMs, rules)
  return {
    circumstances,
    unit,
    window: EMPTY_WINDOW,
    recent: [],
    slow,
    medium: undefined,
    judgedAtMs: -Infinity,
  }
}
