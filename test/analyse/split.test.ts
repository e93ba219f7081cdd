import { describe, expect, test } from 'vitest'
import { known, sumOfKnown, valueOr } from '../../src/core/reading.ts'
import { mebibytes } from '../../src/core/units.ts'
import type { Frame } from '../../src/model/frame.ts'
import type { Slices, Workload, WorkloadMemory } from '../../src/model/workload.ts'
import { lastFrame, sampleAt, type Parts } from '../support/fold.ts'
import { writeGguf } from '../support/gguf-writer.ts'
import { nvidiaSmiXml, type XmlGpu } from '../support/nvidia-smi-xml.ts'
import { seededRandom } from '../support/random.ts'
import { tinyLlama } from '../support/tiny-llama.ts'

const LLAMA_8B = 'meta-llama/Llama-3.1-8B-Instruct'

function proc(pid: number, parentPid: number, command: string): Parts {
  return {
    [`proc/${pid}/stat`]: `${pid} (x) S ${parentPid} 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 8 0 ${pid} 0 256 0\n`,
    [`proc/${pid}/cmdline`]: `${command.replaceAll(' ', '\0')}\0`,
  }
}

/** A server with one worker per card, as nvidia-smi lists them. */
function served(command: string, cards: readonly XmlGpu[], more: Parts = {}): Frame {
  const workers = cards.flatMap(({ processes = [] }) => processes)
  return lastFrame([
    sampleAt(0, {
      'nvidia-smi': nvidiaSmiXml({ gpus: cards }),
      ...proc(20, 1, command),
      ...Object.fromEntries(
        workers.flatMap(({ pid, name }) => (pid === 20 ? [] : Object.entries(proc(pid, 20, name)))),
      ),
      ...more,
    }),
  ])
}

function card(pid: number, usedMiB: number, name = 'worker'): XmlGpu {
  return { totalMiB: 81_559, processes: [{ pid, name, usedMiB }] }
}

function vllmPage(blocks: number, usedRatio: number): Parts {
  return {
    'http/127.0.0.1:8000/metrics': [
      `vllm:cache_config_info{block_size="16",num_gpu_blocks="${blocks}",engine="0"} 1`,
      `vllm:num_requests_running{engine="0",model_name="${LLAMA_8B}"} 1`,
      `vllm:kv_cache_usage_perc{engine="0",model_name="${LLAMA_8B}"} ${usedRatio}`,
      '',
    ].join('\n'),
  }
}

function only(frame: Frame): Workload {
  const [workload] = frame.workloads
  if (workload === undefined) throw new Error('no workload')
  return workload
}

const KEYS = ['weightsBytes', 'kvBytes', 'stateBytes', 'activationsBytes', 'overheadBytes'] as const

function explained(slices: Slices): number {
  return valueOr(sumOfKnown(Object.values<Slices['kvBytes']>({ ...slices })), 0)
}

/** What does not hold of a workload's memory, in words. */
function broken({ usedBytes, slices, perGpu }: WorkloadMemory): readonly string[] {
  const all = [{ uuid: 'all', usedBytes, slices }, ...perGpu]
  const sums = all.flatMap((one) =>
    one.usedBytes.kind === 'known' && explained(one.slices) !== one.usedBytes.value
      ? [`${one.uuid}: the slices are not what the driver reports`]
      : [],
  )
  const parts = KEYS.flatMap((key) => {
    const onCards = perGpu.map((one) => one.slices[key])
    const isSame =
      slices[key].kind === 'missing'
        ? onCards.every(({ kind }) => kind === 'missing')
        : valueOr(sumOfKnown(onCards), 0) === slices[key].value
    return isSame ? [] : [`${key}: the cards do not sum to the workload`]
  })
  return [...sums, ...parts]
}

const HEAD: Parts = {
  'head//m/tiny.gguf': {
    kind: 'bytes',
    base64: Buffer.from(writeGguf(tinyLlama(undefined, false))).toString('base64'),
    sizeBytes: 10 ** 9,
  },
}

