import { known, missing } from '../../src/core/reading.ts'
import { gibibytes } from '../../src/core/units.ts'
import type { Frame } from '../../src/model/frame.ts'
import type { Workload } from '../../src/model/workload.ts'
import type { Scene } from '../../src/view/panel.ts'
import {
  frameWith,
  gpuWith,
  h100Memory,
  hostProcess,
  processWith,
  sceneOf,
  slices,
  workloadWith,
} from './scene.ts'

const unknown = missing('not-reported')

/** Sixteen cards and forty engines, each with a pool of its own. */
export function many(): Scene {
  return sceneOf(manyFrames())
}

export function manyFrames(): readonly Frame[] {
  return Array.from({ length: 30 }, (_, i) => manyFrame(i))
}

function manyFrame(i: number): Frame {
  const engines = Array.from({ length: 40 }, (_, n) => ({
    host: hostProcess(20_000 + n, 'vllm', ['vllm', 'serve', `org/model-${n}`], `team${n % 5}`),
    workload: engine(20_000 + n, n, i),
  }))
  return frameWith({
    sequence: i,
    elapsedMs: i * 2000,
    gpus: Array.from({ length: 16 }, (_, index) => {
      const own = engines.filter((_, n) => n % 16 === index)
      return gpuWith(index, {
        memory: h100Memory(30 + 3 * index),
        utilization: { gpuPercent: known(100 - 5 * index), memoryPercent: known(40) },
        processes: known(own.map(({ host, workload }) => processWith(host, workload.id, 10))),
        attributedBytes: known(gibibytes(10 * own.length)),
        otherBytes: known(gibibytes(30 + 3 * index - 10 * own.length)),
      })
    }),
    workloads: engines.map(({ workload }) => workload),
  })
}

function engine(pid: number, n: number, i: number): Workload {
  const usedRatio = Math.min(0.99, 0.1 + n / 50 + i / 600)
  return workloadWith(`vllm:${pid}`, {
    engine: 'vllm',
    user: known(`team${n % 5}`),
    model: {
      name: known(`org/model-${n}`),
      source: known('argv'),
      quantization: unknown,
      parameters: unknown,
    },
    memory: {
      usedBytes: known(gibibytes(10)),
      slices: slices({ weightsBytes: 4, kvBytes: 5, overheadBytes: 0.6, unexplainedBytes: 0.4 }),
      perGpu: [{ uuid: `GPU-${n % 16}`, usedBytes: known(gibibytes(10)), slices: slices({}) }],
      residentBytes: known(gibibytes(2)),
      onCpuRatio: unknown,
    },
    kv: {
      ...workloadWith('x:1', {}).kv,
      growth: known('preallocated'),
      capacityBytes: known(gibibytes(5)),
      usedBytes: known(gibibytes(5 * usedRatio)),
      usedRatio: known(usedRatio),
    },
    requests: { running: known(n), waiting: known(0), preemptions: known(0) },
    throughput: { promptTokensPerSecond: unknown, generatedTokensPerSecond: known(100 * n) },
    idleSeconds: known(n % 4 === 0 ? 3600 * n : 0),
  })
}

/** One engine over eight cards, with the sum of each, and a llama-server with slots beside it. */
export function tensorParallel(): Scene {
  return sceneOf(tensorParallelFrames())
}

export function tensorParallelFrames(): readonly Frame[] {
  const workers = Array.from({ length: 8 }, (_, n) =>
    hostProcess(501 + n, `VLLM::Worker_TP${n}`, [`VLLM::Worker_TP${n}`]),
  )
  const front = hostProcess(
    500,
    'vllm',
    'vllm serve Qwen/Qwen3-235B-A22B --tensor-parallel-size 8'.split(' '),
  )
  const server = hostProcess(
    700,
    'llama-server',
    ['llama-server', '-m', '/models/qwen3-8b.gguf', '-np', '4'],
    'svc',
  )
  const tp = tensorParallelWorkload()
  const llama = slottedWorkload()
  return Array.from({ length: 40 }, (_, i) =>
    frameWith({
      sequence: i,
      elapsedMs: i * 2000,
      gpus: workers.map((worker, index) =>
        gpuWith(index, {
          memory: h100Memory(71 + (index === 3 ? 3 : 0)),
          processes: known([
            processWith({ ...worker, parentPid: 500 }, tp.id, index === 3 ? 73 : 70),
            ...(index === 7 ? [processWith(server, llama.id, 0.9)] : []),
          ]),
          attributedBytes: known(gibibytes(index === 3 ? 73 : 70)),
          otherBytes: known(gibibytes(1)),
        }),
      ),
      workloads: [tp, llama],
      hostProcesses: [front, ...workers.map((worker) => ({ ...worker, parentPid: 500 })), server],
    }),
  )
}

