import type { EtaRange, RiskLevel } from '../model/risk.ts'
import type { RiskRules, Rules } from './rules.ts'
import type { Pace } from './trend.ts'
import { paceOf, rampOf, type Watched } from './windows.ts'

/** When something is full, if it goes on as it does. */
export interface Forecast {
  readonly pace: Pace
  readonly eta: EtaRange
}

/** Undefined where nothing grows, or so slowly that what was seen is too little to say when. */
export function forecastOf(
  watched: Watched | undefined,
  headroom: number,
  { trend, risk }: Pick<Rules, 'trend' | 'risk'>,
): Forecast | undefined {
  const ramp = rampForecast(watched, headroom, { trend, risk })
  if (ramp !== undefined) return ramp
  const pace = paceOf(watched)
  if (pace === undefined) return undefined
  const eta = etaOf(headroom, pace)
  return eta.seconds * 1000 > Math.min(risk.watchEtaMs, risk.horizonWindows * pace.spanMs)
    ? undefined
    : { pace, eta: withinSight(eta, pace, risk) }
}

/** Full within seconds. */
export function rampForecast(
  watched: Watched | undefined,
  headroom: number,
  { trend }: Pick<Rules, 'trend' | 'risk'>,
): Forecast | undefined {
  const ramp = rampOf(watched, trend)
  if (ramp === undefined || (headroom / ramp.perSecond) * 1000 >= trend.fast.etaMs) return undefined
  return { pace: ramp, eta: etaOf(headroom, ramp) }
}

/** Too short to tell growth from a load; what is full within a minute is told all the same. */
export function isBrief({ pace, eta }: Forecast, { believedMs, urgentEtaMs }: RiskRules): boolean {
  if (pace.rule === 'fast' || eta.seconds * 1000 < urgentEtaMs) return false
  return pace.grewMs < believedMs
}

/** What the growth that is seen has taken of this pool, of growth that does not end by itself. */
export function takenAgain(
  pool: string,
  forecast: Forecast | undefined,
  mayEnd: boolean,
): { readonly pool: string; readonly bytes: number } | undefined {
  if (forecast === undefined || mayEnd) return undefined
  const { perSecond, movingMs } = forecast.pace
  return { pool, bytes: (perSecond * movingMs) / 1000 }
}

/** For advice: absent where no time can be given. */
export function etaNumber(forecast: Forecast | undefined): { readonly etaSeconds?: number } {
  return forecast === undefined ? {} : { etaSeconds: forecast.eta.seconds }
}

/** Of the classes that end in a dead process. */
export function fatalLevel(eta: EtaRange, rules: RiskRules): RiskLevel {
  if (eta.lowSeconds * 1000 < rules.criticalEtaMs && eta.seconds * 1000 < rules.warnEtaMs) return 'critical'
  return eta.seconds * 1000 < rules.warnEtaMs ? 'warn' : 'watch'
}

function etaOf(headroom: number, { perSecond, lowPerSecond, highPerSecond }: Pace): EtaRange {
  return {
    seconds: headroom / perSecond,
    lowSeconds: headroom / Math.max(highPerSecond, perSecond),
    highSeconds: lowPerSecond > 0 ? headroom / Math.min(lowPerSecond, perSecond) : undefined,
  }
}

/** Beyond three windows nobody can see: "at least". */
function withinSight(eta: EtaRange, { spanMs }: Pace, rules: RiskRules): EtaRange {
  const isBeyond = eta.highSeconds !== undefined && eta.highSeconds * 1000 > rules.horizonWindows * spanMs
  return isBeyond ? { ...eta, highSeconds: undefined } : eta
}
