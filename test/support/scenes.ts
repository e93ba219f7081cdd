import { known, missing } from '../../src/core/reading.ts'
import { gibibytes } from '../../src/core/units.ts'
import type { Frame, GpuProcessState } from '../../src/model/frame.ts'
import type { Risk } from '../../src/model/risk.ts'
import type { Workload } from '../../src/model/workload.ts'
import type { Scene } from '../../src/view/panel.ts'
import {
  frameWith,
  gpuWith,
  h100Memory,
  hostMemory,
  hostProcess,
  NOON_EPOCH_MS,
  processWith,
  REPLAY,
  sceneOf,
  slices,
  workloadWith,
} from './scene.ts'

/** Every scene that the screen is tried on, by name. */
export const SCENES: Readonly<Record<string, () => Scene>> = {
  'two H100': twoH100,
  'eight GPUs, 100 processes': eightGpus,
  'no GPU': noGpu,
  'unified memory': unified,
  'MIG slices': mig,
  'hostile names': hostile,
}

const STEP_MS = 2000

/** A vLLM whose pool fills, and a transformers process that grows, over ten minutes with a hole of forty seconds. */
export function twoH100(): Scene {
  return sceneOf(twoH100Frames())
}

export function twoH100Frames(count = 300): readonly Frame[] {
  return Array.from({ length: count }, (_, i) => i)
    .filter((i) => i < 100 || i > 120)
    .map((i) => twoH100Frame(i, i / (count - 1), i === 121))
}

function twoH100Frame(i: number, share: number, afterGap: boolean): Frame {
  const ratio = 0.5 + 0.28 * share + 0.02 * Math.sin(i / 9)
  const grown = 24.6 + 35.2 * share ** 1.4
  const vllm = vllmWorkload(ratio)
  const transformers = transformersWorkload(grown)
  const server = hostProcess(
    4200,
    'vllm',
    'vllm serve meta-llama/Llama-3.1-8B-Instruct --max-model-len 16384'.split(' '),
  )
  const python = hostProcess(9120, 'python3', ['python3', 'chat.py', '--model', 'Qwen/Qwen3-14B'], 'alice')
  const desktop = hostProcess(2210, 'Xorg', ['/usr/lib/xorg/Xorg', ':0', '-nolisten', 'tcp'])
  const xorg: GpuProcessState = { ...processWith(desktop, 'unknown:2210', 0.1), type: 'G' }
  return frameWith({
    sequence: i,
    elapsedMs: i * STEP_MS,
    takenAtEpochMs: NOON_EPOCH_MS - 598_000 + i * STEP_MS,
    afterGap,
    hostMemory: hostMemory(251, 189 - 3 * share),
    gpus: [
      gpuWith(0, {
        memory: h100Memory(71.4),
        processes: known([processWith(server, vllm.id, 69.9), xorg]),
        attributedBytes: known(gibibytes(69.9)),
        otherBytes: known(gibibytes(1.5)),
        unownedBytes: known(gibibytes(0.6)),
        unownedReason: 'driver',
      }),
      gpuWith(1, {
        memory: h100Memory(grown + 1.3),
        utilization: { gpuPercent: known(97), memoryPercent: known(80) },
        temperatureCelsius: known(71),
        powerWatts: known(655),
        processes: known([processWith(python, transformers.id, grown), xorg]),
        attributedBytes: known(gibibytes(grown)),
        otherBytes: known(gibibytes(1.3)),
        unownedBytes: known(gibibytes(0.4)),
        unownedReason: 'driver',
      }),
    ],
    workloads: [vllm, transformers, workloadWith('unknown:2210', {})],
    risks: share < 0.6 ? [] : [oomRisk(), kvRisk()],
  })
}

