import { describe, expect, test } from 'vitest'
import { known, missing, valueOr } from '../../src/core/reading.ts'
import type { Workload } from '../../src/model/workload.ts'
import { lastFrame, sampleAt, steps, type Parts } from '../support/fold.ts'
import { nvidiaSmiXml } from '../support/nvidia-smi-xml.ts'

const LLAMA = 'meta-llama/Llama-3.1-8B-Instruct'

function proc(pid: number, parentPid: number, title: string): Parts {
  const words = title.startsWith('VLLM::') || title.startsWith('ray::') ? title : title.replaceAll(' ', '\0')
  return {
    [`proc/${pid}/stat`]: `${pid} (x) S ${parentPid} 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 8 0 ${pid} 0 256 0\n`,
    [`proc/${pid}/status`]: 'Uid:\t0\t0\t0\t0\nVmRSS:\t 1024 kB\n',
    [`proc/${pid}/cmdline`]: `${words}\0`,
  }
}

/** One card for each of these, in their order. */
function cards(...processes: readonly (readonly [pid: number, name: string])[]): Parts {
  const gpus = processes.map(([pid, name]) => ({
    totalMiB: 81_559,
    processes: [{ pid, name, usedMiB: 70_000 }],
  }))
  return { 'nvidia-smi': nvidiaSmiXml({ gpus }) }
}

function workloads(parts: Parts): readonly Workload[] {
  return lastFrame([sampleAt(0, parts)]).workloads
}

function pidsOf(parts: Parts): readonly (readonly number[])[] {
  return workloads(parts).map(({ pids }) => pids)
}

describe('ranks whose server is gone', () => {
  const ranks = (...titles: readonly string[]): Parts => ({
    ...cards(...titles.map((title, at) => [21 + at, title] as const)),
    ...Object.fromEntries(titles.flatMap((title, at) => Object.entries(proc(21 + at, 1, title)))),
  })

  test('are one workload', () => {
    expect(pidsOf(ranks('VLLM::Worker_TP0', 'VLLM::Worker_TP1', 'VLLM::Worker_TP2'))).toEqual([[21, 22, 23]])
  })

  test('are two where two have the same number', () => {
    expect(pidsOf(ranks('VLLM::Worker_TP0', 'VLLM::Worker_TP1', 'VLLM::Worker_TP0'))).toEqual([
      [21, 22],
      [23],
    ])
  })

  test('are each its own where their titles count nothing', () => {
    expect(pidsOf(ranks('VLLM::EngineCore', 'VLLM::EngineCore'))).toEqual([[21], [22]])
  })
})

describe('workers of Ray', () => {
  const worker = 'ray::RayWorkerWrapper.execute_method'
  const node = {
    ...cards([21, worker], [22, worker]),
    ...proc(10, 1, '/usr/bin/raylet'),
    ...proc(21, 10, worker),
    ...proc(22, 10, worker),
  }
  const server = `vllm serve ${LLAMA} -tp 2 -pp 2 --distributed-executor-backend ray`

  test('are some of the ranks of an instance that nobody here knows', () => {
    const [only, ...others] = workloads(node)
    expect([only?.pids, only?.partial, others]).toEqual([
      [21, 22],
      {
        instance: 'vllm on Ray',
        ranksHere: 2,
        ranksInAll: missing('not-reported', 'its other nodes are not to be seen from here'),
      },
      [],
    ])
  })

  test('belong to the server that is here, with the needs of the ranks that are here', () => {
    const parts = { ...node, ...proc(30, 1, server), processes: '30 1 0 30 900000 vllm\n' }
    const [only, ...others] = workloads(parts)
    expect([only?.id, only?.partial, others]).toEqual([
      'vllm:30',
      { instance: 'vllm on Ray', ranksHere: 2, ranksInAll: known(4, 'declared') },
      [],
    ])
    expect(valueOr(only?.memory.slices.weightsBytes ?? known(0), 0) / 1e9).toBeCloseTo(8, 0)
  })
})

