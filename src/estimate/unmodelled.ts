import { missing, type Missing } from '../core/reading.ts'
import type { Plan } from './plan.ts'

/**
 * Families whose cache has a form of its own that is not computed here: compressed caches (DeepSeek V4), a second cache for
 * sparse attention (MiniMax M3). A formula for ordinary attention would be wrong by factors.
 */
export function unmodelled(family: string): Missing | undefined {
  return /^(deepseek_?v?4|minimax[-_]m3)/.test(family)
    ? missing(
        'not-supported',
        `the cache of ${family} models is not computed; the engine's own log tells its size`,
      )
    : undefined
}

/** The plan with everything missing that depends on the cache. */
export function withoutCache(plan: Plan, reason: Missing): Plan {
  return {
    ...plan,
    perGpu: plan.perGpu.map((parts) => ({
      ...parts,
      kvBytes: reason,
      stateBytes: reason,
      activationsBytes: reason,
    })),
    host: { ...plan.host, kvBytes: reason },
    kv: {
      bytes: reason,
      bytesPerToken: reason,
      marginalBytesPerToken: reason,
      cells: reason,
      capacityTokens: reason,
    },
    fits: { verdict: 'unsure', reason: reason.detail ?? reason.reason },
  }
}
