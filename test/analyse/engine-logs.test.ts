import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { known, missing, valueOr } from '../../src/core/reading.ts'
import { gibibytes, mebibytes } from '../../src/core/units.ts'
import type { Frame } from '../../src/model/frame.ts'
import { partNames } from '../../src/model/want.ts'
import type { Workload } from '../../src/model/workload.ts'
import { reduceEngineLog } from '../../src/parse/engine-log/reduce-engine-log.ts'
import { lastFrame, sampleAt, steps, type Parts } from '../support/fold.ts'
import { nvidiaSmiXml, type XmlGpu } from '../support/nvidia-smi-xml.ts'

const LLAMA = 'meta-llama/Llama-3.1-8B-Instruct'
const VLLM_LOG = [
  `(EngineCore pid=125) Initializing a V1 LLM engine (v0.20.0) with config: model='${LLAMA}'`,
  '(EngineCore pid=125) INFO Model loading took 14.99 GiB memory and 3.1 seconds',
  '(EngineCore pid=125) INFO Available KV cache memory: 50.00 GiB',
  '(EngineCore pid=125) INFO GPU KV cache size: 409,600 tokens',
  '(EngineCore pid=125) INFO Graph capturing finished in 5 secs, took 0.60 GiB',
  '',
].join('\n')

function proc(pid: number, parentPid: number, command: string): Parts {
  return {
    [`proc/${pid}/stat`]: `${pid} (x) S ${parentPid} 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 8 0 ${pid} 0 256 0\n`,
    [`proc/${pid}/cmdline`]: `${command.replaceAll(' ', '\0')}\0`,
  }
}

function document(...cards: readonly (readonly [pid: number, usedMiB: number])[]): Parts {
  const gpus = cards.map(([pid, usedMiB]): XmlGpu => ({
    totalMiB: 81_559,
    processes: [{ pid, name: 'x', usedMiB }],
  }))
  return { 'nvidia-smi': nvidiaSmiXml({ gpus }) }
}

function frameOf(parts: Parts): Frame {
  return lastFrame([sampleAt(0, parts)])
}

function workload(frame: Frame, at = 0): Workload {
  const found = frame.workloads[at]
  if (found === undefined) throw new Error('no workload')
  return found
}

/** The logs that the workloads of these parts are asked for. */
function logsWanted(...samples: readonly Parts[]): readonly string[] {
  const wants = steps(samples.map((parts, at) => sampleAt(at * 2, parts))).at(-1)?.wants ?? []
  return wants
    .filter(({ kind }) => kind === 'log')
    .map((want) => `${partNames(want).join()} ${want.every} ${want.reduce ?? 'whole'}`)
}

const ONE = { ...document([50, 70_000]), ...proc(50, 1, `vllm serve ${LLAMA}`) }

describe('the log of an engine is wanted', () => {
  test('until it has said all, reduced to what it says of sizes', () => {
    expect(logsWanted(ONE)).toEqual(['log/50 once engine-log'])
    expect(logsWanted({ ...ONE, 'log/50': 'Model loading took 14 GiB\n' })).toEqual([
      'log/50 30000 engine-log',
    ])
    expect(logsWanted({ ...ONE, 'log/50': VLLM_LOG })).toEqual([])
  })

  test('of a runner of Ollama from its server, which writes it', () => {
    const parts = {
      ...document([51, 5000]),
      ...proc(50, 1, 'ollama serve'),
      ...proc(51, 50, 'ollama runner --model /b/blobs/x --port 40001'),
    }
    expect(logsWanted(parts)).toEqual(['log/50 once engine-log'])
  })

  test('of no engine that prints no sizes', () => {
    expect(logsWanted({ ...document([50, 7000]), ...proc(50, 1, 'python3 train.py') })).toEqual([])
  })
})

describe('what an engine printed when it started', () => {
  test('stands in place of what the estimator computes, and the parts are still what the driver reports', () => {
    const { memory, kv } = workload(frameOf({ ...ONE, 'log/50': VLLM_LOG }))
    expect(memory.slices).toMatchObject({
      weightsBytes: known(Math.round(gibibytes(14.99)), 'derived'),
      kvBytes: known(gibibytes(50), 'derived'),
    })
    expect(kv).toMatchObject({
      capacityTokens: known(409_600),
      capacityBytes: known(gibibytes(50), 'derived'),
    })
    const parts = Object.values({ ...memory.slices })
    expect(parts.reduce((sum, part) => sum + valueOr(part, 0), 0)).toBe(mebibytes(70_000))
  })

  test('is all that is known of a model that nobody knows', () => {
    const log = VLLM_LOG.replace(LLAMA, 'who/knows')
    const parts = { ...document([50, 70_000]), ...proc(50, 1, 'vllm serve who/knows'), 'log/50': log }
    const { memory, kv } = workload(frameOf(parts))
    expect(memory.slices).toEqual({
      weightsBytes: known(Math.round(gibibytes(14.99)), 'derived'),
      kvBytes: known(gibibytes(50), 'derived'),
      stateBytes: missing('not-reported', 'its log does not say it'),
      activationsBytes: missing('not-reported', 'its log does not say it'),
      overheadBytes: known(Math.round(gibibytes(0.6)), 'derived'),
      unexplainedBytes: known(
        mebibytes(70_000) - Math.round(gibibytes(14.99)) - gibibytes(50) - Math.round(gibibytes(0.6)),
        'derived',
      ),
    })
    expect(kv).toMatchObject({
      capacityTokens: known(409_600),
      capacityBytes: known(gibibytes(50), 'derived'),
    })
  })

  test('by device is divided among the cards in the order of their names', () => {
    const log = [
      'load_tensors: offloaded 33/33 layers to GPU',
      'load_tensors:        CUDA1 model buffer size = 2000.00 MiB',
      'load_tensors:        CUDA0 model buffer size = 3000.00 MiB',
      'llama_kv_cache:      CUDA0 KV buffer size =   100.00 MiB',
      'llama_kv_cache:      CUDA1 KV buffer size =   200.00 MiB',
      'sched_reserve:      CUDA0 compute buffer size =   50.00 MiB',
      '',
    ].join('\n')
    const command = 'llama-server -m /m/who-knows.gguf'
    const { memory } = workload(
      frameOf({ ...document([50, 4000], [50, 3000]), ...proc(50, 1, command), 'log/50': log }),
    )
    expect(memory.perGpu.map(({ slices }) => [slices.weightsBytes, slices.kvBytes])).toEqual(
      [
        [known(mebibytes(3000)), known(mebibytes(100))],
        [known(mebibytes(2000)), known(mebibytes(200))],
      ].map((row) => row.map((part) => ({ ...part, basis: 'derived' }))),
    )
  })

  test('of another engine is not believed', () => {
    const { memory } = workload(
      frameOf({ ...ONE, 'log/50': 'load_tensors: CUDA0 model buffer size = 1.00 MiB\n' }),
    )
    expect(valueOr(memory.slices.weightsBytes, 0)).toBeGreaterThan(gibibytes(14))
  })
})

