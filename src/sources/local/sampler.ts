import type { Clock } from '../../core/clock.ts'
import type { Part, RawSample } from '../../model/sample.ts'

export type Moment = Pick<RawSample, 'takenAtEpochMs' | 'elapsedMs'>

/** Makes the samples of one host, one after the other. */
export interface Sampler {
  now(): Moment
  make(moment: Moment, parts: ReadonlyMap<string, Part>): RawSample
  /** A sample between two ticks: what always is there is not renewed, and says so. */
  makeCatchUp(moment: Moment, parts: ReadonlyMap<string, Part>): RawSample
  /** True when a sample has held such a part. */
  held(name: string): boolean
}

const LASTING_PARTS = ['nvidia-smi', 'meminfo', 'vmstat', 'pressure/memory', 'processes']

export function sampler(host: string, clock: Clock, pace: { intervalMs(): number }): Sampler {
  const names = new Set<string>()
  let sequence = 0

  function make(moment: Moment, parts: ReadonlyMap<string, Part>): RawSample {
    for (const name of parts.keys()) names.add(name)
    return { host, sequence: sequence++, ...moment, intervalMs: pace.intervalMs(), parts }
  }

  return {
    now: () => ({
      takenAtEpochMs: Math.round(clock.epochMs()),
      elapsedMs: Math.round(clock.elapsedMs()),
    }),
    make,
    makeCatchUp(moment, parts) {
      const same = LASTING_PARTS.filter((name) => names.has(name)).map(
        (name) => [name, { kind: 'same' }] as const,
      )
      return make(moment, new Map<string, Part>([...same, ...parts]))
    },
    held: (name) => names.has(name),
  }
}
