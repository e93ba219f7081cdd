import { formatBytes, formatCount, formatDuration } from '../../core/format.ts'
import { valueOr } from '../../core/reading.ts'
import type { RiskLevel } from '../../model/risk.ts'
import { fatalLevel, forecastOf, rampForecast, type Forecast } from '../forecast.ts'
import type { JudgedWorkload } from '../judged.ts'
import { gpuKey, workloadKey } from '../observations.ts'
import type { PoolOutlook, PoolShare } from '../outlook.ts'
import type { Condition } from '../risk-book.ts'
import { identityOf, watchedAt, type Situation } from '../situation.ts'
import { stillGrows } from '../still-grows.ts'
import { failureOf, formatEta, formatPace, nameOf } from '../wording.ts'
import { paceOf, rampOf } from '../windows.ts'
import type { RiskRules } from '../rules.ts'
import type { Pace } from '../trend.ts'
import { cudaFindings } from './cuda-findings.ts'
import { hotFirst } from './hot-first.ts'

/**
 * A card that fills. Growth up to what was predicted is expected and says nothing; what has no prediction, or is past
 * it, is judged by its trend against what is left of the card.
 */
export function cudaOom(situation: Situation): readonly Condition[] {
  const found = situation.outlooks.flatMap((outlook) => fillingOf(outlook, situation) ?? [])
  return hotFirst(found).map((same) => worded(same, situation))
}

/** One pool that fills, by whom, and when it is full. */
export interface Filling {
  readonly outlook: PoolOutlook
  readonly cause: PoolShare | undefined
  readonly forecast: Forecast | undefined
  readonly headroomBytes: number
  readonly bytesPerSecond: number
  readonly level: RiskLevel
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
    const level = lowered(fatalLevel(forecast.eta, risk), cause, forecast, outlook, risk)
    return {
      outlook,
      cause: cause.share,
      forecast,
      headroomBytes,
      bytesPerSecond: forecast.pace.perSecond,
      level,
    }
  }
  return nearlyFull(outlook, cause, headroomBytes, situation)
}

interface Grower {
  readonly share: PoolShare
  readonly bytesPerSecond: number
  /** `ramps`: only what fills within seconds is news of it. */
  readonly judged: 'fully' | 'ramps'
}

function growersOn(outlook: PoolOutlook, situation: Situation): readonly Grower[] {
  const { rules } = situation
  return outlook.shares
    .flatMap((share): readonly Grower[] => {
      const judged = judgedHow(share, outlook, situation)
      if (judged === undefined) return []
      const watched = watchedAt(situation, workloadKey(share.workload.id))
      const pace = paceOf(watched, rules.trend) ?? rampOf(watched, rules.trend)
      const creep = stillGrows(watched, situation.nowMs, rules.risk)
      const bytesPerSecond = Math.max(pace?.perSecond ?? 0, creep ?? 0)
      return bytesPerSecond > 0 ? [{ share, bytesPerSecond, judged }] : []
    })
    .sort((a, b) => b.bytesPerSecond - a.bytesPerSecond)
}

/** Undefined where its growth is expected or its own business. */
function judgedHow(
  { life, usedBytes, gateBytes, workload }: PoolShare,
  { pool, predicted, shares }: PoolOutlook,
  { standings }: Situation,
): Grower['judged'] | undefined {
  if (life === undefined || life.phase === 'asleep') return undefined
  if (gateBytes === undefined) {
    const isAtItsCap = workload.engine === 'pytorch' && standings.atCap.get(pool.key)?.proven === true
    const isAlone = shares.every((other) => other.workload.id === workload.id || !isEngine(other))
    return life.phase === 'loading' || (isAtItsCap && isAlone) ? undefined : 'fully'
  }
  if (usedBytes > gateBytes) return 'fully'
  if (life.phase === 'loading' || predicted === undefined) return undefined
  const capBytes = valueOr(pool.capBytes, Infinity)
  return predicted.highBytes > capBytes ? 'ramps' : undefined
}

function isEngine({ workload }: PoolShare): boolean {
  return workload.engine !== 'unknown' && workload.engine !== 'pytorch'
}

