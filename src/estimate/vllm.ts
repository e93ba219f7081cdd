import { formatCount, formatGib } from '../core/format.ts'
import { both, known, map, missing, sum, type Reading } from '../core/reading.ts'
import { gibibytes } from '../core/units.ts'
import type { EstimateInput, Fit, Term } from './estimate-types.ts'
import type { Plan, PreparedEngine } from './plan.ts'
import { within } from './range.ts'
import { dtypeBytes, kvTypeOf, ranksOf, worldOf, type Rank } from './ranks.ts'
import { uncountedDraft } from './uncounted-draft.ts'
import { availableBytes, type GpuCapacity } from './topology.ts'
import { batchOf, rankBudget, type RankBudget } from './vllm-budget.ts'
import {
  blocksOf,
  longestRequest,
  replicaBytesPerToken,
  tokensOfBlocks,
  type Replica,
} from './vllm-capacity.ts'
import { vllmPool, type PoolSettings, type VllmPool } from './vllm-kv.ts'
import { vllmRules } from './vllm-version.ts'

/** vLLM: a budget per GPU, and a pool of blocks of what the budget leaves; the rank with the fewest blocks decides. */
export function prepareVllm(input: EstimateInput): PreparedEngine {
  const world = worldOf(input.settings)
  const ranks = ranksOf(input)
  const budgets = ranks.map((rank) => rankBudget(input, rank))
  const replica = replicaOf(input, ranks.slice(0, world.tensor * world.pipeline))
  const { gpuBlocks } = input.settings
  const fewest = gpuBlocks === undefined ? poolBlocks(budgets, replica) : known(gpuBlocks, 'declared')
  const blocks = both(replica, fewest, (_, count) => count)
  const capacityTokens = both(replica, blocks, (one, count) => tokensOfBlocks(one, count) * world.data)
  const kvBytes = budgets.map((_, rank) =>
    both(replica, blocks, ({ pools }, count) => count * (pools[rank % pools.length]?.blockBytes ?? 0)),
  )
  const perToken = map(replica, replicaBytesPerToken)
  const plan: Plan = {
    kvGrowth: 'preallocated',
    perGpu: budgets.map(({ parts }, rank) => ({
      ...parts,
      kvBytes: kvBytes[rank] ?? known(0, 'derived'),
      stateBytes: known(0, 'derived'),
    })),
    host: hostOf(input, ranks),
    kv: {
      bytes: sum(kvBytes),
      bytesPerToken: map(perToken, ({ full }) => full),
      marginalBytesPerToken: map(perToken, ({ marginal }) => marginal),
      cells: capacityTokens,
      capacityTokens,
    },
    // what one part takes is not left for the pool: only the pool's end and what is outside the budget can be off
    errors: {
      weights: within(0),
      kv: within(0.03),
      activations: within(0),
      overhead: within(0.3, 200),
    },
    fits: fitOf(ranks, budgets, replica, blocks),
    assumptions: assumptionsOf(input),
  }
  const longest = input.architecture.contextLength ?? input.settings.contextTokens ?? 1_048_576
  return {
    plan,
    longest: {
      kind: 'from-pool',
      contextTokens: both(replica, blocks, (one, count) => longestRequest(one, count, longest)),
    },
  }
}

function replicaOf(input: EstimateInput, ranks: readonly Rank[]): Reading<Replica> {
  const { settings, architecture } = input
  const pooling: PoolSettings = {
    kvType: kvTypeOf(settings),
    dtypeBytes: dtypeBytes(settings),
    tensorParallel: worldOf(settings).tensor,
    blockTokens: settings.blockTokens ?? 16,
    hybridManager: settings.hybridKvManager ?? true,
    prefixCaching: settings.prefixCaching ?? true,
    inFlightTokens: batchOf(settings, ranks[0]?.gpu).tokens,
  }
  const pools = ranks.map((rank) => vllmPool(architecture, rank.layers, pooling))
  const found = pools.filter((pool): pool is VllmPool => pool !== undefined)
  if (found.length < pools.length) {
    return missing('not-supported', `the size of a KV cache of type '${pooling.kvType}' is unknown`)
  }
  return known(
    {
      pools: found,
      pooling,
      contextParallel: Math.max(settings.decodeContextParallel ?? 1, 1),
      maxModelTokens: settings.contextTokens ?? architecture.contextLength,
      tokensByConcurrency: vllmRules(settings.version).tokensByConcurrency,
    },
    'derived',
  )
}

