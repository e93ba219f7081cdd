import type { Part, RawSample } from '../../../src/model/sample.ts'
import { Machine } from '../simulator/machine.ts'
import { Observer } from '../simulator/parts.ts'
import { seededRandom } from '../random.ts'
import type { Simulation } from '../simulator/shape.ts'
import { exponential } from './chance.ts'

/** How well a machine can be watched. */
interface Sampling {
  /** A sample comes up to this share of the interval early or late. */
  readonly jitter: number
  /** Share of samples that are lost. */
  readonly lost: number
  /** Share of samples for which nvidia-smi was too slow: its last document stands. */
  readonly stale: number
  /** Nobody looks for minutes, so often on average; undefined: never. */
  readonly gapEverySeconds: number | undefined
}

const SAMPLINGS: readonly Sampling[] = [
  { jitter: 0, lost: 0, stale: 0, gapEverySeconds: undefined },
  { jitter: 0.25, lost: 0.03, stale: 0.05, gapEverySeconds: undefined },
  { jitter: 0.1, lost: 0.01, stale: 0.25, gapEverySeconds: undefined },
  { jitter: 0.25, lost: 0.02, stale: 0.02, gapEverySeconds: 5400 },
]

/** Plays a shape as it is seen by a source that is late, misses samples, and sleeps now and then. */
export const simulateRoughly: Simulation = (shape, seed, factor = 1) => {
  const machine = new Machine(shape.machine, seed * 104_729 + 71)
  // of its own, so that what happens does not depend on who looks
  const random = seededRandom(seed * 6151 + 5)
  const sampling = SAMPLINGS[seed % SAMPLINGS.length] ?? EXACT
  const actors = shape.play(machine, { factor })
  const observer = new Observer(machine, shape.intervalMs)
  const samples: RawSample[] = []
  const stepSeconds = shape.intervalMs / 1000
  const last = shape.durationMs / 1000
  let gapAt =
    sampling.gapEverySeconds === undefined ? Infinity : exponential(random, sampling.gapEverySeconds)
  let due = 0
  for (let second = 0; second <= Math.min(last, machine.endsAt); second += 1) {
    machine.second = second
    for (const act of actors) act(second)
    if (second < due) continue
    const isFirst = samples.length === 0
    if (isFirst || random() >= sampling.lost) {
      const isStale = !isFirst && random() < sampling.stale
      samples.push(isStale ? withOldDocument(observer.sample()) : observer.sample())
    }
    due += stepSeconds * (1 + sampling.jitter * (2 * random() - 1))
    if (due < gapAt) continue
    due += 60 + exponential(random, 90)
    gapAt = due + exponential(random, sampling.gapEverySeconds ?? Infinity)
  }
  return {
    samples: samples.map((sample, sequence) => ({ ...sample, sequence })),
    outcomes: machine.outcomes.length > 0 ? machine.outcomes : [{ elapsedMs: 0, kind: 'none' }],
  }
}

const EXACT: Sampling = { jitter: 0, lost: 0, stale: 0, gapEverySeconds: undefined }

function withOldDocument(sample: RawSample): RawSample {
  const same: Part = { kind: 'same' }
  return { ...sample, parts: new Map([...sample.parts, ['nvidia-smi', same]]) }
}
