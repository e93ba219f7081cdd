import type { Risk } from '../model/risk.ts'
import { RISK_LEVELS } from '../model/risk.ts'

/** Orders risks of any hosts, the worst first. */
export function byUrgency(a: Risk, b: Risk): number {
  return (
    RISK_LEVELS.indexOf(b.level) - RISK_LEVELS.indexOf(a.level) ||
    (a.eta?.seconds ?? Number.MAX_SAFE_INTEGER) - (b.eta?.seconds ?? Number.MAX_SAFE_INTEGER)
  )
}
