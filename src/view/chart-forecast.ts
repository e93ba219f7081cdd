import type { Frame } from '../model/frame.ts'
import type { Risk } from '../model/risk.ts'
import type { Forecast, SubjectCurve } from './chart-subject.ts'

/** The line to where and when a warning says that a curve ends. */
export function forecastOf(
  risk: Risk | undefined,
  value: number | undefined,
  frame: Frame,
): Forecast | undefined {
  if (risk?.eta === undefined || value === undefined) return undefined
  const { seconds, lowSeconds, highSeconds } = risk.eta
  const at = (offset: number) => frame.elapsedMs + 1000 * offset
  return {
    value,
    atMs: at(seconds),
    earliestMs: at(lowSeconds),
    latestMs: highSeconds === undefined ? undefined : at(highSeconds),
  }
}

/** The newest value of a curve with its words. */
export function latestOf(
  value: number | undefined,
  format: (value: number) => string,
): SubjectCurve['latest'] {
  return value === undefined ? undefined : { value, text: format(value) }
}
