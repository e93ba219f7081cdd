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
  pagesAt: (seconds) => ({ 'http/127.0.0.1:8000/metrics': vllmMetrics(seconds) }),
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

/** Requests come and go: the pool breathes between a half and four fifths, and nobody is preempted. */
function vllmMetrics(seconds: number): string {
  const used = 0.62 + 0.1 * Math.sin(seconds / 70) + 0.06 * ((seconds % 45) / 45)
  const labels = 'engine="0",model_name="meta-llama/Llama-3.1-8B-Instruct"'
  const series = {
    'vllm:num_requests_running': Math.round(used * 46),
    'vllm:num_requests_waiting': 0,
    'vllm:kv_cache_usage_perc': used.toFixed(4),
    'vllm:num_preemptions_total': 0,
    'vllm:prompt_tokens_total': 5_210_000 + Math.round(1450 * seconds),
    'vllm:generation_tokens_total': 3_406_000 + Math.round(2310 * seconds),
  }
  const config =
    'block_size="16",cache_dtype="auto",gpu_memory_utilization="0.92",kv_cache_size_tokens="428416",num_gpu_blocks="26776"'
  return [
    `vllm:cache_config_info{engine="0",${config}} 1.0`,
    ...Object.entries(series).map(([name, value]) => `${name}{${labels}} ${value}`),
    '',
  ].join('\n')
}
