import type { Slices } from '../model/workload.ts'

/** The parts of a workload's memory, in the order of the sum, and how the estimator calls them. */
export const PARTS: readonly (readonly [key: keyof Slices, name: string, term: RegExp])[] = [
  ['weightsBytes', 'weights', /weights/],
  ['kvBytes', 'KV cache', /^KV/],
  ['stateBytes', 'recurrent state', /state/],
  ['activationsBytes', 'activations', /activations|compute/],
  ['overheadBytes', 'context, graphs', /context|overhead|graphs|NCCL/],
]
