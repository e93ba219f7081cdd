import { gibibytes, mebibytes, minutes, seconds } from '../core/units.ts'

/** Every number that decides when something is said. One table, passed to the fold; docs/risk.md gives each its reason. */
export interface Rules {
  /** A hole in time of more than this many intervals ends all windows (DESIGN §3). */
  readonly gapIntervals: number
  /** A sample that is at most so much older than the newest one came out of order; an older one is another run. */
  readonly reorderMs: number
  readonly trend: TrendRules
  readonly gate: GateRules
  readonly risk: RiskRules
  readonly pool: PoolRules
  readonly host: HostRules
  readonly death: DeathRules
}

/** How a quantity's recent past is judged. Slow, medium and fast look at ever shorter stretches of it. */
export interface TrendRules {
  /** The slow rule looks at this much; where it sees nothing, at twice as much. */
  readonly windowMs: number
  readonly minimumSpanMs: number
  readonly buckets: number
  /** Fewer maxima than this say nothing, whatever the time between them. */
  readonly minimumPoints: number
  /** Standard normal quantile of the rank test; 2.5 is one false trend in 160 on noise. */
  readonly minimumZ: number
  /** A rise smaller than both is rounding and breathing, not growth. */
  readonly minimumRiseBytes: number
  readonly minimumRiseRatio: number
  /** The same for a share of a pool, 0–1. */
  readonly minimumRiseShare: number
  readonly minimumRiseTokens: number
  /** The newest quarter must go on at this part of the pace. */
  readonly goesOnRatio: number
  /** Growth that fills less of its window than this is a ramp at its end, and timed by itself. */
  readonly rampRatio: number
  /** What has fallen by this part of its height has come back from it. */
  readonly returnRatio: number
  /** A breath may go this far beyond the highest before. */
  readonly breathRatio: number
  /** A slow trend is worked out again after this much time of the samples, not at each tick. */
  readonly renewMs: number
  readonly medium: { readonly fromMs: number; readonly upToMs: number; readonly buckets: number }
  readonly fast: { readonly fromMs: number; readonly points: number; readonly etaMs: number }
}

/** When growth is expected: a model that loads, a cache that fills up to what was predicted. */
export interface GateRules {
  /** A load may go this far over its prediction, as a share of it, before its growth is news. */
  readonly loadingDoubtRatio: number
  /** A prediction without the file itself is taken to be this far off at least, before a start is called hopeless. */
  readonly formulaDoubtRatio: number
  /** With less of its weights there than this it still loads, however long it pauses. */
  readonly loadedRatio: number
  /** Flat for this long means loaded. */
  readonly settledMs: number
  /** A process of which nothing is known is loading for this long. */
  readonly graceMs: number
  /** Loading ends after this long whatever else is seen. */
  readonly longestLoadMs: number
  /** Spread of flat memory. */
  readonly flatBytes: number
  /** What is there so soon after watching began was there before; later it is seen to come. */
  readonly beginningMs: number
  /** A loader that adapts itself is judged after this long: its sibling may be leaving. */
  readonly siblingMs: number
  /** A start that has no room for what others hold is called hopeless after this long: they may be leaving. */
  readonly leavingMs: number
  /** How far past the prediction, in bytes, before it counts as wrong. */
  readonly excessBytes: number
  /** Allocated but unused memory of torch beyond this share of the ceiling looks like fragmentation. */
  readonly fragmentationRatio: number
  /** One card of an engine that holds this much more than the mean of its cards is its hot rank. */
  readonly hotRankRatio: number
}

export interface RiskRules {
  readonly watchEtaMs: number
  readonly warnEtaMs: number
  readonly criticalEtaMs: number
  /** A forecast further away than this many times the window seen is not a forecast. */
  readonly horizonWindows: number
  /** Growth of which nobody knows the end is a load until it has lasted so long. */
  readonly believedMs: number
  /** And yet it is warned of when the end is this near. */
  readonly urgentEtaMs: number
  /** The same for what fills within seconds. */
  readonly rampConfirmMs: number
  /** Of what nobody listed owns, so much must be of the used memory before its growth is said. */
  readonly hiddenRatio: number
  /** How long a condition must hold before it is said, and be gone before it is taken back. */
  readonly confirmMs: number
  readonly clearMs: number
  /** A risk that still stands keeps its level for this long after it was reached last. */
  readonly lowerMs: number
  /** Advice is worked out again after this much time. */
  readonly adviseAgainMs: number
  /** Immediate: less room than this, or this share of the card, while someone still grows. */
  readonly nearlyFullBytes: number
  readonly nearlyFullRatio: number
  readonly stillGrowing: {
    readonly withinMs: number
    readonly bytes: number
    readonly steps: number
    readonly lastMs: number
  }
  /** A trainer that has stood this near to its cap for this long frees and tries again by itself. */
  readonly atCapRatio: number
  readonly atCapMs: number
}

