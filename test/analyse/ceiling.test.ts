import { expect, test } from 'vitest'
import { known, missing } from '../../src/core/reading.ts'
import { mebibytes } from '../../src/core/units.ts'
import type { Workload } from '../../src/model/workload.ts'
import { lastFrame } from '../support/fold.ts'
import { growing, machine, ON_DEMAND, PREALLOCATED } from '../support/scenarios.ts'
import { simulate } from '../support/simulate.ts'

function workload(command: string): Workload | undefined {
  return lastFrame(simulate(machine({ durationMs: 0, processes: [growing(0, 30_000, command)] })))
    .workloads[0]
}

test('a ceiling that would be a guess is missing, and says what is not known', () => {
  expect([
    workload('./mine')?.ceiling,
    workload('transformers serve')?.ceiling,
    workload(ON_DEMAND)?.ceiling,
  ]).toEqual([
    missing('not-supported', 'no ceiling: the engine is not known'),
    missing('not-reported', 'no ceiling: the model is not known'),
    missing('not-supported', "no ceiling: a running engine's is not computed yet"),
  ])
})

test('an engine that takes memory as it generates has what is free on its cards to grow into', () => {
  expect(workload(ON_DEMAND)?.headroom.bytes).toEqual(known(mebibytes(81_559 - 551 - 30_012), 'derived'))
})

test('room is told in tokens too, where it is known what one more costs', () => {
  const free = mebibytes(81_559 - 551 - 30_012)
  // Qwen3-14B: 40 layers × 8 KV heads × (128 + 128) values × 2 bytes
  expect(workload(ON_DEMAND)?.headroom.tokens).toEqual(known(Math.floor(free / 163_840), 'derived'))
  expect(workload('transformers serve')?.headroom.tokens).toEqual(missing('not-reported'))
})

test('an engine with a pool has what is left of it, not of the card; unknown where it does not say', () => {
  expect(workload(PREALLOCATED)?.headroom.bytes).toEqual(missing('not-reported'))
  expect(workload('./mine')?.headroom.bytes).toEqual(missing('not-supported'))
})
