import { expect, test } from 'vitest'
import { known, missing } from '../../src/core/reading.ts'
import { GIB, gibibytes } from '../../src/core/units.ts'
import type { GpuState } from '../../src/model/frame.ts'
import type { Workload } from '../../src/model/workload.ts'
import { gpuMemory } from '../../src/view/gpu-memory.ts'
import type { MemoryPicture, SliceBytes } from '../../src/view/gpu-memory.ts'
import { frameWith, gpuWith, hostMemory, slices, workloadWith } from '../support/scene.ts'
import { SCENES } from '../support/scenes.ts'

function inGib(picture: MemoryPicture): Record<string, number> {
  const entries = Object.entries(picture.slices).map(
    ([kind, bytes]) => [kind, Math.round((bytes / GIB) * 100) / 100] as const,
  )
  return Object.fromEntries(entries.filter(([, gib]) => gib !== 0))
}

function total(parts: SliceBytes): number {
  return Object.values(parts).reduce((a, b) => a + b, 0)
}

const MEMORY = {
  totalBytes: known(gibibytes(80)),
  reservedBytes: known(gibibytes(1)),
  usedBytes: known(gibibytes(60)),
  freeBytes: known(gibibytes(19)),
}

function gpu(attributedGib: number, changes: Partial<GpuState> = {}): GpuState {
  return gpuWith(0, {
    memory: MEMORY,
    attributedBytes: known(gibibytes(attributedGib)),
    otherBytes: known(gibibytes(60 - attributedGib)),
    ...changes,
  })
}

function workload(usedGib: number, changes: Partial<Workload> = {}, parts = slices({})): Workload {
  return workloadWith('vllm:1', {
    engine: 'vllm',
    memory: {
      ...workloadWith('vllm:1', {}).memory,
      usedBytes: known(gibibytes(usedGib)),
      slices: parts,
      perGpu: [{ uuid: 'GPU-0', usedBytes: known(gibibytes(usedGib)), slices: slices({}) }],
    },
    ...changes,
  })
}

const kv = workloadWith('vllm:1', {}).kv

test('a pool is divided into what is in use and what is reserved', () => {
  const one = workload(
    50,
    { kv: { ...kv, usedRatio: known(0.75) } },
    slices({ weightsBytes: 15, kvBytes: 32, activationsBytes: 3 }),
  )
  expect(inGib(gpuMemory(gpu(50), frameWith({ workloads: [one] })))).toEqual({
    weights: 15,
    kvUsed: 24,
    kvReserved: 8,
    activations: 3,
    others: 10,
    reserved: 1,
    free: 19,
  })
})

test('KV that grows on demand is in use; a pool of unknown use is reserved', () => {
  const parts = slices({ weightsBytes: 15, kvBytes: 32 })
  const grown = workload(50, { kv: { ...kv, growth: known('on-demand') } }, parts)
  const pooled = workload(50, { kv: { ...kv, growth: known('preallocated') } }, parts)
  expect(inGib(gpuMemory(gpu(50), frameWith({ workloads: [grown] })))).toMatchObject({
    kvUsed: 32,
    activations: 3,
  })
  expect(inGib(gpuMemory(gpu(50), frameWith({ workloads: [pooled] })))).toMatchObject({
    kvReserved: 32,
    activations: 3,
  })
})

test('what cannot be separated is called dynamic', () => {
  const one = workload(50, {}, slices({ weightsBytes: 28 }))
  expect(inGib(gpuMemory(gpu(50), frameWith({ workloads: [one] })))).toMatchObject({
    weights: 28,
    dynamic: 22,
    others: 10,
  })
})

test('without weights nobody knows what the rest is', () => {
  expect(inGib(gpuMemory(gpu(50), frameWith({ workloads: [workload(50)] })))).toMatchObject({
    undivided: 50,
    others: 10,
  })
})

test('processes of unknown engines are others, and what no process holds is unowned', () => {
  expect(inGib(gpuMemory(gpu(0, { unownedBytes: known(gibibytes(4)) }), frameWith({})))).toEqual({
    others: 56,
    unowned: 4,
    reserved: 1,
    free: 19,
  })
})

test('a workload on two GPUs is divided on each by its share', () => {
  const one = workload(100, {}, slices({ weightsBytes: 60 }))
  const split = {
    ...one,
    memory: {
      ...one.memory,
      perGpu: [
        { uuid: 'GPU-0', usedBytes: known(gibibytes(50)), slices: slices({}) },
        { uuid: 'GPU-1', usedBytes: known(gibibytes(50)), slices: slices({}) },
      ],
    },
  }
  expect(inGib(gpuMemory(gpu(50), frameWith({ workloads: [split] })))).toMatchObject({
    weights: 30,
    dynamic: 20,
  })
})

test('where the driver gives no process memory, used is not divided', () => {
  const undivided = gpu(0, {
    attributedBytes: missing('not-supported'),
    otherBytes: missing('not-supported'),
  })
  expect(inGib(gpuMemory(undivided, frameWith({})))).toEqual({ undivided: 60, reserved: 1, free: 19 })
})

test('without used or total there are no slices, and nothing is free', () => {
  const unread = gpu(0, { memory: { ...MEMORY, usedBytes: missing('not-supported') } })
  expect(gpuMemory(unread, frameWith({})).slices).toEqual({})
})

test('the ceiling is known only when that of every workload is', () => {
  const ceiling = known({
    bytes: gibibytes(55),
    lowBytes: 0,
    highBytes: 0,
    limitedBy: 'engine-budget' as const,
    basis: 'engine-log' as const,
    workings: [],
    perGpu: [{ uuid: 'GPU-0', bytes: gibibytes(55), lowBytes: gibibytes(50), highBytes: gibibytes(60) }],
  })
  const one = workload(50, { ceiling })
  const other = { ...workload(0), id: 'vllm:2' }
  expect(gpuMemory(gpu(50), frameWith({ workloads: [one] })).ceilingBytes).toEqual(
    known(gibibytes(65), 'derived'),
  )
  expect(gpuMemory(gpu(50), frameWith({ workloads: [one, other] })).ceilingBytes.kind).toBe('missing')
  expect(gpuMemory(gpu(0), frameWith({})).ceilingBytes.kind).toBe('missing')
})

test('a unified GPU shows the pool of the host', () => {
  const shared = gpu(0, { unifiedMemory: true, attributedBytes: known(gibibytes(30)) })
  const picture = gpuMemory(shared, frameWith({ hostMemory: hostMemory(120, 50), workloads: [workload(30)] }))
  expect(inGib(picture)).toEqual({ undivided: 30, others: 40, free: 50 })
  expect(picture.limitBytes).toEqual(known(gibibytes(120), 'derived'))
})

test.each(Object.keys(SCENES))('%s: the slices add up to the total', (name) => {
  const scene = SCENES[name]?.()
  for (const one of scene?.frame.gpus ?? []) {
    const picture = scene === undefined ? undefined : gpuMemory(one, scene.frame)
    if (picture?.totalBytes.kind === 'known')
      expect(total(picture.slices)).toBeCloseTo(picture.totalBytes.value, 0)
  }
})
