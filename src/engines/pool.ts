import { known, missing, sum, type Missing, type Reading } from '../core/reading.ts'
import type { KvCache } from '../model/workload.ts'
import type { TokenCount } from './engine.ts'

/** One of the caches of an engine: of a data-parallel replica, or the only one. */
export interface Pool {
  readonly label: string
  readonly usedRatio: number | undefined
  readonly capacityTokens: number | undefined
  readonly usedTokens?: number | undefined
}

/** The KV cache of a preallocating engine from what its replicas say; bytes come later, where a token's bytes are known. */
export function pooled(pools: readonly Pool[]): KvCache {
  const capacityTokens = sum(pools.map(({ capacityTokens }) => orMissing(capacityTokens)))
  const usedTokens = sum(pools.map((pool) => orMissing(usedTokensOf(pool))))
  return {
    ...preallocated(missing('not-reported')),
    capacityTokens,
    usedTokens,
    usedRatio: usedRatio(pools, capacityTokens),
    perEngine: pools.flatMap(({ label, usedRatio }) =>
      usedRatio === undefined ? [] : [{ label, usedRatio }],
    ),
  }
}

/** A preallocated cache of which nothing more is known. */
export function preallocated(no: Missing): KvCache {
  return {
    growth: known('preallocated', 'declared'),
    capacityBytes: no,
    usedBytes: no,
    capacityTokens: no,
    usedTokens: no,
    reusableTokens: no,
    usedRatio: no,
    bytesPerToken: no,
    perEngine: [],
    slots: [],
  }
}

/** The sum over replicas of a number that each of them must say. */
export function total(values: readonly (number | undefined)[]): Reading<number> {
  const [only] = values
  if (values.length === 1) return orMissing(only)
  return sum(values.map(orMissing))
}

export function orMissing(value: number | undefined): Reading<number> {
  return value === undefined ? missing('not-reported') : known(value)
}

/** Tokens so far, by replica. */
export function countedBy(
  atMs: number,
  replicas: readonly {
    readonly label: string
    readonly promptTokens: number | undefined
    readonly generatedTokens: number | undefined
  }[],
): Reading<TokenCount> {
  const by = (
    read: (replica: (typeof replicas)[number]) => number | undefined,
  ): ReadonlyMap<string, number> =>
    new Map(
      replicas.flatMap((replica) => {
        const value = read(replica)
        return value === undefined ? [] : [[replica.label, value] as const]
      }),
    )
  return known({
    atMs,
    prompt: by(({ promptTokens }) => promptTokens),
    generated: by(({ generatedTokens }) => generatedTokens),
  })
}

function usedTokensOf({ usedTokens, usedRatio, capacityTokens }: Pool): number | undefined {
  if (usedTokens !== undefined) return usedTokens
  return usedRatio === undefined || capacityTokens === undefined
    ? undefined
    : Math.round(usedRatio * capacityTokens)
}

/** Weighed by capacity; replicas whose capacity is not known are alike. */
function usedRatio(pools: readonly Pool[], capacityTokens: Reading<number>): Reading<number> {
  const [only] = pools
  if (only === undefined) return missing('not-reported')
  if (pools.length === 1) return orMissing(only.usedRatio)
  const whole = capacityTokens.kind === 'known' ? capacityTokens.value : pools.length
  const weights = pools.map((pool) => (capacityTokens.kind === 'known' ? (pool.capacityTokens ?? 0) : 1))
  const ratios = pools.map((pool) => orMissing(pool.usedRatio))
  const weighed = sum(
    ratios.map((ratio, at) =>
      ratio.kind === 'known' ? known(ratio.value * (weights[at] ?? 0), 'derived') : ratio,
    ),
  )
  return weighed.kind === 'known' ? known(weighed.value / whole, 'derived') : weighed
}
