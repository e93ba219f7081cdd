import { known, missing } from '../../src/core/reading.ts'
import { gibibytes } from '../../src/core/units.ts'
import type { Frame, GpuProcessState } from '../../src/model/frame.ts'
import type { Risk } from '../../src/model/risk.ts'
import type { Trend } from '../../src/model/trend.ts'
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
  sceneOf,
  slices,
  workloadWith,
} from './scene.ts'

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
  const server = hostProcess(4200, 'vllm', VLLM_COMMAND)
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
    events: eventsAt(i),
  })
}

// One that came and went, one that came true, and the two that stand.
function eventsAt(i: number): Frame['events'] {
  const earlier = { ...kvRisk(), id: 'kv-saturation:vllm:4100', summary: 'vLLM 4100: KV pool 91 %' }
  const died = {
    ...oomRisk(),
    id: 'cuda-oom:pytorch:8100',
    summary: 'GPU 1 runs out of memory: pytorch 8100',
  }
  if (i === 30) return [{ kind: 'raised', risk: earlier }]
  if (i === 60) return [{ kind: 'raised', risk: died }]
  if (i === 80) return [{ kind: 'came-true', risk: died }]
  if (i === 90) return [{ kind: 'cleared', risk: earlier }]
  return i === 200
    ? [{ kind: 'raised', risk: kvRisk() }]
    : i === 280
      ? [{ kind: 'raised', risk: oomRisk() }]
      : []
}

const VLLM_COMMAND = 'vllm serve meta-llama/Llama-3.1-8B-Instruct --max-model-len 16384'.split(' ')

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
      perGpu: [{ uuid: 'GPU-0', usedBytes: known(gibibytes(69.9)), slices: slices({}) }],
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
      slots: [],
    },
    ceiling: known({
      bytes: gibibytes(72.9),
      lowBytes: gibibytes(72),
      highBytes: gibibytes(73.4),
      limitedBy: 'engine-budget',
      basis: 'engine-log',
      workings: [
        { term: 'weights', bytes: gibibytes(14.96), measuredBytes: gibibytes(15) },
        { term: 'KV cache', bytes: gibibytes(52.1), measuredBytes: gibibytes(52.3) },
        { term: 'compute buffers and activations', bytes: gibibytes(1.3), measuredBytes: gibibytes(1.1) },
        { term: 'CUDA context and other overhead', bytes: gibibytes(4.5), measuredBytes: gibibytes(1.4) },
      ],
      perGpu: [
        { uuid: 'GPU-0', bytes: gibibytes(72.9), lowBytes: gibibytes(72), highBytes: gibibytes(73.4) },
      ],
    }),
    trend: { memory: { kind: 'steady' }, kv: { ...growing(0.4), tokensPerSecond: 55 } },
    command: VLLM_COMMAND,
    config: {
      contextTokens: known(16_384),
      parallel: known(1024),
      kvTypeK: known('bf16'),
      kvTypeV: known('bf16'),
      gpuLayers: missing('not-supported'),
      tensorParallel: known(1),
      gpuMemoryUtilization: known(0.92),
      origins: {
        contextTokens: 'argv',
        parallel: 'default',
        kvTypeK: 'default',
        kvTypeV: 'default',
        tensorParallel: 'default',
        gpuMemoryUtilization: 'default',
      },
      flags: {
        contextTokens: '--max-model-len',
        parallel: '--max-num-seqs',
        kvTypeK: '--kv-cache-dtype',
        kvTypeV: '--kv-cache-dtype',
        tensorParallel: '--tensor-parallel-size',
        gpuMemoryUtilization: '--gpu-memory-utilization',
      },
      problems: [],
    },
    requests: { running: known(31), waiting: known(4), preemptions: known(0) },
    throughput: { promptTokensPerSecond: known(9120), generatedTokensPerSecond: known(2310) },
    headroom: {
      bytes: known(gibibytes(52.3 * (1 - ratio))),
      tokens: known(Math.round(428_416 * (1 - ratio))),
      requests: known(7),
    },
    telemetryGaps: [
      {
        what: 'memory of each part',
        remedy:
          "llmtop has not seen the engine's log; give it with --engine-log FILE, or start vLLM where its log can be read",
      },
    ],
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
      perGpu: [{ uuid: 'GPU-1', usedBytes: known(gibibytes(usedGib)), slices: slices({}) }],
      residentBytes: known(gibibytes(9)),
      onCpuRatio: known(0),
    },
    ceiling: known({
      bytes: gibibytes(90.7),
      lowBytes: gibibytes(88),
      highBytes: gibibytes(94),
      limitedBy: 'context-length',
      basis: 'formula',
      workings: [
        { term: 'weights', bytes: gibibytes(27.5), measuredBytes: gibibytes(27.5) },
        { term: 'KV cache', bytes: gibibytes(58.6) },
        { term: 'compute buffers and activations', bytes: gibibytes(3.9) },
        { term: 'CUDA context and other overhead', bytes: gibibytes(0.7) },
      ],
      perGpu: [{ uuid: 'GPU-1', bytes: gibibytes(90.7), lowBytes: gibibytes(88), highBytes: gibibytes(94) }],
    }),
    command: ['python3', 'chat.py', '--model', 'Qwen/Qwen3-14B'],
    throughput: { promptTokensPerSecond: missing('not-reported'), generatedTokensPerSecond: known(41) },
    trend: { memory: growing(3.6), kv: { kind: 'too-short', spanMs: 0, neededMs: 20_000 } },
  })
}

function growing(gibPerMinute: number): Extract<Trend, { readonly kind: 'growing' | 'shrinking' }> {
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
    evidence: [
      'it holds 59.8 GiB and has grown 3.6 GiB/min for 7 min (3.2–4.0, Mann–Kendall z 4.1)',
      'its weights are 27.5 GiB; KV cache and activations have grown from 0.4 to 32.3 GiB',
      'the card has 79.2 GiB, of which others hold 1.3',
    ],
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

export function kvRisk(): Risk {
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
    evidence: ['pool 80 % and rising 0.4 GiB/min for 7 min (Mann–Kendall z 4.1), 4 requests waiting'],
    advice: [
      {
        action: 'at the proxy: at most 24 requests at once keeps the pool under 75 %',
        command: undefined,
        freesBytes: undefined,
        addsTokens: undefined,
        restart: false,
        quality: undefined,
      },
      {
        action: 'use the unused budget',
        command: `${VLLM_COMMAND.join(' ')} --gpu-memory-utilization .95`,
        freesBytes: undefined,
        addsTokens: 24_500,
        restart: true,
        quality: undefined,
      },
      {
        action: 'FP8 KV cache',
        command: `${VLLM_COMMAND.join(' ')} --kv-cache-dtype fp8`,
        freesBytes: undefined,
        addsTokens: 428_416,
        restart: true,
        quality: 'near lossless when calibrated',
      },
    ],
  }
}
