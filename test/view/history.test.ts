import { expect, test } from 'vitest'
import { known, missing } from '../../src/core/reading.ts'
import { gibibytes } from '../../src/core/units.ts'
import type { Frame } from '../../src/model/frame.ts'
import { NO_HISTORY, remember } from '../../src/view/history.ts'
import type { History } from '../../src/view/history.ts'
import { chunksSince } from '../../src/view/track.ts'
import type { Track } from '../../src/view/track.ts'
import { frameWith, gpuWith, h100Memory, hostMemory, workloadWith } from '../support/scene.ts'

function frameAt(elapsedMs: number, usedGib: number, changes: Partial<Frame> = {}): Frame {
  return frameWith({ elapsedMs, gpus: [gpuWith(0, { memory: h100Memory(usedGib) })], ...changes })
}

function entries(track: Track | undefined): readonly unknown[] {
  return track === undefined ? [] : chunksSince(track, 0).flat()
}

function historyOf(frames: readonly Frame[]): History {
  return frames.reduce(remember, NO_HISTORY)
}

test('GPU numbers that were not read anew add no point', () => {
  const old = known({ ageMs: 2000, tookMs: missing('not-reported') })
  const history = historyOf([frameAt(0, 10), frameAt(2000, 10, { gpuSample: old }), frameAt(4000, 11)])
  expect(entries(history.gpus.get('GPU-0'))).toEqual([
    { atMs: 0, value: gibibytes(10) },
    { atMs: 4000, value: gibibytes(11) },
  ])
  expect(entries(history.host)).toHaveLength(3)
})

test('a point stands where its numbers were read, not where the frame was made', () => {
  const late = known({ ageMs: 700, tookMs: missing('not-reported') })
  const history = historyOf([frameAt(5000, 10, { gpuSample: late })])
  expect(entries(history.gpus.get('GPU-0'))).toEqual([{ atMs: 4300, value: gibibytes(10) }])
})

test('a hole in time is a gap, and so is a value that is missing', () => {
  const unread = { ...h100Memory(0), usedBytes: missing('not-supported') }
  const history = historyOf([
    frameAt(0, 10),
    frameAt(60_000, 10, { afterGap: true }),
    frameAt(62_000, 0, { gpus: [gpuWith(0, { memory: unread })] }),
    frameAt(64_000, 12),
  ])
  expect(entries(history.gpus.get('GPU-0'))).toEqual([
    { atMs: 0, value: gibibytes(10) },
    'gap',
    { atMs: 60_000, value: gibibytes(10) },
    'gap',
    { atMs: 64_000, value: gibibytes(12) },
  ])
})

test('a host that does not answer has no points, and its return a gap, whenever nvidia-smi answers', () => {
  const down = { link: { state: 'down', ageMs: 2000, retryInMs: 1000 } } as const
  const old = (ageMs: number) => ({ gpuSample: known({ ageMs, tookMs: missing('not-reported') }) })
  const history = historyOf([
    frameAt(0, 10),
    frameAt(2000, 10, { ...down, ...old(2000) }),
    frameAt(60_000, 10, { ...down, ...old(60_000) }),
    frameAt(62_000, 10, { afterGap: true, ...old(62_000) }),
    frameAt(64_000, 12),
  ])
  expect(entries(history.gpus.get('GPU-0'))).toEqual([
    { atMs: 0, value: gibibytes(10) },
    'gap',
    { atMs: 64_000, value: gibibytes(12) },
  ])
  const times = entries(history.host).map((entry) =>
    entry === 'gap' ? entry : (entry as { atMs: number }).atMs,
  )
  expect(times).toEqual([0, 'gap', 62_000, 64_000])
})

test('the KV pool is followed by workload, and ends when the workload does', () => {
  const workload = workloadWith('vllm:1', { engine: 'vllm' })
  const serving = { ...workload, kv: { ...workload.kv, usedRatio: known(0.5) } }
  const history = historyOf([frameAt(0, 10, { workloads: [serving] }), frameAt(2000, 10), frameAt(4000, 10)])
  expect(entries(history.kv.get('vllm:1'))).toEqual([{ atMs: 0, value: 0.5 }, 'gap'])
})

test('workloads of no known engine are not followed', () => {
  const history = historyOf([frameAt(0, 10, { workloads: [workloadWith('unknown:1', {})] })])
  expect([...history.workloads.keys(), ...history.kv.keys()]).toEqual([])
})

test('host memory counts what is not available', () => {
  expect(entries(historyOf([frameAt(0, 1, { hostMemory: hostMemory(64, 24) })]).host)).toEqual([
    { atMs: 0, value: gibibytes(40) },
  ])
})

test('a frame from before the newest one begins a new history', () => {
  const history = historyOf([frameAt(10_000, 10), frameAt(12_000, 10), frameAt(0, 5)])
  expect(entries(history.gpus.get('GPU-0'))).toEqual([{ atMs: 0, value: gibibytes(5) }])
})

test('a workload that ended a day ago is forgotten', () => {
  const serving = workloadWith('vllm:1', {
    engine: 'vllm',
    kv: { ...workloadWith('vllm:1', {}).kv, usedRatio: known(1) },
  })
  const history = historyOf([
    frameAt(0, 10, { workloads: [serving] }),
    frameAt(2000, 10),
    frameAt(90_000_000, 10),
  ])
  expect([...history.kv.keys()]).toEqual([])
})