function vllmWorkload(ratio: number): Workload {
  return workloadWith('vllm:4200', {
    engine: 'vllm',
    model: {
      name: known('meta-llama/Llama-3.1-8B-Instruct'),
      source: known('argv'),
      quantization: known('bf16'),
      parameters: known(8_030_261_248),
    },
    memory: {
      usedBytes: known(gibibytes(69.9)),
      slices: slices({
        weightsBytes: 15,
        kvBytes: 52.3,
        activationsBytes: 1.1,
        overheadBytes: 1.4,
        unexplainedBytes: 0.1,
      }),
      perGpu: [{ uuid: 'GPU-0', usedBytes: known(gibibytes(69.9)) }],
      residentBytes: known(gibibytes(9)),
      onCpuRatio: known(0),
    },
    kv: {
      growth: known('preallocated'),
      capacityBytes: known(gibibytes(52.3)),
      usedBytes: known(gibibytes(52.3 * ratio)),
      capacityTokens: known(428_416),
      usedTokens: known(Math.round(428_416 * ratio)),
      reusableTokens: missing('not-reported'),
      usedRatio: known(ratio),
      bytesPerToken: known(131_072),
      perEngine: [],
    },
    ceiling: known({
      bytes: gibibytes(72.9),
      lowBytes: gibibytes(72),
      highBytes: gibibytes(73.4),
      limitedBy: 'engine-budget',
      basis: 'engine-log',
      workings: [],
      perGpu: [{ uuid: 'GPU-0', bytes: gibibytes(72.9) }],
    }),
    trend: { memory: { kind: 'steady' }, kv: growing(0.4) },
  })
}

function transformersWorkload(usedGib: number): Workload {
  return workloadWith('transformers:9120', {
    engine: 'transformers',
    user: known('alice'),
    model: {
      name: known('Qwen3-14B'),
      source: known('argv'),
      quantization: known('bf16'),
      parameters: known(14_768_307_200),
    },
    memory: {
      usedBytes: known(gibibytes(usedGib)),
      slices: slices({ weightsBytes: 27.5 * Math.min(1, usedGib / 27.5) }),
      perGpu: [{ uuid: 'GPU-1', usedBytes: known(gibibytes(usedGib)) }],
      residentBytes: known(gibibytes(9)),
      onCpuRatio: known(0),
    },
    ceiling: known({
      bytes: gibibytes(90.7),
      lowBytes: gibibytes(88),
      highBytes: gibibytes(94),
      limitedBy: 'context-length',
      basis: 'formula',
      workings: [],
      perGpu: [{ uuid: 'GPU-1', bytes: gibibytes(90.7) }],
    }),
    trend: { memory: growing(3.6), kv: { kind: 'too-short', spanMs: 0, neededMs: 20_000 } },
  })
}

function growing(gibPerMinute: number): Workload['trend']['memory'] {
  const bytesPerSecond = gibibytes(gibPerMinute) / 60
  return {
    kind: 'growing',
    bytesPerSecond,
    lowBytesPerSecond: bytesPerSecond * 0.9,
    highBytesPerSecond: bytesPerSecond * 1.1,
  }
}

function oomRisk(): Risk {
  return {
    id: 'cuda-oom:transformers:9120',
    class: 'cuda-oom',
    level: 'critical',
    gpu: 'GPU-1',
    gpus: ['GPU-1'],
    workload: 'transformers:9120',
    mig: undefined,
    eta: { seconds: 300, lowSeconds: 250, highSeconds: 350 },
    sinceElapsedMs: 560_000,
    summary:
      'GPU 1 runs out of memory in 4–6 min: transformers 9120 (alice) grows 3.6 GiB/min, 18.1 left. It then fails.',
    evidence: [],
    advice: [
      {
        action: 'smaller batch, or a quantized KV cache',
        command: undefined,
        freesBytes: gibibytes(15),
        addsTokens: undefined,
        restart: true,
        quality: undefined,
      },
    ],
  }
}