/** The one that was named before, while it grows; else the fastest. */
function chosen(growers: readonly Grower[], uuid: string, { book }: Situation): Grower | undefined {
  const named = new Set(
    [...book.values()]
      .filter(({ condition }) => condition.class === 'cuda-oom' && condition.gpus.includes(uuid))
      .map(({ condition }) => condition.workload),
  )
  return growers.find(({ share }) => named.has(share.workload.id)) ?? growers[0]
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
    forecastOf(watchedAt(situation, workloadKey(share.workload.id)), headroomBytes, rules)
  )
}

/**
 * Of what nobody knows the end: a minute of growth may be a load, torch frees its cache at the cap by itself, and a
 * desktop breathes.
 */
function lowered(
  level: RiskLevel,
  { share }: Grower,
  { pace }: Forecast,
  { shares }: PoolOutlook,
  rules: RiskRules,
): RiskLevel {
  if (share.holder.isGraphics) return 'watch'
  if (share.gateBytes !== undefined) return level
  const isTorchAlone =
    share.workload.engine === 'pytorch' && !shares.some((other) => other !== share && isEngine(other))
  return isTorchAlone || isBrief(pace, rules) ? 'watch' : level
}

/** Too short to tell growth from a load; what fills within seconds is told all the same. */
function isBrief({ rule, movingMs }: Pace, { believedMs }: RiskRules): boolean {
  return rule !== 'fast' && movingMs < believedMs
}

/** Hardly anything is left, and someone still takes more. */
function nearlyFull(
  outlook: PoolOutlook,
  { share, bytesPerSecond }: Grower,
  headroomBytes: number,
  { rules, windows, nowMs }: Situation,
): Filling | undefined {
  const { risk } = rules
  const capBytes = valueOr(outlook.pool.capBytes, 0)
  if (headroomBytes >= Math.max(risk.nearlyFullBytes, risk.nearlyFullRatio * capBytes)) return undefined
  const isPoolWithinPlan =
    share.gateBytes !== undefined &&
    share.usedBytes <= share.gateBytes &&
    valueOr(share.workload.kv.growth, undefined) === 'preallocated'
  const creep = stillGrows(windows.get(workloadKey(share.workload.id)), nowMs, risk)
  if (creep === undefined || isPoolWithinPlan || share.holder.isGraphics) return undefined
  const etaMs = (headroomBytes / creep) * 1000
  const isTorch = share.workload.engine === 'pytorch'
  const level = etaMs < risk.warnEtaMs && !isTorch ? 'warn' : 'watch'
  return { outlook, cause: share, forecast: undefined, headroomBytes, bytesPerSecond, level }
}

/** Memory that grows and that no listed process holds: nobody can be named, and only the slow rule is believed. */
function hiddenGrowth(
  outlook: PoolOutlook,
  headroomBytes: number,
  situation: Situation,
): Filling | undefined {
  const { pool, shares } = outlook
  const held = shares.reduce((total, { usedBytes }) => total + usedBytes, 0)
  const unowned = valueOr(pool.usedBytes, 0) - held
  if (pool.holders.kind === 'known' && unowned < HIDDEN_RATIO * valueOr(pool.usedBytes, 0)) return undefined
  const forecast = forecastOf(watchedAt(situation, gpuKey(pool.key)), headroomBytes, situation.rules)
  if (forecast === undefined || isBrief(forecast.pace, situation.rules.risk)) return undefined
  const level = fatalLevel(forecast.eta, situation.rules.risk)
  return {
    outlook,
    cause: undefined,
    forecast,
    headroomBytes,
    bytesPerSecond: forecast.pace.perSecond,
    level,
  }
}

// less than half of it unowned: what is listed would show the growth
const HIDDEN_RATIO = 0.5

