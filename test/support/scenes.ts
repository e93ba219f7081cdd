import { known, missing } from '../../src/core/reading.ts'
import { gibibytes } from '../../src/core/units.ts'
import type { Frame } from '../../src/model/frame.ts'
import type { Risk } from '../../src/model/risk.ts'
import type { Scene } from '../../src/view/panel.ts'
import { FLEET_TABS, HOST_TABS } from '../../src/view/views.ts'
import type { View } from '../../src/view/views.ts'
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
import { fleet } from './scene-fleet.ts'
import { many, tensorParallel } from './scene-many.ts'
import { kvRisk, twoH100 } from './scene-two-h100.ts'

/** Every scene that the screen is tried on, by name. */
export const SCENES: Readonly<Record<string, () => Scene>> = {
  'two H100': twoH100,
  'eight GPUs, 100 processes': eightGpus,
  'no GPU': noGpu,
  'unified memory': unified,
  'MIG slices': mig,
  'hostile names': hostile,
  'nothing runs': nothingRuns,
  'sixteen GPUs, forty engines': many,
  'tensor parallel': tensorParallel,
  fleet,
}

/** Every view of a scene that has them, under the scene's name and its own. */
export function viewsOf(name: string, scene: Scene): Readonly<Record<string, Scene>> {
  const [gpu] = scene.frame.gpus
  const [workload] = scene.frame.workloads
  const [risk] = scene.frame.risks
  const views: readonly (View | undefined)[] = [
    ...HOST_TABS.map((kind) => ({ kind })),
    ...(scene.hosts.length > 1 ? FLEET_TABS.map((kind) => ({ kind })) : []),
    gpu === undefined ? undefined : { kind: 'gpu', uuid: gpu.uuid },
    workload === undefined ? undefined : { kind: 'workload', id: workload.id },
    risk === undefined ? undefined : { kind: 'warning', id: `${scene.frame.host} ${risk.id}` },
    { kind: 'workload', id: 'gone:1' },
    { kind: 'help' },
  ]
  return Object.fromEntries(
    views.flatMap((view) =>
      view === undefined
        ? []
        : [
            [
              `${name}, ${view.kind}${'id' in view ? ` ${view.id}` : ''}`,
              { ...scene, ui: { ...scene.ui, views: [view] as const } },
            ],
          ],
    ),
  )
}

/** An idle card, and nobody on it. */
export function nothingRuns(): Scene {
  return sceneOf([frameWith({ gpus: [gpuWith(0, {})] })])
}

const STEP_MS = 2000

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
  return sceneOf(noGpuFrames())
}

export function noGpuFrames(): readonly Frame[] {
  return Array.from({ length: 30 }, (_, i) =>
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
}

/** A GB10: one pool, a slow nvidia-smi. */
export function unified(): Scene {
  return sceneOf(unifiedFrames())
}

export function unifiedFrames(): readonly Frame[] {
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
      perGpu: [{ uuid: 'GPU-0', usedBytes: known(gibibytes(36)), slices: slices({}) }],
      residentBytes: known(gibibytes(2)),
      onCpuRatio: missing('not-reported'),
    },
  })
  return Array.from({ length: 60 }, (_, i) =>
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
        perGpu: [{ uuid: 'GPU-0', usedBytes: known(gibibytes(5)), slices: slices({}) }],
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
