import type { Shape } from '../simulator/shape.ts'
import { ALLOCATOR_SHAPES } from './allocators.ts'
import { GUEST_SHAPES } from './guests.ts'
import { MEMORY_SHAPES } from './hosts.ts'
import { REQUEST_SHAPES } from './pools.ts'
import { QUEUE_SHAPES } from './slots.ts'

/**
 * Shapes of another make than those that the rules were made with: memory follows from single requests, tensors and
 * guests that come at random, and whoever looks is late, misses samples and sleeps now and then.
 */
export const SECOND_SHAPES: readonly Shape[] = [
  ...REQUEST_SHAPES,
  ...ALLOCATOR_SHAPES,
  ...GUEST_SHAPES,
  ...MEMORY_SHAPES,
  ...QUEUE_SHAPES,
]