/** Whole blocks on the rank that has the fewest; none where the budget leaves nothing. */
function poolBlocks(budgets: readonly RankBudget[], replica: Reading<Replica>): Reading<number> {
  return budgets.reduce<Reading<number>>(
    (least, { poolBytes }, rank) =>
      both(
        least,
        both(replica, poolBytes, (one, bytes) => wholeBlocks(one, rank, bytes)),
        (a, b) => Math.min(a, b),
      ),
    known(Number.POSITIVE_INFINITY, 'derived'),
  )
}

function wholeBlocks({ pools }: Replica, rank: number, bytes: number): number {
  const blockBytes = pools[rank % pools.length]?.blockBytes ?? 0
  return blockBytes === 0 ? Number.POSITIVE_INFINITY : Math.max(Math.floor(bytes / blockBytes), 0)
}

/** It starts when the budget is free on every GPU, and serves when the pool holds one request of the longest kind. */
function fitOf(
  ranks: readonly Rank[],
  budgets: readonly RankBudget[],
  replica: Reading<Replica>,
  blocks: Reading<number>,
): Fit {
  const starts = ranks.map(({ gpu }, index) => startFit(gpu, budgets[index]?.budgetBytes, index))
  const refused = starts.find((fit) => fit?.verdict === 'no') ?? starts.find((fit) => fit !== undefined)
  if (refused !== undefined) return refused
  const fit = both(replica, blocks, poolFit)
  return fit.kind === 'known' ? fit.value : { verdict: 'unsure', reason: fit.detail ?? fit.reason }
}

/** Undefined when the budget is free. */
function startFit(
  gpu: GpuCapacity | undefined,
  budget: Reading<number> | undefined,
  index: number,
): Fit | undefined {
  if (gpu === undefined || budget === undefined) return { verdict: 'unsure', reason: 'the GPU is not known' }
  const room = both(budget, availableBytes(gpu), (needed, available) => ({ needed, available }))
  if (room.kind === 'missing') return { verdict: 'unsure', reason: room.detail ?? room.reason }
  const { needed, available } = room.value
  if (needed <= available) return undefined
  const sizes = `the budget of ${formatGib(needed)} GiB is more than the ${formatGib(available)} GiB that are free`
  return { verdict: 'no', reason: `GPU ${index}: ${sizes}` }
}

function poolFit(replica: Replica, blocks: number): Fit {
  const { maxModelTokens } = replica
  if (maxModelTokens === undefined) {
    return { verdict: 'unsure', reason: 'neither the settings nor the model state a context length' }
  }
  const share = blocks / blocksOf(replica, maxModelTokens)
  const reason = `the pool holds ${share.toFixed(2)} requests of ${formatCount(maxModelTokens)} tokens`
  // the activations are known to about 30 %: near one request nobody can say before the start
  if (share >= 1.1) return { verdict: 'yes', reason }
  return { verdict: share < 0.9 ? 'no' : 'unsure', reason }
}

function hostOf({ settings, architecture }: EstimateInput, ranks: readonly Rank[]): Plan['host'] {
  const offloaded = (settings.cpuOffloadBytes ?? 0) * ranks.length
  const weights = sum(ranks.map(({ weightsBytes }) => weightsBytes))
  const workings: Term[] = []
  const cache =
    settings.multimodalCacheBytes ?? (architecture.encoderParameters === undefined ? 0 : gibibytes(4))
  if (cache > 0) workings.push({ term: 'multimodal cache, at most', bytes: cache })
  return {
    weightsBytes:
      settings.sleepLevel === 1 ? map(weights, (bytes) => bytes + offloaded) : known(offloaded, 'derived'),
    kvBytes: known(settings.kvOffloadBytes ?? 0, 'declared'),
    workings,
  }
}

function assumptionsOf({ settings }: EstimateInput): readonly string[] {
  const found: string[] = []
  if (settings.version === undefined)
    found.push('the rules of a current vLLM, because its version is not known')
  if (settings.gpuMemoryUtilization === undefined && settings.kvCacheBytes === undefined) {
    found.push(`--gpu-memory-utilization ${vllmRules(settings.version).utilization}, the default`)
  }
  found.push(...uncountedDraft(settings))
  if (settings.eager !== true) found.push('600 MiB of CUDA graphs; logs show 40 to 2,500')
  return found
}