/** Pools of KV cache and the slots in them. */
export interface PoolRules {
  /** Preemptions a second over `harmMs` that are harm, not hiccups. */
  readonly preemptionsPerSecond: number
  readonly harmMs: number
  readonly watchEtaMs: number
  /** A forecast of filling is not made below this share: it is half empty. */
  readonly watchFromRatio: number
  /** From here on, growth of less than `risk.believedMs` is believed too. */
  readonly nearlyFullRatio: number
  /** And so is growth that has lasted this many times as long as it still needs. */
  readonly lastedRatio: number
  readonly fullRatio: number
  /** A request without a limit of its own is not spoken of before it has so much of its context: most end long before. */
  readonly contextFromRatio: number
  /** The pace of a generation is known after this much of it. */
  readonly contextPaceMs: number
  readonly contextWarnEtaMs: number
  readonly contextWatchEtaMs: number
  /** Part of the weights on the CPU that is worth a word; a layer of embeddings stays there by design. */
  readonly spillWatchRatio: number
  /** And that is worth a warning. */
  readonly spillWarnRatio: number
}

export interface HostRules {
  readonly watchRatio: number
  readonly watchBytes: number
  readonly warnRatio: number
  readonly warnBytes: number
  readonly unifiedWarnBytes: number
  readonly pressurePercent: number
}

export interface DeathRules {
  readonly keepMs: number
  /** A kernel counter that rises within this time of a death tells its cause. */
  readonly counterMs: number
  /** What was only watched of a card explains a death that came so soon after. */
  readonly nearMs: number
  /** Free memory, as a share of the card, below which a death looks like out of memory. */
  readonly scarceRatio: number
  readonly most: number
}

// starting point and measurements: docs/risk.md
export const RULES: Rules = {
  gapIntervals: 3,
  reorderMs: minutes(1),
  trend: {
    windowMs: minutes(10),
    minimumSpanMs: minutes(2),
    buckets: 20,
    minimumPoints: 8,
    minimumZ: 2.5,
    minimumRiseBytes: mebibytes(64),
    minimumRiseRatio: 0.005,
    minimumRiseShare: 0.03,
    minimumRiseTokens: 64,
    goesOnRatio: 0.3,
    rampRatio: 0.75,
    returnRatio: 0.25,
    breathRatio: 0.05,
    renewMs: seconds(5),
    medium: { fromMs: seconds(20), upToMs: seconds(60), buckets: 12 },
    fast: { fromMs: seconds(10), points: 5, etaMs: seconds(20) },
  },
  gate: {
    loadingDoubtRatio: 0.15,
    formulaDoubtRatio: 0.1,
    loadedRatio: 0.85,
    settledMs: seconds(20),
    graceMs: minutes(2),
    longestLoadMs: minutes(30),
    flatBytes: mebibytes(64),
    beginningMs: seconds(10),
    siblingMs: seconds(30),
    leavingMs: seconds(10),
    excessBytes: mebibytes(256),
    fragmentationRatio: 0.15,
    hotRankRatio: 0.1,
  },
  risk: {
    watchEtaMs: minutes(60),
    warnEtaMs: minutes(15),
    criticalEtaMs: minutes(5),
    horizonWindows: 3,
    believedMs: minutes(4),
    urgentEtaMs: minutes(1),
    rampConfirmMs: seconds(2),
    hiddenRatio: 0.5,
    confirmMs: seconds(6),
    clearMs: minutes(3),
    lowerMs: minutes(15),
    adviseAgainMs: seconds(5),
    nearlyFullBytes: mebibytes(256),
    nearlyFullRatio: 0.01,
    stillGrowing: { withinMs: minutes(2), bytes: mebibytes(16), steps: 3, lastMs: seconds(30) },
    atCapRatio: 0.02,
    atCapMs: minutes(2),
  },
  pool: {
    preemptionsPerSecond: 0.05,
    harmMs: minutes(1),
    watchEtaMs: minutes(15),
    watchFromRatio: 0.5,
    nearlyFullRatio: 0.85,
    lastedRatio: 2,
    fullRatio: 0.97,
    contextFromRatio: 0.3,
    contextPaceMs: seconds(6),
    contextWarnEtaMs: minutes(1),
    contextWatchEtaMs: minutes(15),
    spillWatchRatio: 0.02,
    spillWarnRatio: 0.1,
  },
  host: {
    watchRatio: 0.1,
    watchBytes: gibibytes(16),
    warnRatio: 0.05,
    warnBytes: gibibytes(4),
    unifiedWarnBytes: gibibytes(4),
    pressurePercent: 10,
  },
  death: { keepMs: minutes(30), counterMs: seconds(15), nearMs: minutes(1), scarceRatio: 0.03, most: 20 },
}
