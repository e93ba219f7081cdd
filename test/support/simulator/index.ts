import { CARD_SHAPES } from './shapes-cards.ts'
import { EDGE_SHAPES } from './shapes-edges.ts'
import { GROWTH_SHAPES } from './shapes-growth.ts'
import { HOST_SHAPES } from './shapes-host.ts'
import { POOL_SHAPES } from './shapes-pool.ts'
import { SLOT_SHAPES } from './shapes-slots.ts'
import type { Shape } from './shape.ts'

/** Every shape that warnings are scored on. */
export const SHAPES: readonly Shape[] = [
  ...POOL_SHAPES,
  ...GROWTH_SHAPES,
  ...SLOT_SHAPES,
  ...HOST_SHAPES,
  ...CARD_SHAPES,
  ...EDGE_SHAPES,
]

/** The shape of that name. */
export function shapeNamed(name: string): Shape {
  const shape = SHAPES.find((candidate) => candidate.name === name)
  if (shape === undefined) throw new Error(`there is no shape '${name}'`)
  return shape
}
