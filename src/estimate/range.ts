import { mebibytes } from '../core/units.ts'
import { known, type Reading } from '../core/reading.ts'
import type { GpuParts, PartError, PartErrors } from './plan.ts'

/** Never wider than this: a wider range says nothing; the parts then say more than the total does. */
const WIDEST = 0.1

/**
 * The range of a sum. Errors of the parts are independent, so their squares add up.
 * Recurrent state is as exact as KV.
 */
export function rangeOf(
  parts: GpuParts,
  neededBytes: Reading<number>,
  errors: PartErrors,
): { readonly lowBytes: Reading<number>; readonly highBytes: Reading<number> } {
  if (neededBytes.kind === 'missing') return { lowBytes: neededBytes, highBytes: neededBytes }
  const needed = neededBytes.value
  const spread = (side: 'below' | 'above') => {
    const squares =
      square(parts.weightsBytes, errors.weights, side) +
      square(parts.kvBytes, errors.kv, side) +
      square(parts.activationsBytes, errors.activations, side) +
      square(parts.overheadBytes, errors.overhead, side)
    return Math.min(Math.sqrt(squares), WIDEST * needed)
  }
  return {
    lowBytes: known(Math.round(needed - spread('below')), 'derived'),
    highBytes: known(Math.round(needed + spread('above')), 'derived'),
  }
}

function square(part: Reading<number>, error: PartError, side: 'below' | 'above'): number {
  if (part.kind === 'missing' || part.value === 0) return 0
  return Math.max(part.value * error[side], error.floorBytes) ** 2
}

export function within(share: number, floorMiB = 0): PartError {
  return { below: share, above: share, floorBytes: mebibytes(floorMiB) }
}
