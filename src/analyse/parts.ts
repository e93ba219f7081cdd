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
  const explained = Object.values(parts).reduce((bytes, part) => bytes + valueOr(part, 0), 0)
  return { ...parts, unexplainedBytes: map(usedBytes, (used) => used - explained) }
}
