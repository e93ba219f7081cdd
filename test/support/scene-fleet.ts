import { known, missing } from '../../src/core/reading.ts'
import { gibibytes } from '../../src/core/units.ts'
import type { Frame } from '../../src/model/frame.ts'
import type { Risk } from '../../src/model/risk.ts'
import type { Scene } from '../../src/view/panel.ts'
import { see } from '../../src/view/seen.ts'
import { INITIAL_UI } from '../../src/view/ui-state.ts'
import {
  frameWith,
  gpuWith,
  h100Memory,
  hostMemory,
  LIVE,
  NOON_EPOCH_MS,
  slices,
  workloadWith,
} from './scene.ts'
import { kvRisk } from './scene-two-h100.ts'

/** Eight hosts: well, late, down, without a GPU, in danger, and two that share one engine. */
export function fleet(): Scene {
  const hosts = fleetFrames().map((frame) => see(undefined, frame))
  const [first] = hosts
  if (first === undefined) throw new Error('a fleet needs a host')
  return { ...first, hosts, session: LIVE, ui: { ...INITIAL_UI, views: [{ kind: 'fleet' }] } }
}

export function fleetFrames(): readonly Frame[] {
  return [
    host('gpu-01', 8, 71.4, {}),
    host('gpu-03', 8, 71.4, { risks: [oom()] }),
    host('gpu-17', 8, 76.5, {
      risks: [
        { ...kvRisk(), level: 'warn', summary: 'vLLM 4200 preempts 0.3/s, 41 requests wait', eta: undefined },
      ],
    }),
    host('gpu-22', 4, 33, { risks: [kvRisk()] }),
    host('ram-01', 0, 0, { hostMemory: hostMemory(251, 10) }),
    host('gpu-41', 8, 70, { link: { state: 'late', ageMs: 14_000, retryInMs: null } }),
    host('gpu-58', 8, 73.8, { link: { state: 'refused', ageMs: 420_000, retryInMs: 8000 } }),
    ...['node-a', 'node-b'].map((name, i) => ranksOn(name, 76 + i)),
  ]
}

function host(name: string, gpus: number, usedGib: number, changes: Partial<Frame>): Frame {
  return frameWith({
    host: name,
    source: { kind: 'ssh', label: name },
    elapsedMs: 600_000,
    takenAtEpochMs: NOON_EPOCH_MS,
    gpus: Array.from({ length: gpus }, (_, index) => gpuWith(index, { memory: h100Memory(usedGib) })),
    workloads: gpus === 0 ? [] : [workloadWith('vllm:4200', { engine: 'vllm', kv: pool(0.44) })],
    ...changes,
  })
}

// Half of the ranks of one engine that spans two nodes.
function ranksOn(name: string, usedGib: number): Frame {
  return host(name, 8, usedGib, {
    workloads: [
      workloadWith('vllm:900', {
        engine: 'vllm',
        model: {
          name: known('deepseek-ai/DeepSeek-V3'),
          source: known('argv'),
          quantization: known('fp8'),
          parameters: missing('not-reported'),
        },
        kv: pool(0.61),
        memory: {
          usedBytes: known(gibibytes(8 * usedGib)),
          slices: slices({}),
          perGpu: [],
          residentBytes: missing('not-reported'),
          onCpuRatio: missing('not-reported'),
        },
        ceiling: known({
          bytes: gibibytes(8 * 77),
          lowBytes: gibibytes(8 * 76),
          highBytes: gibibytes(8 * 78),
          limitedBy: 'engine-budget',
          basis: 'formula',
          workings: [],
          perGpu: [],
        }),
        partial: { instance: 'deepseek-v3@10.0.0.1:29500', ranksHere: 8, ranksInAll: known(16) },
      }),
    ],
  })
}

function pool(usedRatio: number) {
  return { ...workloadWith('x:1', {}).kv, usedRatio: known(usedRatio) }
}

function oom(): Risk {
  return {
    ...kvRisk(),
    id: 'cuda-oom:GPU-5',
    class: 'cuda-oom',
    level: 'critical',
    gpu: 'GPU-5',
    gpus: ['GPU-5'],
    workload: undefined,
    eta: { seconds: 300, lowSeconds: 240, highSeconds: 360 },
    summary: 'GPU 5 runs out of memory in 4–6 min: train.py 3100 grows 2.1 GiB/min',
    evidence: ['73.4 of 79.2 GiB are used, 2.1 GiB/min more for 9 min'],
    advice: [],
  }
}
