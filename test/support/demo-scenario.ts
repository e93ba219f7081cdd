import { GIB } from '../../src/core/units.ts'
import type { Scenario, SimulatedProcess } from './simulate.ts'

/** When the growing process of the demo asks for more than there is, and is gone. */
export const DEMO_OOM_SECONDS = 552

const VLLM_COMMAND = [
  '/usr/bin/python3',
  '/opt/venv/bin/vllm',
  'serve',
  'meta-llama/Llama-3.1-8B-Instruct',
  '--max-model-len',
  '16384',
]

/**
 * The bundled demo: ten minutes on two cards. Card 0 holds a vLLM server whose pool is flat by design and a desktop;
 * card 1 a transformers server whose KV cache grows with every long generation until CUDA is out of memory.
 */
export const DEMO: Scenario = {
  host: 'demo',
  seed: 20_261_121,
  startedAtEpochMs: Date.UTC(2026, 10, 21, 3, 0, 0),
  intervalMs: 2000,
  durationMs: 600_000,
  hostTotalKib: (251 * GIB) / 1024,
  gpus: [
    { utilizationAt: (s) => 62 + 12 * Math.sin(s / 23) },
    { utilizationAt: (s) => (s < DEMO_OOM_SECONDS ? 93 : 0) },
  ],
  processes: [
    engine(
      {
        pid: 4200,
        parentPid: 1,
        uid: 0,
        startTicks: 812_000,
        comm: 'vllm',
        command: VLLM_COMMAND,
        residentMiB: 1850,
        cpuPercent: 12,
      },
      () => ({}),
    ),
    engine(
      {
        pid: 4242,
        parentPid: 4200,
        uid: 0,
        startTicks: 812_900,
        comm: 'VLLM::EngineCor',
        command: ['VLLM::EngineCore'],
        residentMiB: 5200,
        cpuPercent: 104,
      },
      () => ({ 0: 72_300 }),
    ),
    engine(
      {
        pid: 9120,
        parentPid: 8000,
        uid: 1000,
        startTicks: 103_920_000,
        comm: 'transformers',
        command: [
          '/home/alice/venv/bin/python3',
          '/home/alice/venv/bin/transformers',
          'serve',
          '--force-model',
          'Qwen/Qwen3-14B',
        ],
        residentMiB: 3100,
        cpuPercent: 101,
      },
      transformersMemory,
    ),
    {
      ...engine(
        {
          pid: 2210,
          parentPid: 2200,
          uid: 0,
          startTicks: 3200,
          comm: 'Xorg',
          command: ['/usr/lib/xorg/Xorg', ':0', '-seat', 'seat0'],
          residentMiB: 140,
          cpuPercent: 2,
        },
        () => ({ 0: 96, 1: 9 }),
      ),
      type: 'G',
    },
    {
      ...engine(
        {
          pid: 2388,
          parentPid: 2300,
          uid: 1000,
          startTicks: 3900,
          comm: 'gnome-shell',
          command: ['/usr/bin/gnome-shell'],
          residentMiB: 410,
          cpuPercent: 3,
        },
        (s) => ({ 0: 143 + 6 * Math.sin(s / 40) }),
      ),
      type: 'C+G',
    },
  ],
}

function engine(
  process: Omit<SimulatedProcess, 'gpuMiBAt'>,
  gpuMiBAt: SimulatedProcess['gpuMiBAt'],
): SimulatedProcess {
  return { ...process, gpuMiBAt }
}

/** 28 GiB of BF16 weights are there at once; then about 5.4 GiB a minute of cache and its copies, in the allocator's steps of 20 MiB. */
function transformersMemory(seconds: number): Readonly<Record<number, number>> | undefined {
  if (seconds >= DEMO_OOM_SECONDS) return undefined
  const grownMiB = 5.47 * 1024 * (seconds / 60)
  return { 1: 29_300 + Math.floor(grownMiB / 20) * 20 }
}
