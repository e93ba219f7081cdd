import { sum } from '../core/reading.ts'
import { workingsOf } from './estimate.ts'
import type { Estimate } from './estimate-types.ts'

/**
 * The estimate of some of the ranks of an instance: those that run on one node. What is said of the cache stays that of
 * the whole instance, because its requests share all of it.
 */
export function ofRanks(estimate: Estimate, first: number, count: number): Estimate {
  const perGpu = estimate.perGpu.slice(first, first + count)
  return {
    ...estimate,
    perGpu,
    neededBytes: sum(perGpu.map(({ neededBytes }) => neededBytes)),
    lowBytes: sum(perGpu.map(({ lowBytes }) => lowBytes)),
    highBytes: sum(perGpu.map(({ highBytes }) => highBytes)),
    workings: workingsOf(perGpu),
  }
}
