import type { Condition } from '../risk-book.ts'
import type { Situation } from '../situation.ts'
import { contextLimit } from './context-limit.ts'
import { cudaOom } from './cuda-oom.ts'
import { hostOom } from './host-oom.ts'
import { kvSaturation } from './kv-saturation.ts'
import { overCeiling } from './over-ceiling.ts'
import { published } from './published.ts'
import { spill } from './spill.ts'
import { willNotFit } from './will-not-fit.ts'

/** Every class of risk: what holds at this tick. A new class is one file and one line here. */
const CLASSES: readonly ((situation: Situation) => readonly Condition[])[] = [
  willNotFit,
  cudaOom,
  overCeiling,
  kvSaturation,
  contextLimit,
  spill,
  hostOom,
]

export function conditionsOf(situation: Situation): readonly Condition[] {
  const own = CLASSES.flatMap((of) => of(situation))
  return [...own, ...published(situation, own)]
}