function worded(fillings: readonly [Filling, ...Filling[]], situation: Situation): Condition {
  const [hottest] = fillings
  const { cause, forecast, headroomBytes, level, outlook } = hottest
  const { pool } = outlook
  const workload = cause?.workload
  const gpus = [...new Set(fillings.map((filling) => filling.outlook.pool.gpu))]
  const victims = victimsOf(hottest)
  const findings = cudaFindings(hottest, situation.rules.gate)
  return {
    id: `cuda-oom:${workload?.id ?? pool.key}`,
    identity: workload === undefined ? '' : identityOf(situation, workload),
    confirmMs: forecast?.pace.rule === 'fast' ? RAMP_CONFIRM_MS : situation.rules.risk.confirmMs,
    class: 'cuda-oom',
    level,
    gpu: pool.gpu.uuid,
    gpus: gpus.map(({ uuid }) => uuid),
    workload: workload?.id,
    mig: pool.gpuInstanceId === undefined ? undefined : pool.gpuInstanceId.toString(),
    eta: forecast?.eta,
    summary: `${headline(hottest, gpus.length)}: ${whoGrows(hottest)}, ${formatBytes(headroomBytes)} left; ${consequence(workload, victims)}`,
    paused: `${pool.name} was filling: ${workload === undefined ? 'it' : nameOf(workload)} has stopped growing, ${formatBytes(headroomBytes)} left`,
    evidence: [...evidenceOf(hottest, situation), ...findings.lines],
    victims: victims.map(({ id }) => id),
    numbers: {
      headroomBytes,
      bytesPerSecond: hottest.bytesPerSecond,
      ...(forecast === undefined ? {} : { etaSeconds: forecast.eta.seconds }),
    },
    findings: findings.found,
  }
}

const RAMP_CONFIRM_MS = 2000

function headline({ outlook, forecast, cause }: Filling, cards: number): string {
  const more = cards > 1 ? ` and ${cards - 1} more` : ''
  const where = `${outlook.pool.name}${more}`
  if (cause?.holder.isGraphics === true) return `${where} fills up`
  const verb = cards > 1 ? 'run' : 'runs'
  return forecast === undefined
    ? `${where} ${cards > 1 ? 'are' : 'is'} nearly full`
    : `${where} ${verb} out of memory in ${formatEta(forecast.eta)}`
}

function whoGrows({ cause, bytesPerSecond }: Filling): string {
  const pace = formatPace(bytesPerSecond)
  if (cause === undefined) return `its memory grows ${pace}, and no process shows it`
  const desktop = cause.holder.isGraphics ? 'the desktop, ' : ''
  return `${desktop}${nameOf(cause.workload)} grows ${pace}`
}

/** Engines beside the one that grows: whoever asks next, fails. */
function victimsOf({ outlook, cause }: Filling): readonly JudgedWorkload[] {
  return outlook.shares.filter((share) => share !== cause && isEngine(share)).map(({ workload }) => workload)
}

function consequence(workload: JudgedWorkload | undefined, victims: readonly JudgedWorkload[]): string {
  const [victim] = victims
  if (victim !== undefined)
    return `whoever asks for more then fails, and ${nameOf(victim)} is on the same card`
  return workload === undefined ? 'the next allocation then fails' : failureOf(workload.engine)
}

function evidenceOf(
  { outlook, cause, forecast, headroomBytes }: Filling,
  situation: Situation,
): readonly string[] {
  const { pool } = outlook
  const lines: string[] = []
  if (forecast !== undefined) {
    const { pace } = forecast
    lines.push(
      `${pool.name} has grown ${formatPace(pace.perSecond)} over the last ${formatDuration(pace.spanMs)}`,
    )
  }
  const tokens = cause?.workload.headroom.tokens
  const inTokens = tokens?.kind === 'known' ? `: about ${formatCount(tokens.value)} more tokens` : ''
  lines.push(
    `${formatBytes(headroomBytes)} of ${formatBytes(valueOr(pool.capBytes, 0))} are free of what the driver does not reserve${inTokens}`,
  )
  if (cause !== undefined) lines.push(whyNews(cause, outlook, situation))
  return lines
}

/** Why its growth is not taken for granted. */
function whyNews(
  { workload, usedBytes, gateBytes, ceiling }: PoolShare,
  { predicted }: PoolOutlook,
  { rules }: Situation,
): string {
  if (gateBytes === undefined || ceiling === undefined) {
    const why = workload.ceiling.kind === 'missing' ? workload.ceiling.detail : undefined
    return why ?? 'no ceiling is known for it'
  }
  if (usedBytes > gateBytes)
    return `it holds ${formatBytes(usedBytes)}, ${formatBytes(usedBytes - ceiling.bytes)} more than the ${formatBytes(ceiling.bytes)} predicted for ${nameOf(workload)}: the forecast goes by its growth alone`
  return `predicted for all on this card: ${formatBytes(predicted?.bytes ?? 0)}, and up to ${formatBytes(predicted?.highBytes ?? 0)}; within ${formatDuration(rules.trend.fast.etaMs)} of full it counts`
}
