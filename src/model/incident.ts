import type { Risk } from './risk.ts'
import type { EngineId } from './workload.ts'

/** What became of a risk at one frame: said for the first time or at a higher level, taken back, or come true. */
export interface RiskEvent {
  readonly kind: 'raised' | 'cleared' | 'came-true'
  readonly risk: Risk
}

/**
 * A workload that ended without leaving by itself (a sleep, a keep-alive unload and a swap of models are none), with what
 * most likely killed it.
 */
export interface Death {
  /** Its id while it lived. */
  readonly workload: string
  readonly engine: EngineId
  readonly atElapsedMs: number
  readonly cause: 'cuda-oom' | 'host-oom' | 'unified-oom' | 'unknown'
  /** One sentence: who, when, of what. */
  readonly summary: string
  /** Last forecast, free memory, kernel counter: each with its numbers. */
  readonly evidence: readonly string[]
}
