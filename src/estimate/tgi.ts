import { both, known, map, missing, sum, type Reading } from '../core/reading.ts'
import { cudaContextBytes } from './cuda-context.ts'
import type { EstimateInput } from './estimate-types.ts'
import type { PreparedEngine } from './plan.ts'
import { dtypeBytes, ranksOf, worldOf, type Rank } from './ranks.ts'
import { servedActivations } from './served-activations.ts'
import { tokenPoolPlan, type PoolRank } from './token-pool.ts'
import { availableBytes } from './topology.ts'

/** TGI_WIGGLE_ROOM: what it does not take of what is free after its warm-up. */
const WIGGLE_ROOM = 0.9

/** TGI: 90 % of what is free after a warm-up with the largest prefill; windows are not kept apart. */
export function prepareTgi(input: EstimateInput): PreparedEngine {
  return tokenPoolPlan(
    input,
    ranksOf(input).map((rank) => poolRank(input, rank)),
    {
      stateShare: 0,
      windowRatio: 1,
      maxTokens: input.settings.maxTotalTokens,
      assumptions: ['90 % of what is free after the warm-up, as TGI takes it'],
    },
  )
}

function poolRank({ settings, architecture }: EstimateInput, rank: Rank): PoolRank {
  const { gpu } = rank
  const activationsBytes = servedActivations(architecture, {
    tokens: settings.maxNumBatchedTokens ?? 4096,
    sequences: 1,
    samplerBytes: 8,
    tensorParallel: worldOf(settings).tensor,
    dtypeBytes: dtypeBytes(settings),
  })
  const context = cudaContextBytes(gpu, 'torch')
  const usable: Reading<number> =
    gpu === undefined
      ? missing('not-reported', 'the GPU is not known')
      : map(availableBytes(gpu), (available) => available * (settings.cudaMemoryFraction ?? 1) - context)
  const spent = sum([rank.weightsBytes, activationsBytes])
  return {
    rank,
    parts: {
      weightsBytes: rank.weightsBytes,
      activationsBytes,
      overheadBytes: known(context, 'derived'),
    },
    poolBytes: both(usable, spent, (free, bytes) => (free - bytes) * WIGGLE_ROOM),
  }
}
