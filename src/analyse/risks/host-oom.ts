import { valueOr } from '../../core/reading.ts'
import { reaches, type RiskLevel } from '../../model/risk.ts'
import { fatalLevel, forecastOf, isBrief, type Forecast } from '../forecast.ts'
import { isNewHeight } from '../heights.ts'
import { residentKey, workloadKey } from '../observations.ts'
import type { Condition } from '../risk-book.ts'
import { isWarnedOf, watchedAt, type Situation } from '../situation.ts'
import { stillGrows } from '../still-grows.ts'
import { paceOf } from '../windows.ts'
import { expectedBytes, type RamGrower, type RamPool } from './ram-pools.ts'
import { placeOf, ramCondition } from './ram-wording.ts'

/**
 * Host memory that ends, in the whole machine, in a control group, or in the one pool of a machine whose GPU has none of
 * its own: the kernel then kills, and not always the one who asked.
 */
export function hostOom(situation: Situation): readonly Condition[] {
  return situation.ramPools.flatMap((pool) => {
    const raw = forecastIn(pool, situation)
    const floor = floorLevel(pool, situation)
    if (raw === undefined && floor === undefined) return []
    const grower = fastestIn(pool, situation)
    const forecast = expectedFits(pool, grower, situation) ? undefined : believed(raw, pool, situation)
    const mayEnd = forecast !== undefined && mayEndByItself(forecast, pool, situation)
    const level = worst(forecastLevel(forecast, mayEnd, situation), floor)
    return level === undefined ? [] : [ramCondition({ pool, grower, forecast, level, mayEnd }, situation)]
  })
}

function fastestIn({ workloads, kind }: RamPool, situation: Situation): RamGrower | undefined {
  const { rules, nowMs } = situation
  return workloads
    .flatMap((workload): readonly RamGrower[] => {
      // of one pool, what it holds as a GPU's memory is the host's too
      const keys = [residentKey(workload.id), ...(kind === 'unified' ? [workloadKey(workload.id)] : [])]
      const paces = keys.map((key) => {
        const watched = watchedAt(situation, key)
        return paceOf(watched)?.perSecond ?? stillGrows(watched, nowMs, rules.risk) ?? 0
      })
      const bytesPerSecond = Math.max(...paces)
      return bytesPerSecond <= 0 ? [] : [{ workload, bytesPerSecond }]
    })
    .toSorted((a, b) => b.bytesPerSecond - a.bytesPerSecond)[0]
}

/** A load, or a cache with a limit, that will end before the memory does. */
function expectedFits(pool: RamPool, grower: RamGrower | undefined, { rules }: Situation): boolean {
  const own = grower === undefined ? undefined : expectedBytes(grower.workload, pool, rules.gate)
  if (own === undefined || own === 0) return false
  const all = pool.workloads.reduce(
    (total, workload) => total + (expectedBytes(workload, pool, rules.gate) ?? 0),
    0,
  )
  return pool.headroomBytes - all > floorBytes(pool, rules.host.warnRatio, rules.host.warnBytes)
}

function forecastIn(pool: RamPool, situation: Situation): Forecast | undefined {
  return forecastOf(watchedAt(situation, pool.key), pool.headroomBytes, situation.rules)
}

/** While there is plenty, growth up to where memory has come back from before is a breath. */
function believed(forecast: Forecast | undefined, pool: RamPool, situation: Situation): Forecast | undefined {
  const { key, limitBytes, headroomBytes } = pool
  const isNew = isNewHeight(situation.heights.get(key), limitBytes - headroomBytes, situation.rules.trend)
  return isNew || !isPlenty(pool, situation) ? forecast : undefined
}

/** While there is plenty, a few minutes of growth may be a load or a build. */
function mayEndByItself(forecast: Forecast, pool: RamPool, situation: Situation): boolean {
  const isKnown = isWarnedOf(situation, placeOf(pool).id)
  return isPlenty(pool, situation) && isBrief(forecast, situation.rules.risk) && !isKnown
}

/** More is left than the floor of a watch. */
function isPlenty(pool: RamPool, { rules: { host } }: Situation): boolean {
  return pool.headroomBytes > floorBytes(pool, host.watchRatio, host.watchBytes)
}

function forecastLevel(
  forecast: Forecast | undefined,
  mayEnd: boolean,
  { rules }: Situation,
): RiskLevel | undefined {
  if (forecast === undefined) return undefined
  return mayEnd ? 'watch' : fatalLevel(forecast.eta, rules.risk)
}

/** Little is left, whatever the trend; and warned of where that goes on falling or tasks stand still for it. */
function floorLevel(pool: RamPool, situation: Situation): RiskLevel | undefined {
  const { rules, host, nowMs } = situation
  const { watchRatio, watchBytes, warnRatio, warnBytes, unifiedWarnBytes, pressurePercent } = rules.host
  if (pool.headroomBytes > floorBytes(pool, watchRatio, watchBytes)) return undefined
  const watched = watchedAt(situation, pool.key)
  const isFalling = (paceOf(watched)?.perSecond ?? stillGrows(watched, nowMs, rules.risk) ?? 0) > 0
  const isPressed = pool.kind !== 'cgroup' && valueOr(host.pressure.someAvg10Percent, 0) > pressurePercent
  const warnAt = pool.kind === 'unified' ? unifiedWarnBytes : floorBytes(pool, warnRatio, warnBytes)
  return (pool.headroomBytes <= warnAt && isFalling) || isPressed ? 'warn' : 'watch'
}

function floorBytes({ limitBytes }: RamPool, ratio: number, bytes: number): number {
  return Math.min(ratio * limitBytes, bytes)
}

function worst(a: RiskLevel | undefined, b: RiskLevel | undefined): RiskLevel | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return reaches(a, b) ? a : b
}