function kvRisk(): Risk {
  return {
    id: 'kv-saturation:vllm:4200',
    class: 'kv-saturation',
    level: 'watch',
    gpu: 'GPU-0',
    gpus: ['GPU-0'],
    workload: 'vllm:4200',
    mig: undefined,
    eta: { seconds: 1560, lowSeconds: 1260, highSeconds: 2040 },
    sinceElapsedMs: 400_000,
    summary:
      'vLLM 4200: KV pool 80 %, full in about 26 min if it goes on. Then requests are preempted: slower, no crash.',
    evidence: [],
    advice: [],
  }
}

/** Eight full cards and a hundred processes, replayed. */
export function eightGpus(): Scene {
  return sceneOf(eightGpusFrames(), { session: REPLAY })
}

export function eightGpusFrames(count = 30): readonly Frame[] {
  return Array.from({ length: count }, (_, i) => eightGpusFrame(i))
}

function eightGpusFrame(i: number): Frame {
  const hosts = Array.from({ length: 100 }, (_, n) =>
    hostProcess(10_000 + n, 'python3', ['python3', `train_${n}.py`, '--seed', n.toString()], `user${n % 7}`),
  )
  return frameWith({
    sequence: i,
    elapsedMs: i * STEP_MS,
    takenAtEpochMs: NOON_EPOCH_MS + i * STEP_MS,
    gpus: Array.from({ length: 8 }, (_, index) => {
      const used = 40 + 4 * index + (index === 3 ? i / 40 : 0)
      const own = hosts.filter((_, n) => n % 8 === index)
      return gpuWith(index, {
        memory: h100Memory(used),
        utilization: { gpuPercent: known(60 + index * 5 + (i % 2)), memoryPercent: known(40) },
        processes: known(own.map((host) => processWith(host, `unknown:${host.pid}`, used / own.length))),
        otherBytes: known(gibibytes(used)),
      })
    }),
    workloads: hosts.map((host) => workloadWith(`unknown:${host.pid}`, {})),
  })
}

/** A machine without nvidia-smi. */
export function noGpu(): Scene {
  const frames = Array.from({ length: 30 }, (_, i) =>
    frameWith({
      elapsedMs: i * STEP_MS,
      driver: { version: missing('not-reported'), cuda: missing('not-reported') },
      gpuSample: missing('not-yet-known'),
      hostMemory: hostMemory(62, 30 - i / 10),
      hostProcesses: [
        hostProcess(
          4410,
          'llama-server',
          ['llama-server', '-m', '/models/gpt-oss-20b.gguf', '--cpu-moe'],
          'svc',
        ),
        hostProcess(1, 'systemd', ['/sbin/init']),
      ],
      faults: [{ fault: { kind: 'command-not-found', command: 'nvidia-smi' }, ageMs: i * STEP_MS }],
    }),
  )
  return sceneOf(frames)
}

/** A GB10: one pool, a slow nvidia-smi. */
export function unified(): Scene {
  const server = hostProcess(700, 'llama-server', ['llama-server', '-m', '/models/qwen3-32b.gguf'], 'svc')
  const missingMemory = missing('not-supported')
  const workload = workloadWith('llama.cpp:700', {
    engine: 'llama.cpp',
    model: {
      name: known('qwen3-32b'),
      source: known('argv'),
      quantization: known('Q4_K_M'),
      parameters: missing('not-reported'),
    },
    memory: {
      usedBytes: known(gibibytes(36)),
      slices: slices({}),
      perGpu: [{ uuid: 'GPU-0', usedBytes: known(gibibytes(36)) }],
      residentBytes: known(gibibytes(2)),
      onCpuRatio: missing('not-reported'),
    },
  })
  const frames = Array.from({ length: 60 }, (_, i) =>
    frameWith({
      elapsedMs: i * STEP_MS,
      hostMemory: hostMemory(119.6, 70 - i / 6),
      gpuSample: known({ ageMs: 4200, tookMs: known(3900) }),
      gpus: [
        gpuWith(0, {
          name: 'NVIDIA GB10',
          unifiedMemory: true,
          memory: {
            totalBytes: missingMemory,
            reservedBytes: missingMemory,
            usedBytes: missingMemory,
            freeBytes: missingMemory,
          },
          powerLimitWatts: missing('not-supported'),
          powerWatts: known(38),
          processes: known([processWith(server, workload.id, 36)]),
          attributedBytes: known(gibibytes(36)),
          otherBytes: missingMemory,
        }),
      ],
      workloads: [workload],
    }),
  )
  return sceneOf(frames)
}

