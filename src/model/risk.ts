/** What can be foreseen; the fatal classes first, as they are listed to people. */
export const RISK_CLASSES = [
  'cuda-oom',
  'host-oom',
  'unified-oom',
  'kv-saturation',
  'context-limit',
  'will-not-fit',
  'over-ceiling',
  'spill',
] as const
export type RiskClass = (typeof RISK_CLASSES)[number]

/** In rising order. Only the fatal classes (and a start that will fail) go beyond `warn`. */
export const RISK_LEVELS = ['watch', 'warn', 'critical'] as const
export type RiskLevel = (typeof RISK_LEVELS)[number]

/** One warning: what will happen, to whom, when, why we think so, and what to change. */
export interface Risk {
  /** Stable over time: class and cause, `cuda-oom:GPU-…` or `kv-saturation:vllm:4200`. */
  readonly id: string
  readonly class: RiskClass
  readonly level: RiskLevel
  /** The hottest GPU, where the risk is about GPUs. */
  readonly gpu: string | undefined
  readonly gpus: readonly string[]
  readonly workload: string | undefined
  readonly mig: string | undefined
  /** Seconds until it happens if it goes on so; undefined when no time can be given. */
  readonly eta: EtaRange | undefined
  readonly sinceElapsedMs: number
  readonly summary: string
  readonly evidence: readonly string[]
  readonly advice: readonly Advice[]
}

export interface EtaRange {
  readonly seconds: number
  readonly lowSeconds: number
  /** undefined: no upper end is known ("at least"). */
  readonly highSeconds: number | undefined
}

export interface Advice {
  readonly action: string
  /** The user's own command with only the changed flag; undefined where there is none to give. */
  readonly command: string | undefined
  readonly freesBytes: number | undefined
  readonly addsTokens: number | undefined
  readonly restart: boolean
  /** The published price in quality, if any. */
  readonly quality: string | undefined
}

/** True when `level` is at least `floor`. */
export function reaches(level: RiskLevel, floor: RiskLevel): boolean {
  return RISK_LEVELS.indexOf(level) >= RISK_LEVELS.indexOf(floor)
}
