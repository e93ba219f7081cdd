import { expect, test } from 'vitest'
import { step } from '../../src/analyse/step.ts'
import { minutes } from '../../src/core/units.ts'
import { sizeOf } from '../support/deep-freeze.ts'
import { BEGINNING } from '../support/fold.ts'
import { FLAT_POOL_AND_DESKTOP, growing, machine, running } from '../support/scenarios.ts'
import { simulate, type SimulatedProcess } from '../support/simulate.ts'

const HOURS = 24
const INTERVAL_MS = 10_000

/** A process of its own every ten minutes, which lives for half an hour: a machine on which people work. */
function comingAndGoing(): readonly SimulatedProcess[] {
  return Array.from({ length: HOURS * 6 }, (_, at) =>
    running(20_000 + at, `python3 job-${at}.py`, (s) =>
      s >= at * 600 && s < at * 600 + 1800 ? { 0: 500 + at } : undefined,
    ),
  )
}

test('what is remembered of a host does not grow over a day, however many processes come and go', () => {
  const scenario = machine({
    intervalMs: INTERVAL_MS,
    durationMs: HOURS * minutes(60),
    processes: [...FLAT_POOL_AND_DESKTOP.processes, growing(3), ...comingAndGoing()],
  })
  const sizes: number[] = []
  let memory = BEGINNING
  for (const sample of simulate(scenario)) {
    memory = step(memory, sample).memory
    if (sample.elapsedMs % minutes(10) === 0) sizes.push(sizeOf(memory))
  }
  const afterTwoHours = Math.max(...sizes.slice(0, 12))
  expect(Math.max(...sizes.slice(12))).toBeLessThan(1.1 * afterTwoHours)
  expect(Math.max(...sizes)).toBeLessThan(300_000)
}, 120_000)
