import { map, missing, sumOfKnown, valueOr, type Reading } from '../core/reading.ts'
import type { Slices } from '../model/workload.ts'

/** What can be told of the memory of a workload; the rest of what the driver reports is unexplained. */
export type Parts = Omit<Slices, 'unexplainedBytes'>

/** Nothing known, for one reason. */
export function noParts(no: Reading<number>): Parts {
  return { weightsBytes: no, kvBytes: no, stateBytes: no, activationsBytes: no, overheadBytes: no }
}

/** The sum of parts that are known; a part that none of them knows is missing. */
export function addParts(all: readonly Parts[]): Parts {
  const total = (key: keyof Parts): Reading<number> =>
    all.length === 0 ? missing('not-reported') : sumOfKnown(all.map((parts) => parts[key]))
  return {
    weightsBytes: total('weightsBytes'),
    kvBytes: total('kvBytes'),
    stateBytes: total('stateBytes'),
    activationsBytes: total('activationsBytes'),
    overheadBytes: total('overheadBytes'),
  }
}

/** What the known parts leave of it; negative where they are more than what the driver reports. */
export function withUnexplained(parts: Parts, usedBytes: Reading<number>): Slices {
  const { weightsBytes, kvBytes, stateBytes, activationsBytes, overheadBytes } = parts
  const explained =
    valueOr(weightsBytes, 0) +
    valueOr(kvBytes, 0) +
    valueOr(stateBytes, 0) +
    valueOr(activationsBytes, 0) +
    valueOr(overheadBytes, 0)
  const unexplainedBytes = map(usedBytes, (used) => used - explained)
  return { weightsBytes, kvBytes, stateBytes, activationsBytes, overheadBytes, unexplainedBytes }
}
