import type { RawSample } from '../../../src/model/sample.ts'
import { simulate, type SimulatedProcess } from '../../support/simulate.ts'

/**
 * Eight cards full of inference servers, 100 processes on them: four vLLM and two SGLang instances over all cards, twelve
 * Ollama runners and ten llama-servers, and torch jobs. All answer at every tick, with other numbers each time.
 */
export function servingMachine(samples: number): readonly RawSample[] {
  const intervalMs = 2000
  const processes = [
    ...[0, 1, 2, 3].flatMap(vllm),
    ...[0, 1].flatMap(sglang),
    server(3000, 1, 'ollama', ['/usr/local/bin/ollama', 'serve']),
    ...counted(12).map(ollamaRunner),
    ...counted(10).map(llamaServer),
    ...counted(30).map(torchJob),
  ]
  return simulate({
    host: 'bench',
    seed: 1,
    startedAtEpochMs: Date.UTC(2026, 10, 21),
    intervalMs,
    durationMs: (samples - 1) * intervalMs,
    hostTotalKib: 2 * 1024 ** 3,
    gpus: counted(8).map((index) => ({
      utilizationAt: (seconds) => 60 + 30 * Math.sin(seconds / 20 + index),
    })),
    processes,
    pagesAt,
  })
}

function pagesAt(seconds: number): Readonly<Record<string, string>> {
  const pages: readonly (readonly [string, string])[] = [
    ...counted(4).map((at): readonly [string, string] => [
      `http/127.0.0.1:${8000 + at}/metrics`,
      vllmMetrics(0.3 + 0.1 * Math.sin(seconds / 9 + at)),
    ]),
    ...counted(2).map((at): readonly [string, string] => [
      `http/127.0.0.1:${30_000 + at}/metrics`,
      sglangMetrics(Math.round(9e4 + 100 * seconds + at)),
    ]),
    ...counted(22).flatMap((at): readonly (readonly [string, string])[] => [
      [`http/127.0.0.1:${9000 + at}/props`, PROPS],
      [`http/127.0.0.1:${9000 + at}/slots`, slots(Math.round(seconds) + at)],
    ]),
  ]
  return Object.fromEntries(pages)
}

const MODEL = 'meta-llama/Llama-3.1-8B-Instruct'

function vllm(at: number): readonly SimulatedProcess[] {
  const root = 4000 + 20 * at
  const command = [
    '/usr/bin/python3',
    '/usr/local/bin/vllm',
    'serve',
    MODEL,
    '-tp',
    '8',
    '--port',
    `${8000 + at}`,
  ]
  return [
    server(root, 1, 'vllm', command),
    server(root + 1, root, 'VLLM::EngineCor', ['VLLM::EngineCore']),
    ...counted(8).map((rank) => holder(root + 2 + rank, root + 1, rank, [`VLLM::Worker_TP${rank}`], 6000)),
  ]
}

function sglang(at: number): readonly SimulatedProcess[] {
  const root = 5000 + 20 * at
  const command = [
    'python3',
    '-m',
    'sglang.launch_server',
    '--model-path',
    MODEL,
    '--tp',
    '8',
    '--port',
    `${30_000 + at}`,
    '--enable-metrics',
  ]
  return [
    server(root, 1, 'python3', command),
    ...counted(8).map((rank) => holder(root + 1 + rank, root, rank, [`sglang::scheduler_TP${rank}`], 6000)),
  ]
}

function ollamaRunner(at: number): SimulatedProcess {
  const blob = `/usr/share/ollama/.ollama/models/blobs/sha256-${'6a77'.repeat(16)}`
  const command = [
    '/usr/local/lib/ollama/llama-server',
    '--model',
    blob,
    '--port',
    `${9000 + at}`,
    '-c',
    '8192',
    '-np',
    '1',
  ]
  return holder(3001 + at, 3000, at % 8, command, 1500)
}

function llamaServer(at: number): SimulatedProcess {
  const command = [
    'llama-server',
    '-m',
    '/models/llama-3.1-8b-instruct-Q4_K_M.gguf',
    '-c',
    '8192',
    '-np',
    '2',
    '--port',
    `${9012 + at}`,
  ]
  return holder(6000 + at, 1, at % 8, command, 1500)
}

function torchJob(at: number): SimulatedProcess {
  return holder(7000 + at, 1, at % 8, ['/usr/bin/python3', `/srv/jobs/train_${at}.py`], 1000)
}

function server(pid: number, parentPid: number, comm: string, command: readonly string[]): SimulatedProcess {
  return {
    pid,
    parentPid,
    uid: 1000,
    startTicks: pid,
    comm,
    command,
    gpuMiBAt: () => ({}),
    residentMiB: 900,
    cpuPercent: 5,
  }
}

function holder(
  pid: number,
  parentPid: number,
  gpu: number,
  command: readonly string[],
  usedMiB: number,
): SimulatedProcess {
  const comm = (command[0] ?? '').replace(/^.*\//, '').slice(0, 15)
  return {
    ...server(pid, parentPid, comm, command),
    gpuMiBAt: (seconds) => ({ [gpu]: usedMiB + Math.round(40 * Math.sin(seconds / 30 + pid)) }),
  }
}

function vllmMetrics(used: number): string {
  return [
    `vllm:num_requests_running{engine="0",model_name="${MODEL}"} 12`,
    `vllm:num_requests_waiting{engine="0",model_name="${MODEL}"} 0`,
    `vllm:kv_cache_usage_perc{engine="0",model_name="${MODEL}"} ${used.toFixed(6)}`,
    `vllm:cache_config_info{block_size="16",cache_dtype="auto",engine="0",gpu_memory_utilization="0.9",num_gpu_blocks="27000"} 1`,
    `vllm:generation_tokens_total{engine="0",model_name="${MODEL}"} ${Math.round(used * 1e6)}`,
    '',
  ].join('\n')
}

function sglangMetrics(tokens: number): string {
  return counted(8)
    .flatMap((rank) => [
      `sglang:num_running_reqs{model_name="m",tp_rank="${rank}"} 4`,
      `sglang:num_used_tokens{model_name="m",tp_rank="${rank}"} ${tokens}`,
      `sglang:max_total_num_tokens{model_name="m",tp_rank="${rank}"} 400000`,
      '',
    ])
    .join('\n')
}

const PROPS = JSON.stringify({
  default_generation_settings: { n_ctx: 4096 },
  total_slots: 2,
  model_path: '/models/llama-3.1-8b-instruct-Q4_K_M.gguf',
  endpoint_slots: true,
  is_sleeping: false,
})

function slots(tokens: number): string {
  return JSON.stringify(
    counted(2).map((id) => ({
      id,
      n_ctx: 4096,
      is_processing: true,
      id_task: 1,
      n_prompt_tokens: (tokens + id) % 4096,
      n_prompt_tokens_processed: 10,
      next_token: [{ n_remain: 100, n_decoded: tokens }],
    })),
  )
}

function counted(count: number): readonly number[] {
  return Array.from({ length: count }, (_, at) => at)
}