describe('a log that the user names', () => {
  const two = {
    ...document([50, 70_000], [60, 70_000]),
    ...proc(50, 1, `vllm serve ${LLAMA} --port 8001`),
    ...proc(60, 1, 'vllm serve Qwen/Qwen3-8B --port 8002'),
  }
  const capacities = (frame: Frame): readonly unknown[] =>
    frame.workloads.map(({ kv }) => valueOr(kv.capacityTokens, undefined) === 409_600)
  const faults = (frame: Frame): readonly unknown[] =>
    frame.faults.flatMap(({ fault }) => (fault.kind === 'unused-log' ? [fault.because] : []))

  test('belongs to the workload whose model it names', () => {
    const frame = frameOf({ ...two, 'engine-log//var/log/a.log': VLLM_LOG })
    expect([capacities(frame), faults(frame)]).toEqual([[true, false], []])
  })

  test('belongs to the workload whose process wrote it, of two that are alike', () => {
    const alike = { ...two, ...proc(60, 1, `vllm serve ${LLAMA} --port 8002`) }
    const frame = frameOf({ ...alike, 'engine-log/a': VLLM_LOG.replaceAll('pid=125', 'pid=60') })
    expect(capacities(frame)).toEqual([false, true])
    const unsure = frameOf({ ...alike, 'engine-log/a': VLLM_LOG })
    expect([capacities(unsure), faults(unsure)]).toEqual([
      [false, false],
      [`more than one workload here could be vllm with '${LLAMA}'`],
    ])
  })

  test.each([
    [VLLM_LOG.replace(LLAMA, 'org/Other'), "no workload here is vllm with 'org/Other'"],
    ['[2026-01-01 00:00:00 TP0] Load weight end. mem usage=1 GB\n', 'no workload here is sglang'],
    ['hello\n', 'it has no lines of sizes that llmtop knows'],
  ])('that fits nobody is not used, and that is said', (log, because) => {
    const frame = frameOf({ ...two, 'engine-log//a.log': log })
    expect([capacities(frame), faults(frame)]).toEqual([[false, false], [because]])
  })
})

const FOLDER = join(process.env['LLMTOP_CORPUS'] ?? '', 'truth', 'logs')
const hasLogs = process.env['LLMTOP_CORPUS'] !== undefined && existsSync(FOLDER)

describe.skipIf(!hasLogs)(hasLogs ? 'a real log' : 'a real log: skipped, LLMTOP_CORPUS is not set', () => {
  function printed(command: string, file: string, cards: number): Workload {
    const log = reduceEngineLog(readFileSync(join(FOLDER, file), 'utf8'))
    const used = Array.from({ length: cards }, (): readonly [number, number] => [50, 80_000])
    return workload(frameOf({ ...document(...used), ...proc(50, 1, command), 'log/50': log }))
  }

  test('of vLLM says the weights and the pool of its rank', () => {
    const { memory, kv } = printed('vllm serve google/gemma-4-E4B-it', 'vllm-v0.22.1-gemma4-e4b.log', 1)
    expect(memory.slices.weightsBytes).toMatchObject({ value: Math.round(gibibytes(15.18)) })
    expect(kv.capacityBytes).toMatchObject({ value: Math.round(gibibytes(4.1)) })
  })

  test('of SGLang says them of each of its ranks', () => {
    const { memory } = printed(
      'python3 -m sglang.launch_server --model-path Qwen/QwQ-32B --tp 4',
      'sglang-qwq32b-tp4-4xL4.log',
      4,
    )
    expect(memory.perGpu.map(({ slices }) => valueOr(slices.weightsBytes, 0))).toEqual(
      Array.from({ length: 4 }, () => Math.round(gibibytes(15.54))),
    )
  })

  test('of llama.cpp says the layers that are on the CPU', () => {
    const { memory } = printed('llama-server -m /m/x.gguf', 'llama.cpp-qwen35-hybrid-partial-vulkan.log', 1)
    expect(memory.slices).toMatchObject({
      weightsBytes: { value: Math.round(mebibytes(3393.11)) },
      kvBytes: { value: mebibytes(160) },
      stateBytes: { value: Math.round(mebibytes(29.31)) },
    })
  })
})
