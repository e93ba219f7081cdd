import { describe, expect, test } from 'vitest'
import { known, valueOr, type Reading } from '../../src/core/reading.ts'
import { gibibytes } from '../../src/core/units.ts'
import { fitSteps } from '../../src/estimate/fit-steps.ts'
import { judgeFit, type FitQuestion } from '../../src/estimate/fit.ts'
import type { EngineSettings } from '../../src/estimate/settings.ts'
import { ask, GEMMA_3_27B, gpu, LLAMA_31_8B, LLAMA_3_70B } from './shapes.ts'

const value = (reading: Reading<number> | undefined) => valueOr(reading ?? known(Number.NaN), Number.NaN)
/** Of a token of Llama 3.1 8B: 32 layers, 8 heads of 128, keys and values. */
const VALUES_PER_TOKEN = 32 * 8 * 128 * 2

describe('the pool is a share of what is free once the model is loaded', () => {
  const SHARES: readonly (readonly [string, EngineSettings, number, boolean])[] = [
    ['TensorRT-LLM, 90 % after a profiling run', { engine: 'tensorrt-llm' }, 0.9, true],
    ['TensorRT-LLM as told', { engine: 'tensorrt-llm', freeMemoryFraction: 0.5 }, 0.5, true],
    ['LMDeploy, 80 % after the weights', { engine: 'lmdeploy' }, 0.8, false],
    ['LMDeploy as told', { engine: 'lmdeploy', freeMemoryFraction: 0.4 }, 0.4, false],
    ['TGI, 90 % after its warm-up', { engine: 'tgi' }, 0.9, true],
    ['TGI as told', { engine: 'tgi', freeMemoryFraction: 0.8 }, 0.8, true],
  ]

  test.each(SHARES)('%s', (_, settings, share, afterWarmUp) => {
    const { perGpu, kv } = ask(LLAMA_31_8B, settings, { gpus: [gpu(80)] })
    const [card] = perGpu
    const free = value(card?.availableBytes) - value(card?.overheadBytes) - value(card?.weightsBytes)
    const pool = (afterWarmUp ? free - value(card?.activationsBytes) : free) * share
    const tokens = Math.floor(pool / (VALUES_PER_TOKEN * 2))
    expect([value(kv.capacityTokens), value(card?.kvBytes)]).toEqual([tokens, tokens * VALUES_PER_TOKEN * 2])
  })

  test('over several cards the ranks divide the model, and the pool holds one count of tokens', () => {
    const settings: EngineSettings = {
      engine: 'tensorrt-llm',
      tensorParallel: 2,
      kvTypeK: 'fp8',
      kvTypeV: 'fp8',
    }
    const { perGpu, kv } = ask(LLAMA_3_70B, settings, { gpus: [gpu(141), gpu(141)] })
    const perCard = (80 * 8 * 128 * 2) / 2
    expect(perGpu.map(({ kvBytes }) => value(kvBytes))).toEqual(
      [0, 1].map(() => value(kv.capacityTokens) * perCard),
    )
  })
})

test("SGLang's cache on the host is one of every GPU: of a stated size, or by the size of the GPU's", () => {
  const onTwo = (settings: Partial<EngineSettings>) =>
    ask(LLAMA_3_70B, { engine: 'sglang', tensorParallel: 2, ...settings }, { gpus: [gpu(141), gpu(141)] })
  const { kv } = onTwo({})
  expect([
    value(onTwo({}).host.kvBytes),
    value(onTwo({ kvOffloadBytes: 30e9 }).host.kvBytes),
    value(onTwo({ kvOffloadRatio: 2 }).host.kvBytes),
  ]).toEqual([0, 60e9, 2 * value(kv.bytes)])
})

test.each(['vllm', 'sglang', 'llama.cpp'] as const)(
  '%s: a draft model of its own is said not to be counted',
  (engine) => {
    const said = (specMethod: 'mtp' | 'eagle' | 'draft-model') =>
      ask(LLAMA_31_8B, { engine, specMethod }, { gpus: [gpu(80)] }).assumptions.filter((text) =>
        text.includes('draft'),
      )
    const draft = ['the draft model itself is not counted']
    expect([said('mtp'), said('eagle'), said('draft-model')]).toEqual([[], draft, draft])
  },
)

