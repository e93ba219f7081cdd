import { minutes, seconds } from '../core/units.ts'

/** Every number that decides when something is said. One table, passed to the fold. */
export interface Rules {
  /** A hole in time of more than this many intervals ends all windows (DESIGN §3). */
  readonly gapIntervals: number
  readonly trend: TrendRules
  readonly risk: RiskRules
}

/** Slow trend: robust slope of bucket maxima (Theil–Sen) that a rank test (Mann–Kendall) believes. */
export interface TrendRules {
  readonly windowMs: number
  readonly minimumSpanMs: number
  readonly buckets: number
  /** Standard normal quantile of the rank test; 2.5 is one false trend in 160 on noise. */
  readonly minimumZ: number
  /** A rise smaller than both is rounding and breathing, not growth. */
  readonly minimumRiseBytes: number
  readonly minimumRiseRatio: number
}

export interface RiskRules {
  readonly watchEtaMs: number
  readonly warnEtaMs: number
  readonly criticalEtaMs: number
  /** A forecast further away than this many times the window seen is not a forecast. */
  readonly horizonWindows: number
  /** How long a condition must hold before it is said, and be gone before it is taken back. */
  readonly confirmMs: number
  readonly clearMs: number
}

// starting point and measurements: docs/adr/0005-trend-and-risk.md
export const RULES: Rules = {
  gapIntervals: 3,
  trend: {
    windowMs: minutes(10),
    minimumSpanMs: minutes(1),
    buckets: 20,
    minimumZ: 2.5,
    minimumRiseBytes: 64 * 1024 ** 2,
    minimumRiseRatio: 0.01,
  },
  risk: {
    watchEtaMs: minutes(60),
    warnEtaMs: minutes(15),
    criticalEtaMs: minutes(5),
    horizonWindows: 3,
    confirmMs: seconds(6),
    clearMs: minutes(3),
  },
}
