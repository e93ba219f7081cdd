import { startMemory } from '../../../src/analyse/memory.ts'
import { RULES } from '../../../src/analyse/rules.ts'
import { followAlarms, NO_ALARMS, type AlarmBook } from '../../../src/analyse/score/alarms.ts'
import type { Watched } from '../../../src/analyse/score/score.ts'
import { step } from '../../../src/analyse/step.ts'
import type { Outcome } from '../../../src/model/outcome.ts'
import type { Risk } from '../../../src/model/risk.ts'
import type { Happened } from './machine.ts'
import { simulateShape, type Shape, type Simulation } from './shape.ts'

/** A shape as today's rules saw it. */
export interface WatchedShape extends Watched {
  readonly shape: Shape
  readonly seed: number
  /** The risks that stood, at every frame that had any. */
  readonly standing: readonly { readonly elapsedMs: number; readonly risks: readonly Risk[] }[]
}

/** Plays a shape and folds it. @param simulate the source that looks at it */
export function watchShape(
  shape: Shape,
  seed: number,
  factor = 1,
  simulate: Simulation = simulateShape,
): WatchedShape {
  const { samples, outcomes } = simulate(shape, seed, factor)
  const standing: { elapsedMs: number; risks: readonly Risk[] }[] = []
  let memory = startMemory({ kind: 'replay', label: shape.name }, RULES)
  let book: AlarmBook = NO_ALARMS
  for (const sample of samples) {
    const next = step(memory, sample)
    memory = next.memory
    book = followAlarms(book, next.frame)
    if (next.frame.risks.length > 0) standing.push({ elapsedMs: sample.elapsedMs, risks: next.frame.risks })
  }
  return {
    shape,
    seed,
    file: `${shape.name}, seed ${seed}`,
    book,
    outcomes: outcomesOf(shape, outcomes),
    standing,
  }
}

/** What happened, as the reader of a recording gives it. */
function outcomesOf({ machine }: Shape, happened: readonly Happened[]): readonly Outcome[] {
  return happened.map(({ elapsedMs, kind, gpu, workload, pid, foreseeable = true }) => ({
    host: machine.host,
    elapsedMs,
    kind,
    gpu,
    workload,
    pid,
    foreseeable,
  }))
}
