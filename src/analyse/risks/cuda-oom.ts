import { valueOr } from '../../core/reading.ts'
import { fatalLevel, forecastOf, isBrief, rampForecast, type Forecast } from '../forecast.ts'
import { gpuKey } from '../observations.ts'
import type { PoolOutlook } from '../outlook.ts'
import type { Condition } from '../risk-book.ts'
import { isWarnedOf, shareWatchedAt, watchedAt, type Situation } from '../situation.ts'
import { stillGrows } from '../still-grows.ts'
import { cudaOomOf, fillingCondition } from './cuda-wording.ts'
import type { Filling } from './filling.ts'
import { chosen, growersOn, isEngine, type Grower } from './growers.ts'
import { hotFirst } from './hot-first.ts'

/**
 * A card that fills. Growth up to what was predicted is expected and says nothing; what has no prediction, or is past
 * it, is judged by its trend against what is left of the card.
 */
export function cudaOom(situation: Situation): readonly Condition[] {
  const found = situation.outlooks.flatMap((outlook) => fillingOf(outlook, situation) ?? [])
  return hotFirst(found).map((same) => fillingCondition(same, situation))
}

function fillingOf(outlook: PoolOutlook, situation: Situation): Filling | undefined {
  const { pool } = outlook
  const { risk } = situation.rules
  if (pool.freeBytes.kind === 'missing') return undefined
  const headroomBytes = pool.freeBytes.value
  const growers = growersOn(outlook, situation)
  const cause = chosen(growers, pool.gpu.uuid, situation)
  if (cause === undefined) return hiddenGrowth(outlook, headroomBytes, situation)
  const forecast = forecastFor(outlook, cause, headroomBytes, situation)
  if (forecast !== undefined) {
    const mayEnd = mayEndByItself(cause, forecast, outlook, situation)
    return {
      outlook,
      cause: cause.share,
      forecast,
      headroomBytes,
      bytesPerSecond: forecast.pace.perSecond,
      level: mayEnd ? 'watch' : fatalLevel(forecast.eta, risk),
      mayEnd,
    }
  }
  return nearlyFull(outlook, cause, headroomBytes, situation)
}

function forecastFor(
  { pool }: PoolOutlook,
  { judged, share }: Grower,
  headroomBytes: number,
  situation: Situation,
): Forecast | undefined {
  const { rules } = situation
  const card = watchedAt(situation, gpuKey(pool.key))
  if (judged === 'ramps') return rampForecast(card, headroomBytes, rules)
  // the card's own past is shorter where a neighbour has come or gone
  return (
    forecastOf(card, headroomBytes, rules) ??
    forecastOf(shareWatchedAt(situation, share.workload.id, pool.key), headroomBytes, rules)
  )
}

/**
 * Of what nobody knows the end: a minute of growth may be a load, torch frees its cache at the cap by itself, and a
 * desktop breathes.
 */
function mayEndByItself(
  { share }: Grower,
  forecast: Forecast,
  { shares }: PoolOutlook,
  situation: Situation,
): boolean {
  if (share.holder.isGraphics) return true
  if (share.gateBytes !== undefined) return false
  const isTorchAlone =
    share.workload.engine === 'pytorch' && !shares.some((other) => other !== share && isEngine(other))
  const isKnown = isWarnedOf(situation, cudaOomOf(share.workload))
  return isTorchAlone || (isBrief(forecast, situation.rules.risk) && !isKnown)
}

/** Hardly anything is left, and someone still takes more. */
function nearlyFull(
  outlook: PoolOutlook,
  { share, bytesPerSecond }: Grower,
  headroomBytes: number,
  situation: Situation,
): Filling | undefined {
  const { rules, nowMs } = situation
  const { risk } = rules
  const capBytes = valueOr(outlook.pool.capBytes, 0)
  if (headroomBytes >= Math.max(risk.nearlyFullBytes, risk.nearlyFullRatio * capBytes)) return undefined
  const isPoolWithinPlan =
    share.gateBytes !== undefined &&
    share.usedBytes <= share.gateBytes &&
    valueOr(share.workload.kv.growth, undefined) === 'preallocated'
  const watched = shareWatchedAt(situation, share.workload.id, outlook.pool.key)
  const creep = stillGrows(watched, nowMs, risk)
  if (creep === undefined || isPoolWithinPlan || share.holder.isGraphics) return undefined
  const etaMs = (headroomBytes / creep) * 1000
  const isTorch = share.workload.engine === 'pytorch'
  const level = etaMs < risk.warnEtaMs && !isTorch ? 'warn' : 'watch'
  return {
    outlook,
    cause: share,
    forecast: undefined,
    headroomBytes,
    bytesPerSecond,
    level,
    mayEnd: isTorch,
  }
}

/** Memory that grows and that no listed process holds: nobody can be named, and only the slow rule is believed. */
function hiddenGrowth(
  outlook: PoolOutlook,
  headroomBytes: number,
  situation: Situation,
): Filling | undefined {
  const { pool, shares } = outlook
  if (pool.limit !== undefined) return undefined
  const held = shares.reduce((total, { usedBytes }) => total + usedBytes, 0)
  const unowned = valueOr(pool.usedBytes, 0) - held
  if (
    pool.holders.kind === 'known' &&
    unowned < situation.rules.risk.hiddenRatio * valueOr(pool.usedBytes, 0)
  )
    return undefined
  const forecast = forecastOf(watchedAt(situation, gpuKey(pool.key)), headroomBytes, situation.rules)
  if (forecast === undefined || isBrief(forecast, situation.rules.risk)) return undefined
  const spills = valueOr(pool.gpu.driverModel, '') === 'WDDM'
  const level = spills ? 'watch' : fatalLevel(forecast.eta, situation.rules.risk)
  return {
    outlook,
    cause: undefined,
    forecast,
    headroomBytes,
    bytesPerSecond: forecast.pace.perSecond,
    level,
    mayEnd: spills,
  }
}
