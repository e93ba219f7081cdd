import { expect, test } from 'vitest'
import { known, missing, valueOr } from '../../src/core/reading.ts'
import { gibibytes } from '../../src/core/units.ts'
import type { Frame } from '../../src/model/frame.ts'
import { SORT_COLUMNS } from '../../src/view/process-order.ts'
import { processCount, processRows } from '../../src/view/process-rows.ts'
import { frameWith, gpuWith, hostProcess, processWith, workloadWith } from '../support/scene.ts'
import { twoH100 } from '../support/scene-two-h100.ts'
import { eightGpus } from '../support/scenes.ts'

const BY_RISK = { sort: 'risk', reversed: false, tree: false } as const
const TREE = { ...BY_RISK, tree: true }

function frameOn(...processes: readonly ReturnType<typeof processWith>[]): Frame {
  return frameWith({ gpus: [gpuWith(0, { processes: known(processes) })] })
}

test('the worst risk comes first, then the most memory', () => {
  const rows = processRows(twoH100().frame, BY_RISK)
  expect(rows.map(({ pid, gpus, name, engine }) => [valueOr(pid, 0), gpus, name, engine])).toEqual([
    [9120, '1', 'Qwen3-14B', 'transformers'],
    [4200, '0', 'Llama-3.1-8B-Instruct', 'vllm'],
    [2210, '0,1', 'Xorg', undefined],
  ])
})

test('a process on many GPUs is one row with the sum of what it holds', () => {
  const host = hostProcess(7, 'python3', ['python3', 'a.py'])
  const gpus = [0, 1, 2, 3].map((index) =>
    gpuWith(index, { processes: known([processWith(host, 'x:7', 10)]) }),
  )
  const rows = processRows(frameWith({ gpus }), BY_RISK)
  expect(rows).toHaveLength(1)
  expect(rows[0]).toMatchObject({ gpus: '0-3', usedBytes: { kind: 'known', value: gibibytes(40) } })
})

test('memory that is unknown on one GPU makes the sum unknown, not smaller', () => {
  const host = hostProcess(7, 'python3', [])
  const seen = processWith(host, 'x:7', 10)
  const unseen = { ...seen, usedBytes: missing('no-permission') }
  const gpus = [seen, unseen].map((process, index) => gpuWith(index, { processes: known([process]) }))
  expect(processRows(frameWith({ gpus }), BY_RISK)[0]?.usedBytes.kind).toBe('missing')
})

test('a process has the name that it gives itself, or the last part of the path that the driver tells', () => {
  const named = processWith(hostProcess(7, 'npm exec tsx /t', ['node']), 'x:7', 2)
  const told = { ...processWith(hostProcess(8, '', []), 'x:8', 1), name: '/opt/a b/say', host: undefined }
  const rows = processRows(frameOn(named, told), BY_RISK)
  expect(rows.map(({ name }) => name)).toEqual(['npm exec tsx /t', 'say'])
})

test('a reused pid is another row', () => {
  const first = hostProcess(7, 'python3', [])
  const ids = [first, { ...first, startTicks: 999 }].map(
    (host) => processRows(frameOn(processWith(host, 'x:7', 1)), BY_RISK)[0]?.id,
  )
  expect(new Set(ids).size).toBe(2)
})

function workers() {
  const front = hostProcess(1, 'vllm', ['vllm', 'serve', 'x'])
  const own = [2, 3].map((pid) => ({ ...hostProcess(pid, `VLLM::Worker_TP${pid}`, []), parentPid: 1 }))
  const frame = frameOn(...own.map((host) => processWith(host, 'vllm:1', host.pid)))
  const workload = workloadWith('vllm:1', {
    engine: 'vllm',
    pids: [1, 2, 3],
    command: ['vllm', 'serve', 'x'],
  })
  return { ...frame, hostProcesses: [front, ...own], workloads: [workload] }
}

test('an engine is one row with all that its processes hold, called by its root process', () => {
  const [row, ...others] = processRows(workers(), BY_RISK)
  expect(others).toEqual([])
  expect(row).toMatchObject({
    id: 'vllm:1',
    pid: known(1),
    engine: 'vllm',
    usedBytes: { kind: 'known', value: gibibytes(5) },
    cpuPercent: { kind: 'known', value: 306 },
    process: { pid: 1, startTicks: 100, name: 'vllm' },
  })
})

test('in the tree its processes stand below it, a process without GPU memory among them', () => {
  const rows = processRows(workers(), TREE)
  expect(rows.map(({ pid, depth, engine }) => [valueOr(pid, 0), depth, engine])).toEqual([
    [1, 0, 'vllm'],
    [2, 1, undefined],
    [3, 1, undefined],
    [1, 1, undefined],
  ])
})

