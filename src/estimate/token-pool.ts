import { formatCount, formatGib } from '../core/format.ts'
import { both, known, map, missing, sum, type Reading } from '../core/reading.ts'
import type { EstimateInput, Fit } from './estimate-types.ts'
import type { GpuParts, Plan, PreparedEngine } from './plan.ts'
import { within } from './range.ts'
import { kvTypeOf, worldOf, type Rank } from './ranks.ts'
import { availableBytes } from './topology.ts'
import { layerTokenBytes } from './vllm-kv.ts'

/** One rank of an engine that divides what is left of a card into tokens (SGLang, TGI). */
export interface PoolRank {
  readonly rank: Rank
  readonly parts: Omit<GpuParts, 'kvBytes' | 'stateBytes'>
  /** For KV and recurrent state together; negative where nothing is left. */
  readonly poolBytes: Reading<number>
}

export interface TokenPool {
  /** Share of the pool that recurrent state takes, 0–1. */
  readonly stateShare: number
  /** Window layers have this many tokens per token of the full layers. */
  readonly windowRatio: number
  /** Tokens that the settings allow at most. */
  readonly maxTokens: number | undefined
  readonly assumptions: readonly string[]
}

/** The rank that has room for the fewest tokens decides for all. */
export function tokenPoolPlan(
  input: EstimateInput,
  ranks: readonly PoolRank[],
  pool: TokenPool,
): PreparedEngine {
  const world = worldOf(input.settings)
  const cells = ranks.map(({ rank }) => cellOf(input, rank, pool.windowRatio))
  const tokens = ranks.reduce<Reading<number>>(
    (least, { poolBytes }, index) =>
      both(
        least,
        both(poolBytes, cells[index] ?? unknownGpu(), (bytes, cell) =>
          Math.max(Math.floor((bytes * (1 - pool.stateShare)) / cell.poolBytes), 0),
        ),
        Math.min,
      ),
    known(pool.maxTokens ?? Number.POSITIVE_INFINITY, 'derived'),
  )
  const kvBytes = cells.map((cell) => both(cell, tokens, ({ poolBytes }, count) => poolBytes * count))
  const replica = cells.slice(0, world.tensor * world.pipeline)
  const capacityTokens = map(tokens, (count) => count * world.data)
  const longest = input.settings.contextTokens ?? input.architecture.contextLength
  const plan: Plan = {
    kvGrowth: 'preallocated',
    perGpu: ranks.map(({ parts, poolBytes }, index) => ({
      ...parts,
      kvBytes: kvBytes[index] ?? unknownGpu(),
      stateBytes: map(poolBytes, (bytes) => Math.max(Math.round(bytes * pool.stateShare), 0)),
    })),
    host: {
      weightsBytes: known((input.settings.cpuOffloadBytes ?? 0) * ranks.length, 'derived'),
      kvBytes: hostPool(input.settings, kvBytes),
      workings: [],
    },
    kv: {
      bytes: sum(kvBytes),
      bytesPerToken: sum(replica.map((cell) => map(cell, ({ poolBytes }) => poolBytes))),
      marginalBytesPerToken: sum(replica.map((cell) => map(cell, ({ fullBytes }) => fullBytes))),
      cells: capacityTokens,
      capacityTokens,
    },
    errors: {
      weights: within(0),
      kv: within(0.04),
      activations: within(0.5, 256),
      overhead: within(0.4, 200),
    },
    fits: fitOf(ranks, tokens, longest),
    assumptions: pool.assumptions,
  }
  const trained = input.architecture.contextLength ?? Number.POSITIVE_INFINITY
  return {
    plan,
    longest: { kind: 'from-pool', contextTokens: map(tokens, (count) => Math.min(count, trained)) },
  }
}

/** Every rank has a pool of its own on the host, of a stated size or by the size of that on its GPU. */
function hostPool(
  { kvOffloadBytes = 0, kvOffloadRatio }: EstimateInput['settings'],
  kvBytes: readonly Reading<number>[],
): Reading<number> {
  return kvOffloadRatio === undefined
    ? known(kvOffloadBytes * kvBytes.length, 'derived')
    : map(sum(kvBytes), (bytes) => Math.round(bytes * kvOffloadRatio))
}

/** Bytes of one token on a rank: in the pool (windows by their ratio), and at the end of a long context. */
interface Cell {
  readonly poolBytes: number
  readonly fullBytes: number
}

function cellOf({ settings }: EstimateInput, rank: Rank, windowRatio: number): Reading<Cell> {
  const kvType = kvTypeOf(settings)
  const { tensor } = worldOf(settings)
  let poolBytes = 0
  let fullBytes = 0
  for (const layer of rank.layers) {
    const bytes = layerTokenBytes(layer, { kvType, tensorParallel: tensor })
    if (bytes === undefined) {
      return missing('not-supported', `the size of a KV cache of type '${kvType}' is unknown`)
    }
    poolBytes += bytes * (layer.windowTokens > 0 ? windowRatio : 1)
    fullBytes += layer.windowTokens > 0 && windowRatio < 1 ? 0 : bytes
  }
  return known({ poolBytes, fullBytes }, 'derived')
}

function fitOf(ranks: readonly PoolRank[], tokens: Reading<number>, longest: number | undefined): Fit {
  for (const [index, { rank, parts }] of ranks.entries()) {
    const needed = sum([parts.weightsBytes, parts.activationsBytes, parts.overheadBytes])
    const room = both(
      needed,
      rank.gpu === undefined ? unknownGpu() : availableBytes(rank.gpu),
      (bytes, available) => ({
        bytes,
        available,
      }),
    )
    if (room.kind === 'known' && room.value.bytes > room.value.available) {
      const { bytes, available } = room.value
      const sizes = `${formatGib(bytes)} GiB before any KV, ${formatGib(available)} GiB there`
      return { verdict: 'no', reason: `GPU ${index}: ${sizes}` }
    }
  }
  if (tokens.kind === 'missing') return { verdict: 'unsure', reason: tokens.detail ?? tokens.reason }
  if (longest === undefined) {
    return { verdict: 'unsure', reason: 'neither the settings nor the model state a context length' }
  }
  const reason = `the pool holds ${formatCount(tokens.value)} tokens, a request may have ${formatCount(longest)}`
  if (tokens.value >= 1.1 * longest) return { verdict: 'yes', reason }
  return { verdict: tokens.value < 0.9 * longest ? 'no' : 'unsure', reason }
}

function unknownGpu(): Reading<never> {
  return missing('not-reported', 'the GPU is not known')
}