function tensorParallelWorkload(): Workload {
  return workloadWith('vllm:500', {
    engine: 'vllm',
    pids: Array.from({ length: 9 }, (_, n) => 500 + n),
    command: 'vllm serve Qwen/Qwen3-235B-A22B --tensor-parallel-size 8'.split(' '),
    model: {
      name: known('Qwen/Qwen3-235B-A22B'),
      source: known('argv'),
      quantization: known('fp8'),
      parameters: known(235e9),
    },
    memory: {
      usedBytes: known(gibibytes(563)),
      slices: slices({
        weightsBytes: 232,
        kvBytes: 302,
        activationsBytes: 12,
        overheadBytes: 14,
        unexplainedBytes: 3,
      }),
      perGpu: Array.from({ length: 8 }, (_, n) => ({
        uuid: `GPU-${n}`,
        usedBytes: known(gibibytes(n === 3 ? 73 : 70)),
        slices: slices({
          weightsBytes: 29,
          kvBytes: 37.75,
          activationsBytes: 1.5,
          overheadBytes: n === 3 ? 4.75 : 1.75,
        }),
      })),
      residentBytes: known(gibibytes(40)),
      onCpuRatio: known(0),
    },
    kv: {
      ...workloadWith('x:1', {}).kv,
      growth: known('preallocated'),
      capacityBytes: known(gibibytes(302)),
      usedBytes: known(gibibytes(100)),
      usedRatio: known(0.33),
      perEngine: [
        { label: 'DP 0', usedRatio: 0.41 },
        { label: 'DP 1', usedRatio: 0.25 },
      ],
    },
    ceiling: known({
      bytes: gibibytes(570),
      lowBytes: gibibytes(560),
      highBytes: gibibytes(580),
      limitedBy: 'engine-budget',
      basis: 'formula',
      workings: [{ term: 'weights', bytes: gibibytes(230) }],
      perGpu: Array.from({ length: 8 }, (_, n) => ({
        uuid: `GPU-${n}`,
        bytes: gibibytes(71.3),
        lowBytes: gibibytes(70),
        highBytes: gibibytes(72.5),
      })),
    }),
    cgroup: known({
      path: '/system.slice/vllm.service',
      limitBytes: gibibytes(64),
      heldBytes: known(gibibytes(61)),
      currentBytes: known(gibibytes(63)),
      oomKills: known(1),
    }),
  })
}

function slottedWorkload(): Workload {
  const slot = (id: number, generating: boolean, tokens: number) => ({
    id,
    generating,
    tokens: known(tokens),
    contextTokens: known(8192),
    remainingTokens: generating ? known(512) : unknown,
  })
  return workloadWith('llama.cpp:700', {
    engine: 'llama.cpp',
    user: known('svc'),
    command: ['llama-server', '-m', '/models/qwen3-8b.gguf', '-np', '4'],
    state: 'idle',
    idleSeconds: known(21_600),
    model: {
      name: known('qwen3-8b.gguf'),
      source: known('argv'),
      quantization: known('Q4_K_M'),
      parameters: known(8.2e9),
    },
    memory: {
      usedBytes: known(gibibytes(0.9)),
      slices: slices({ weightsBytes: 0.6, kvBytes: 0.2 }),
      perGpu: [{ uuid: 'GPU-7', usedBytes: known(gibibytes(0.9)), slices: slices({ weightsBytes: 0.6 }) }],
      residentBytes: known(gibibytes(1)),
      onCpuRatio: known(0.35),
    },
    kv: {
      ...workloadWith('x:1', {}).kv,
      growth: known('preallocated'),
      usedTokens: known(9000),
      capacityTokens: known(32_768),
      usedRatio: known(0.27),
      reusableTokens: known(3000),
      slots: [slot(0, true, 7900), slot(1, false, 3000), slot(2, true, 1100), slot(3, false, 0)],
    },
  })
}