describe('what a workload holds is divided', () => {
  const COMMANDS = [
    'vllm serve LLAMA',
    'vllm serve LLAMA -tp 2 --max-model-len 8192',
    'vllm serve LLAMA -pp 2 --kv-cache-dtype fp8',
    'vllm serve deepseek-ai/DeepSeek-V3 -tp 4',
    'python3 -m sglang.launch_server --model-path LLAMA --tp 2',
    '/usr/bin/llama-server -m /m/tiny.gguf -c 4096',
    '/usr/bin/llama-server -m /m/tiny.gguf -c 4096 -ts 3,1 -nkvo',
    '/usr/bin/llama-server -m /m/tiny.gguf -sm row -ngl 1 -cmoe',
    'transformers serve --force-model LLAMA',
    'lmdeploy serve api_server LLAMA --tp 2',
    'vllm serve who/knows',
    'python3 train.py',
  ].map((command) => command.replace('LLAMA', LLAMA_8B))

  test('so that on each card, and in all, the known parts and the unexplained rest are what the driver reports', () => {
    const random = seededRandom(5)
    for (let round = 0; round < 120; round++) {
      const command = COMMANDS[round % COMMANDS.length] ?? ''
      const cards = Array.from({ length: 1 + Math.floor(random() * 4) }, (_, at) =>
        card(at === 0 ? 20 : 20 + at, Math.floor(random() * 80_000)),
      )
      const page = random() < 0.5 ? vllmPage(Math.floor(random() * 40_000), random()) : {}
      for (const { memory } of served(command, cards, { ...HEAD, ...page }).workloads) {
        expect([command, cards.length, broken(memory)]).toEqual([command, cards.length, []])
      }
    }
  })

  test('with a rank on each card where the model is cut by tensors', () => {
    const command = `vllm serve ${LLAMA_8B} -tp 2`
    const { memory } = only(served(command, [card(21, 70_000), card(22, 70_500)]))
    const [first, second] = memory.perGpu
    expect(first?.slices.weightsBytes).toEqual(second?.slices.weightsBytes)
    expect(valueOr(memory.slices.weightsBytes, 0)).toBeGreaterThan(15e9)
    expect(broken(memory)).toEqual([])
  })

  test('with the cache that the engine counts shared as the model is', () => {
    const command = `vllm serve ${LLAMA_8B} -tp 2`
    const frame = served(command, [card(21, 70_000), card(22, 70_500)], vllmPage(10_000, 0.5))
    const { memory, kv } = only(frame)
    // 160,000 tokens of 32 layers × 8 heads × 128 × key and value × 2 bytes
    expect(kv.capacityBytes).toEqual(known(160_000 * 131_072, 'derived'))
    expect(memory.perGpu.map(({ slices }) => slices.kvBytes)).toEqual([
      known(80_000 * 131_072, 'derived'),
      known(80_000 * 131_072, 'derived'),
    ])
  })

  test('in the order of the ranks that the titles of its workers tell, whatever cards they are on', () => {
    const command = `vllm serve ${LLAMA_8B} -pp 3`
    const cards = [2, 0, 1].map((stage, at) => card(21 + at, 40_000, `VLLM::Worker_PP${stage}`))
    const weights = (frame: Frame): readonly number[] =>
      only(frame).memory.perGpu.map(({ slices }) => valueOr(slices.weightsBytes, 0))
    const [last, first, middle] = weights(served(command, cards))
    expect(weights(served(command, [...cards.slice(1), ...cards.slice(0, 1)]))).toEqual([first, middle, last])
    // 32 layers in three stages, the embedding and the output at the ends
    expect(middle).toBeLessThan(Math.min(first ?? 0, last ?? 0))
  })

  test('into nothing while it loads, and while some of it is on the CPU without a word about how much', () => {
    const { memory } = only(served(`vllm serve ${LLAMA_8B}`, [card(20, 3000)]))
    expect(memory.slices.weightsBytes).toMatchObject({ kind: 'missing', detail: 'some of it is on the CPU' })
    expect(memory.slices.unexplainedBytes).toEqual(known(mebibytes(3000), 'derived'))
  })
})