describe('ExLlama', () => {
  test.each<[EngineSettings, number, number]>([
    // 16 bits, and 4 or 8 with a scale in 16 bits for 32 values
    [{ engine: 'exllama', maxTotalTokens: 65_536, contextTokens: 8192 }, 65_536, 4],
    [
      { engine: 'exllama', contextTokens: 32_768, kvTypeK: 'q4', kvTypeV: 'q4' },
      32_768,
      2 * (4 / 8 + 1 / 16),
    ],
    [{ engine: 'exllama', contextTokens: 8192, kvTypeK: 'q8', kvTypeV: 'q6' }, 8192, 8 / 8 + 6 / 8 + 2 / 16],
    // pages of 256
    [{ engine: 'exllama', contextTokens: 1000 }, 1024, 4],
  ])('takes its whole cache at once: %o', (settings, tokens, bytesPerPair) => {
    const { kv, kvGrowth } = ask(LLAMA_31_8B, settings, { gpus: [gpu(80)] })
    expect([kvGrowth, value(kv.capacityTokens), value(kv.bytes)]).toEqual([
      'preallocated',
      tokens,
      tokens * (VALUES_PER_TOKEN / 2) * bytesPerPair,
    ])
  })

  test('fills one card before the next, up to what it may take; cut over all it divides evenly', () => {
    const held = (settings: Partial<EngineSettings>) =>
      ask(
        LLAMA_3_70B,
        { engine: 'exllama', contextTokens: 8192, ...settings },
        { gpus: [gpu(24), gpu(24), gpu(24)], weights: { kind: 'total-bytes', bytes: gibibytes(36) } },
      ).perGpu.map(({ weightsBytes, kvBytes }) =>
        Math.round((value(weightsBytes) + value(kvBytes)) / gibibytes(1)),
      )
    expect([held({}), held({ tensorSplit: [10, 20, 24] }), held({ cutOverGpus: true })]).toEqual([
      [23, 16, 0],
      [10, 20, 8],
      [13, 13, 13],
    ])
  })

  test('keeps the window of a windowed layer for each request, however long the cache is', () => {
    const bytes = (tokens: number) =>
      value(ask(GEMMA_3_27B, { engine: 'exllama', contextTokens: tokens }, { gpus: [gpu(80)] }).kv.bytes)
    const marginal = (bytes(65_536) - bytes(32_768)) / 32_768
    // every sixth of 62 layers, 16 heads of 128, keys and values in 16 bits
    expect(marginal).toBe(10 * 16 * 128 * 2 * 2)
  })

  test('is advised to change its cache, which is all that can be changed', () => {
    const question: FitQuestion = {
      input: {
        architecture: LLAMA_3_70B,
        weights: { kind: 'total-bytes', bytes: gibibytes(17) },
        settings: { engine: 'exllama', maxTotalTokens: 65_536 },
        topology: { gpus: [gpu(24)], host: { totalBytes: known(0), availableBytes: known(0) } },
      },
      quantization: 'exl3',
      doubts: [],
    }
    const steps = fitSteps(question, judgeFit(question))
    expect(steps.map(({ kind, patch }) => [kind, Object.keys(patch.settings ?? {}).sort()])).toEqual([
      ['context', ['maxTotalTokens']],
      ['kv-type', ['kvTypeK', 'kvTypeV']],
      ['kv-type', ['kvTypeK', 'kvTypeV']],
    ])
  })
})

describe('KoboldCpp', () => {
  const cells = (settings: Partial<EngineSettings>) =>
    value(ask(LLAMA_31_8B, { engine: 'koboldcpp', ...settings }).kv.cells)

  test('has one cache for all, some tokens longer than it was told, padded to 256', () => {
    expect([
      cells({ contextTokens: 8192 }),
      cells({ contextTokens: 8192, parallel: 4 }),
      cells({ contextTokens: 8064 }),
      cells({}),
    ]).toEqual([8448, 8448, 8192, 12_544])
  })
})

test('LM Studio shares one context among four requests', () => {
  const { kv } = ask(LLAMA_31_8B, { engine: 'lmstudio', contextTokens: 8192 })
  expect([value(kv.cells), value(kv.bytes)]).toEqual([8192, 8192 * VALUES_PER_TOKEN * 2])
})

test('vLLM takes the number of blocks that it was told, whatever the budget leaves', () => {
  const settings: EngineSettings = { engine: 'vllm', gpuBlocks: 1000, contextTokens: 8192 }
  const { kv, perGpu } = ask(LLAMA_31_8B, settings, { gpus: [gpu(80)] })
  expect([value(kv.capacityTokens), value(perGpu[0]?.kvBytes)]).toEqual([
    16_000,
    16_000 * VALUES_PER_TOKEN * 2,
  ])
})
