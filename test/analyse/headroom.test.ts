import { expect, test } from 'vitest'
import { followRequestSizes, headroomOf } from '../../src/analyse/headroom.ts'
import type { JudgedWorkload } from '../../src/analyse/judged.ts'
import { known, missing, valueOr } from '../../src/core/reading.ts'
import { mebibytes } from '../../src/core/units.ts'
import type { Workload } from '../../src/model/workload.ts'
import { lastFrame } from '../support/fold.ts'
import { growing, machine, ON_DEMAND, PREALLOCATED, running } from '../support/scenarios.ts'
import { workloadWith } from '../support/scene.ts'
import { simulate } from '../support/simulate.ts'
import { shapeNamed } from '../support/simulator/index.ts'
import { simulateShape } from '../support/simulator/shape.ts'

function headroom(command: string): Workload['headroom'] | undefined {
  return lastFrame(simulate(machine({ durationMs: 0, processes: [growing(0, 30_000, command)] })))
    .workloads[0]?.headroom
}

const FREE = mebibytes(81_559 - 551 - 30_012)

/** A server with a pool of so many tokens, some of them held by running requests. */
function pooled(used: number, running: number): JudgedWorkload {
  const blank = workloadWith('vllm:4200', {})
  return {
    ...blank,
    kv: {
      ...blank.kv,
      growth: known('preallocated'),
      capacityTokens: known(100_000),
      usedTokens: known(used),
      capacityBytes: known(1_000_000),
      usedBytes: known(used * 10),
    },
    requests: { ...blank.requests, running: known(running) },
    estimated: missing('not-reported'),
  }
}

test('an engine that takes memory as it generates has what is free on its cards to grow into', () => {
  expect(headroom(ON_DEMAND)?.bytes).toEqual(known(FREE, 'derived'))
})

test('on several cards the fullest decides, because a token takes of all of them', () => {
  const spread = running(9120, ON_DEMAND, () => ({ 0: 30_000, 1: 80_000 }))
  const cards = [{ utilizationAt: () => 50 }, { utilizationAt: () => 50 }]
  const { workloads } = lastFrame(simulate(machine({ durationMs: 0, gpus: cards, processes: [spread] })))
  expect(workloads[0]?.headroom.bytes).toEqual(known(2 * mebibytes(81_559 - 551 - 80_012), 'derived'))
})

test('on a slice of a card it is what is left of the slice', () => {
  const [first] = simulateShape(shapeNamed('MIG slice that fills'), 1).samples
  const { gpus, workloads } = lastFrame(first === undefined ? [] : [first])
  const server = workloads.find(({ id }) => id === 'transformers:9120')
  const slice = gpus[0]?.mig.devices.find(({ gpuInstanceId }) => gpuInstanceId === 1)
  expect(server?.headroom.bytes).toMatchObject({ value: valueOr(slice?.memory.freeBytes ?? known(-1), -1) })
})

test('room is told in tokens too, where it is known what one more costs', () => {
  // Qwen3-14B: 40 layers × 8 KV heads × (128 + 128) values × 2 bytes
  expect(headroom(ON_DEMAND)?.tokens).toEqual(known(Math.floor(FREE / 163_840), 'derived'))
  expect(headroom('transformers serve')?.tokens.kind).toBe('missing')
})

test('an engine with a pool has what is left of it, not of the card; unknown where it does not say', () => {
  expect(headroom(PREALLOCATED)?.bytes.kind).toBe('missing')
  expect(headroom('./mine')?.bytes).toEqual(missing('not-supported'))
  expect(headroomOf(pooled(40_000, 10), [], new Map()).bytes).toEqual(known(600_000, 'derived'))
})

test('room is told in requests of the size seen lately, and not before one has been seen', () => {
  const server = pooled(40_000, 10)
  expect(headroomOf(server, [], new Map()).requests).toEqual(
    missing('not-yet-known', 'no request has been seen at work'),
  )
  const sizes = followRequestSizes(new Map(), [server])
  expect(sizes.get('vllm:4200')).toBe(4000)
  expect(headroomOf(server, [], sizes).requests).toEqual(known(15, 'derived'))
})

test('the size of a request moves slowly, stands while none runs, and is forgotten with its workload', () => {
  const before = followRequestSizes(new Map(), [pooled(40_000, 10)])
  expect(followRequestSizes(before, [pooled(70_000, 10)]).get('vllm:4200')).toBeCloseTo(4100)
  expect(followRequestSizes(before, [pooled(0, 0)])).toEqual(before)
  expect(followRequestSizes(before, [])).toEqual(new Map())
})
