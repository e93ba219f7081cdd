import { blocksPerRequest, poolBytesPerToken, type PoolSettings, type VllmPool } from './vllm-kv.ts'

/** The pools of one replica: how a number of blocks turns into tokens. */
export interface Replica {
  /** One pool per rank of the replica; all have the same groups of blocks, save that stages have other layers. */
  readonly pools: readonly VllmPool[]
  readonly pooling: PoolSettings
  /** Ranks that share the tokens of one request (decode context parallel). */
  readonly contextParallel: number
  /** The longest request that the server takes. */
  readonly maxModelTokens: number | undefined
  readonly tokensByConcurrency: boolean
}

/** Tokens that so many blocks hold, as vLLM prints them. */
export function tokensOfBlocks(replica: Replica, blocks: number): number {
  const pool = replica.pools[0]
  if (pool === undefined || pool.groups.length === 0) return 0
  const plainTokens = smallestBlock(pool) * Math.floor(blocks / pool.groups.length) * replica.contextParallel
  const { maxModelTokens } = replica
  if (!replica.tokensByConcurrency || maxModelTokens === undefined) return plainTokens
  return Math.floor((blocks / blocksOf(replica, maxModelTokens)) * maxModelTokens)
}

/** Blocks that one request of that length takes. */
export function blocksOf({ pools, pooling, contextParallel }: Replica, tokens: number): number {
  const pool = pools[0]
  return pool === undefined ? 0 : blocksPerRequest(pool, Math.ceil(tokens / contextParallel), pooling)
}

/** The longest single request that so many blocks hold, at most `longest`. */
export function longestRequest(replica: Replica, blocks: number, longest: number): number {
  if (blocksOf(replica, longest) <= blocks) return longest
  let low = 0
  let high = longest
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (blocksOf(replica, middle) <= blocks) low = middle
    else high = middle
  }
  return low
}

/** Bytes per token over all ranks of the replica: of a full-length request, and of one token more at its end. */
export function replicaBytesPerToken(replica: Replica): { readonly full: number; readonly marginal: number } {
  const { pools, pooling, contextParallel, maxModelTokens } = replica
  const marginal = pools.reduce((sum, pool) => sum + poolBytesPerToken(pool), 0) / contextParallel
  const plain = pools.every((pool) => pool.groups.every((group) => group.kind === 'full'))
  if (plain || maxModelTokens === undefined) return { full: marginal, marginal }
  const request = pools.reduce(
    (sum, pool) => sum + pool.blockBytes * blocksPerRequest(pool, maxModelTokens, pooling),
    0,
  )
  return { full: request / maxModelTokens, marginal }
}

function smallestBlock(pool: VllmPool): number {
  return pool.groups.reduce((least, group) => Math.min(least, group.blockTokens), Number.POSITIVE_INFINITY)
}
