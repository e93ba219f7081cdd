import { alarm } from './alarm.ts'
import type { Clock } from '../../core/clock.ts'
import type { Part } from '../../model/sample.ts'

type Job = () => Promise<ReadonlyMap<string, Part>>

/**
 * Everything that a sample needs is fetched by errands, so that nothing slow ever holds up a tick: a tick starts them,
 * waits a while, and takes what has come in. What comes later goes into a later sample.
 */
export interface Errands {
  /** Starts `job`, unless the one of that name is still under way. */
  run(name: string, job: Job): void
  /** Waits until all that was started since the last `take` is done, but for `ms` at most. */
  settle(ms: number): Promise<void>
  /** What has come in since the last call; a text that came before `elapsedMs` says by how much. */
  take(elapsedMs: number): ReadonlyMap<string, Part>
}

interface Arrival {
  readonly atMs: number
  readonly parts: ReadonlyMap<string, Part>
}

export function errands(clock: Clock, signal: AbortSignal): Errands {
  const underWay = new Set<string>()
  const awaited = new Set<string>()
  let arrivals: readonly Arrival[] = []
  const allDone = alarm(clock, signal)

  function start(name: string, job: Job): void {
    void job().then((parts) => {
      underWay.delete(name)
      awaited.delete(name)
      arrivals = [...arrivals, { atMs: clock.elapsedMs(), parts }]
      if (awaited.size === 0) allDone.ring()
    })
  }

  return {
    run(name, job) {
      if (underWay.has(name)) return
      underWay.add(name)
      awaited.add(name)
      start(name, job)
    },
    async settle(ms) {
      if (awaited.size > 0) await allDone.sleep(ms)
    },
    take(elapsedMs) {
      const parts = new Map(arrivals.flatMap((arrival) => aged(arrival, elapsedMs)))
      arrivals = []
      awaited.clear()
      return parts
    },
  }
}

function aged({ atMs, parts }: Arrival, elapsedMs: number): readonly (readonly [string, Part])[] {
  const ageMs = Math.round(elapsedMs - atMs)
  if (ageMs <= 0) return [...parts]
  return [...parts].map(([name, part]) => [name, part.kind === 'text' ? { ...part, ageMs } : part])
}