test('in the tree a process stands below its parent where that has a row', () => {
  const parent = hostProcess(10, 'bash', [])
  const child = { ...hostProcess(11, 'train.py', []), parentPid: 10 }
  const frame = frameOn(processWith(child, 'unknown:11', 9), processWith(parent, 'unknown:10', 1))
  expect(processRows(frame, TREE).map(({ pid, depth }) => [valueOr(pid, 0), depth])).toEqual([
    [10, 0],
    [11, 1],
  ])
  const circle = frameOn(
    processWith({ ...parent, parentPid: 11 }, 'unknown:10', 1),
    processWith(child, 'unknown:11', 9),
  )
  expect(processRows(circle, TREE)).toHaveLength(2)
})

test('a filter keeps an engine when one of its processes passes', () => {
  expect(processRows(workers(), TREE, 'worker_tp3').map(({ pid }) => valueOr(pid, 0))).toEqual([1, 3])
  expect(processRows(workers(), BY_RISK, 'nobody')).toEqual([])
})

test('an engine that runs without a GPU is listed; other processes only where there is no GPU, below it', () => {
  const engine = hostProcess(50, 'llama-server', ['llama-server'])
  const frame = {
    ...frameOn(),
    hostProcesses: [engine, hostProcess(1, 'systemd', [])],
    workloads: [workloadWith('llama.cpp:50', { engine: 'llama.cpp' })],
  }
  expect(processRows(frame, BY_RISK).map((row) => valueOr(row.pid, 0))).toEqual([50])
  expect(processRows({ ...frame, gpus: [] }, BY_RISK).map((row) => valueOr(row.pid, 0))).toEqual([50, 1])
})

test('the front end of an engine whose memory is on a GPU has no row of its own', () => {
  const [front, core] = [hostProcess(1, 'vllm', []), hostProcess(2, 'VLLM::EngineCore', [])]
  const frame = {
    ...frameOn(processWith(core, 'vllm:1', 60)),
    hostProcesses: [front, core],
    workloads: [workloadWith('vllm:1', { engine: 'vllm', pids: [1, 2] })],
  }
  expect(processRows(frame, BY_RISK).map((row) => valueOr(row.pid, 0))).toEqual([1])
})

test('a MIG slice stands behind its GPU', () => {
  const process = { ...processWith(hostProcess(7, 'python3', []), 'x:7', 1), gpuInstanceId: known(5) }
  expect(processRows(frameOn(process), BY_RISK)[0]?.gpus).toBe('0:5')
})

test('the pool is the trend to watch where an engine takes its memory at start', () => {
  expect(processRows(twoH100().frame, BY_RISK).map((row) => row.trend?.kind)).toEqual([
    'growing',
    'growing',
    'steady',
  ])
})

test.each(SORT_COLUMNS)(
  'sorted by %s, every process is there, and reversed is the other way round',
  (sort) => {
    const { frame } = eightGpus()
    const rows = processRows(frame, { sort, reversed: false, tree: false }).map((row) => row.id)
    expect(new Set(rows).size).toBe(100)
    expect(processRows(frame, { sort, reversed: true, tree: false }).map((row) => row.id)).toEqual(
      rows.toReversed(),
    )
    expect(processCount(frame)).toBe(100)
  },
)

test('missing numbers come last', () => {
  const hosts = [1, 2, 3].map((pid) => ({
    ...hostProcess(pid, 'p', []),
    cpuPercent: pid === 2 ? missing('not-yet-known') : known(pid),
  }))
  const frame = frameOn(...hosts.map((host) => processWith(host, 'x', 1)))
  expect(
    processRows(frame, { sort: 'cpu', reversed: false, tree: false }).map((row) => valueOr(row.pid, 0)),
  ).toEqual([3, 1, 2])
})

test('an engine that is known by its metrics alone has a row, with the cards that it is told to be on', () => {
  const told = workloadWith('vllm:m', {
    engine: 'vllm',
    rootPid: missing('not-reported'),
    pids: [],
    memory: {
      ...workloadWith('x:1', {}).memory,
      perGpu: [{ uuid: 'GPU-1', usedBytes: known(5), slices: workloadWith('x:1', {}).memory.slices }],
    },
  })
  const frame = frameWith({ gpus: [gpuWith(1, { uuid: 'GPU-1' })], workloads: [told] })
  expect(
    processRows(frame, { sort: 'risk', reversed: false, tree: false }, '').map(
      ({ id, pid, gpus, engine }) => [id, pid.kind, gpus, engine],
    ),
  ).toEqual([['vllm:m', 'missing', '1', 'vllm']])
})
