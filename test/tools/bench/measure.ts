/** One line of the report: what was measured, against its budget in the same unit. */
export interface Measure {
  readonly what: string
  readonly value: number
  readonly unit: 'ms' | 'MiB' | 'bytes' | 'samples/s' | 'MB/h' | '% of a core'
  readonly budget: number
  /** `most`: the value must not be above the budget; `least`: not below. */
  readonly bound: 'most' | 'least'
}

/** The median CPU time of one call in milliseconds, after a warm-up: wall time would measure the neighbours too. */
export function medianCpuMs(runs: number, work: (run: number) => void): number {
  for (let run = 0; run < WARM_UP_RUNS; run++) work(run)
  // the clock of CPU time is coarse: calls are taken ten at a time
  const BATCH = 10
  const times: number[] = []
  for (let run = 0; run < runs; run += BATCH) {
    const before = process.cpuUsage()
    for (let i = 0; i < BATCH; i++) work(run + i)
    const { user, system } = process.cpuUsage(before)
    times.push((user + system) / 1000 / BATCH)
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0
}

// until the compiler, whose threads count as CPU time too, has come to rest
const WARM_UP_RUNS = 1000

/** How much of its budget a figure takes: below 1 is within. */
export function shareOfBudget({ value, budget, bound }: Measure): number {
  return bound === 'most' ? value / budget : budget / value
}