describe('an instance that spans nodes', () => {
  const partial = (command: string, count: number): Workload | undefined =>
    workloads({
      ...cards(...Array.from({ length: count }, (_, at) => [21 + at, 'worker'] as const)),
      ...proc(20, 1, command),
      ...Object.fromEntries(
        Array.from({ length: count }, (_, at) => Object.entries(proc(21 + at, 20, 'python3 -c x'))).flat(),
      ),
    })[0]

  test.each([
    [
      `vllm serve ${LLAMA} -tp 4 --nnodes 2 --node-rank 1 --master-addr 10.0.0.1 --headless`,
      2,
      'vllm at 10.0.0.1',
      4,
    ],
    [`vllm serve ${LLAMA} -tp 4 -n 2 -r 0 --master-addr 10.0.0.1`, 2, 'vllm at 10.0.0.1', 4],
    [
      `vllm serve ${LLAMA} -dp 4 -dpl 2 --data-parallel-start-rank 2 --headless -dpa 10.0.0.1 -dpp 13345`,
      2,
      'vllm at 10.0.0.1:13345',
      4,
    ],
    [`vllm serve ${LLAMA} -dp 4 -tp 2 --data-parallel-rank 3 -dpa 10.0.0.1`, 2, 'vllm at 10.0.0.1', 8],
    [
      `python3 -m sglang.launch_server --model-path ${LLAMA} --tp 4 --nnodes 2 --node-rank 1 --dist-init-addr 10.0.0.1:5000`,
      2,
      'sglang at 10.0.0.1:5000',
      4,
    ],
  ])('is partial, and its needs are those of the ranks here: %s', (command, ranksHere, instance, inAll) => {
    const found = partial(command, ranksHere)
    expect(found?.partial).toEqual({ instance, ranksHere, ranksInAll: known(inAll, 'declared') })
    // 16 GB of weights, shared by as many ranks as cut the model
    const tensor = Number(/(?:-tp|--tp) (\d)/.exec(command)?.[1] ?? 1)
    const weights = valueOr(found?.memory.slices.weightsBytes ?? known(0), 0)
    expect(weights / 16.06e9).toBeCloseTo(ranksHere / tensor, 1)
  })

  test.each([
    `vllm serve ${LLAMA} -tp 2`,
    `vllm serve ${LLAMA} -dp 2 -dpl 2`,
    `vllm serve ${LLAMA} -tp 2 --nnodes 1`,
  ])('is not one whose ranks are all here: %s', (command) => {
    expect(partial(command, 2)?.partial).toBeUndefined()
  })

  test.each([
    [
      'torchrun --nnodes 2 --nproc-per-node 4 --rdzv-endpoint 10.0.0.1:29500 train.py',
      'pytorch at 10.0.0.1:29500',
      8,
    ],
    [
      'accelerate launch --num_machines 2 --num_processes 8 --main_process_ip 10.0.0.1 train.py',
      'pytorch at 10.0.0.1',
      8,
    ],
  ])('may be a training run: %s', (command, instance, inAll) => {
    expect(partial(command, 4)?.partial).toEqual({
      instance,
      ranksHere: 4,
      ranksInAll: known(inAll, 'declared'),
    })
  })

  test('has on its later stages other weights than on its first', () => {
    const stage = (rank: number): number => {
      const command = `vllm serve ${LLAMA} -pp 3 --nnodes 3 --node-rank ${rank}`
      return valueOr(partial(command, 1)?.memory.slices.weightsBytes ?? known(0), 0)
    }
    expect(stage(1)).toBeLessThan(Math.min(stage(0), stage(2)))
  })
})

describe('what an engine says', () => {
  const page = (running: number): Parts => ({
    'http/127.0.0.1:8000/metrics': `vllm:num_requests_running{model_name="${LLAMA}"} ${running}\nvllm:kv_cache_usage_perc 0.5\n`,
  })
  const server = { ...cards([20, 'vllm']), ...proc(20, 1, `vllm serve ${LLAMA}`) }

  test('is read anew with each new answer, and stands without one', () => {
    const running = steps([
      sampleAt(0, { ...server, ...page(1) }),
      sampleAt(2, { ...server, ...page(3) }),
      sampleAt(4, server),
    ]).map(({ frame }) => frame.workloads[0]?.requests.running)
    expect(running).toEqual([known(1), known(3), known(3)])
  })

  test('is not what another process under the same pid said', () => {
    const [, later] = steps([
      sampleAt(0, { ...server, ...page(1) }),
      sampleAt(2, { ...server, ...proc(20, 1, 'python3 train.py') }),
    ])
    expect(later?.frame.workloads.map(({ engine }) => engine)).toEqual(['pytorch'])
  })
})