/** An A100 cut into slices, its processes hidden by a container. */
export function mig(): Scene {
  const slice = (index: number, gpuInstanceId: number, totalGib: number, usedGib: number) => ({
    index,
    gpuInstanceId,
    computeInstanceId: 0,
    memory: {
      totalBytes: known(gibibytes(totalGib)),
      reservedBytes: known(gibibytes(0.1)),
      usedBytes: known(gibibytes(usedGib)),
      freeBytes: known(gibibytes(totalGib - usedGib - 0.1)),
    },
  })
  const gpu = gpuWith(0, {
    name: 'NVIDIA A100-SXM4-40GB',
    memory: h100Memory(21.3),
    utilization: { gpuPercent: missing('not-supported'), memoryPercent: missing('not-supported') },
    mig: {
      enabled: known(true),
      devices: [slice(0, 1, 19.6, 17.2), slice(1, 5, 9.7, 4.1), slice(2, 13, 4.8, 0)],
    },
    otherBytes: known(gibibytes(21.3)),
    unownedBytes: known(gibibytes(21.3)),
    unownedReason: 'pid-namespace',
  })
  return sceneOf([
    frameWith({ gpus: [gpu], faults: [{ fault: { kind: 'pid-namespace', gpus: 1 }, ageMs: 90_000 }] }),
  ])
}

/** Names made to break a terminal. */
export function hostile(): Scene {
  const names = [
    '\u001b[31mred\u001b[0m',
    '{red-fg}{bold}tags{/}',
    '模型服务器-推理引擎-大语言模型',
    '🤗 transformers 🚀',
    'e\u0301cole\u0000\u009b31m',
    '\u202egnp.exe',
    'a'.repeat(300),
  ]
  const hosts = names.map((name, n) => hostProcess(100 + n, name, [name, '--model', name], name))
  const gpu = gpuWith(0, {
    name: 'NVIDIA \u001b]0;owned\u0007 模型 {bold}',
    memory: h100Memory(35),
    processes: known(
      hosts.map((host, n) => processWith(host, n < 4 ? `vllm:${host.pid}` : `unknown:${host.pid}`, 5)),
    ),
    attributedBytes: known(gibibytes(20)),
    otherBytes: known(gibibytes(15)),
  })
  const workloads = hosts.map((host, n) =>
    workloadWith(n < 4 ? `vllm:${host.pid}` : `unknown:${host.pid}`, {
      engine: n < 4 ? 'vllm' : 'unknown',
      model: {
        name: known(host.comm),
        source: known('argv'),
        quantization: missing('not-reported'),
        parameters: missing('not-reported'),
      },
      memory: {
        usedBytes: known(gibibytes(5)),
        slices: slices({}),
        perGpu: [{ uuid: 'GPU-0', usedBytes: known(gibibytes(5)) }],
        residentBytes: known(gibibytes(1)),
        onCpuRatio: missing('not-reported'),
      },
    }),
  )
  const risk: Risk = {
    ...kvRisk(),
    workload: 'vllm:102',
    summary: 'vLLM 102: 模型服务器 \u001b[2J fills {red-fg}',
  }
  return sceneOf([frameWith({ host: 'nøde\u001b[7m七', gpus: [gpu], workloads, risks: [risk] })])
}
