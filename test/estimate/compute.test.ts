import { describe, expect, test } from 'vitest'
import { missing } from '../../src/core/reading.ts'
import type { EngineSettings } from '../../src/estimate/settings.ts'
import {
  ask,
  DEEPSEEK_V2_LITE,
  GEMMA_3_27B,
  GEMMA_3_4B,
  gpu,
  LLAMA_31_8B,
  LLAMA_32_1B,
  LLAMA_3_70B,
  mib,
  QWEN3_235B_A22B,
  QWEN3_30B_A3B,
  QWEN3_32B,
  QWEN3_8B,
  QWEN3_NEXT,
  without,
} from './shapes.ts'

const settings = (more: Partial<EngineSettings>): EngineSettings => ({
  engine: 'llama.cpp',
  parallel: 1,
  kvUnified: true,
  ...more,
})
const computeOf = (architecture: typeof LLAMA_31_8B, more: Partial<EngineSettings>, gpus = 1) =>
  Number(
    mib(
      ask(architecture, settings(more), { gpus: Array.from({ length: gpus }, () => gpu(80)) }).perGpu[0]
        ?.activationsBytes,
    ),
  )

// Sizes from dry runs of llama.cpp v0.5.0, and from logs where a card is named.
describe('the compute buffer of llama.cpp', () => {
  test.each([
    ['Llama 3.2 1B', LLAMA_32_1B, 4096, 68],
    ['Llama 3.2 1B', LLAMA_32_1B, 131_072, 192],
    ['Llama 3.1 8B', LLAMA_31_8B, 4096, 120],
    ['Llama 3.1 8B', LLAMA_31_8B, 131_072, 244],
    ['Llama 3 70B', LLAMA_3_70B, 4096, 236],
    ['Llama 3 70B', LLAMA_3_70B, 131_072, 360],
    ['Qwen3 8B', QWEN3_8B, 4096, 108],
    ['Qwen3 8B', QWEN3_8B, 131_072, 232],
    ['Qwen3 32B', QWEN3_32B, 4096, 200],
    ['Qwen3 32B', QWEN3_32B, 131_072, 324],
    ['Qwen3 30B A3B', QWEN3_30B_A3B, 4096, 92],
    ['Qwen3 30B A3B', QWEN3_30B_A3B, 131_072, 216],
    ['Qwen3 235B A22B', QWEN3_235B_A22B, 4096, 180],
    ['Qwen3 235B A22B', QWEN3_235B_A22B, 131_072, 304],
    ['Qwen3 Next 80B', QWEN3_NEXT, 4096, 90],
    ['Qwen3 Next 80B', QWEN3_NEXT, 131_072, 214],
    ['DeepSeek V2 Lite', DEEPSEEK_V2_LITE, 32_768, 121],
    ['DeepSeek V2 Lite', DEEPSEEK_V2_LITE, 131_072, 217],
  ])('%s at %4$d tokens is within 3 %%', (_, architecture, contextTokens, expected) => {
    expectWithin(computeOf(architecture, { contextTokens }), expected, 0.03)
  })

  test.each([
    [4096, 87],
    [131_072, 211.5],
  ])('Gemma 3 4B with four slots at %d tokens has a mask for its windows too', (contextTokens, expected) => {
    expectWithin(computeOf(GEMMA_3_4B, { contextTokens, parallel: 4 }), expected, 0.03)
  })

  test('a micro-batch four times as large takes four times as much', () => {
    expectWithin(
      computeOf(LLAMA_31_8B, { contextTokens: 131_072, ubatchTokens: 2048, batchTokens: 2048 }),
      976.05,
      0.03,
    )
  })

  test.each([
    ['Llama 3.1 8B', LLAMA_31_8B, 266.5],
    ['Llama 3 70B', LLAMA_3_70B, 282.5],
    ['Llama 3.2 1B', LLAMA_32_1B, 258.5],
    ['Qwen3 8B', QWEN3_8B, 312.75],
    ['Qwen3 32B', QWEN3_32B, 316.75],
    ['Qwen3 30B A3B', QWEN3_30B_A3B, 304.75],
  ])('where all rows become logits the vocabulary decides: %s', (_, architecture, expected) => {
    expectWithin(computeOf(architecture, { contextTokens: 4096, logitsRows: 'all' }), expected, 0.03)
  })

  test.each([
    ['Llama 3.1 8B', LLAMA_31_8B, 8192, 572.01],
    ['Llama 3.1 8B', LLAMA_31_8B, 131_072, 8492.01],
    ['Llama 3 70B', LLAMA_3_70B, 8192, 1124.01],
    ['Llama 3 70B', LLAMA_3_70B, 131_072, 16_724.01],
    ['Llama 3.2 1B', LLAMA_32_1B, 8192, 550.01],
    ['Llama 3.2 1B', LLAMA_32_1B, 131_072, 8470.01],
  ])('without flash attention the scores decide: %s at %3$d', (_, architecture, contextTokens, expected) => {
    expectWithin(computeOf(architecture, { contextTokens, flashAttention: false }), expected, 0.03)
  })

  test('without flash attention masks have 32 bits', () => {
    // scores of 512 MiB, a mask of 16, and 44 of activations
    expect(computeOf(LLAMA_31_8B, { contextTokens: 8192, flashAttention: false })).toBe(512 + 16 + 44)
  })

  test('gpt-oss fuses its activation: gate and up end in one tensor', () => {
    const shape = { ...LLAMA_31_8B, family: 'gpt-oss', hiddenSize: 2880, attentionHeads: 64, headDimK: 64 }
    const moe = { experts: 32, expertsUsed: 4, expertFeedForwardSize: 2880 }
    const windows = { tokens: 128, layers: [true, false] }
    const expected = 91.52 + 5.625 // a dry run on a GPU, and the embedded micro-batch
    expectWithin(
      computeOf({ ...shape, feedForwardSize: 0, moe, slidingWindow: windows }, { contextTokens: 4096 }),
      expected,
      0.001,
    )
  })

  test('on two GPUs that hold everything the inputs exist four times: 1,348 MiB on each RTX 3090', () => {
    const two = { contextTokens: 32_768, ubatchTokens: 2048, batchTokens: 2048 }
    expect(computeOf(GEMMA_3_27B, two, 2)).toBe(1348)
    // a layer on the host, or weights kept back by hand, ends the pipeline
    expect(computeOf(GEMMA_3_27B, { ...two, gpuLayers: 62 }, 2)).toBeLessThan(1348 + 300)
    expect(computeOf(GEMMA_3_27B, { ...two, splitMode: 'row' }, 2)).toBe(802)
  })

  test('a quantised cache is unpacked one layer at a time: 469 MiB on each RTX 3090', () => {
    const quantised = { contextTokens: 32_768, kvTypeK: 'q8_0', kvTypeV: 'q8_0' }
    expect(computeOf(GEMMA_3_27B, quantised, 2)).toBe(469)
    // keys alone are half of it
    expect(computeOf(LLAMA_31_8B, { contextTokens: 131_072, kvTypeK: 'q8_0' })).toBe(128 + 256 + 40)
  })

  test('experts on the host pass through the buffer, one matrix at a time: 1,024 MiB on an RTX A6000', () => {
    const experts = ask(
      { ...QWEN3_235B_A22B, feedForwardSize: 0 },
      settings({ contextTokens: 32_768, cpuMoeLayers: 'all' }),
      { gpus: [gpu(48)], weights: { kind: 'quantization', name: 'Q8_0' } },
    )
    expectWithin(Number(mib(experts.perGpu[0]?.activationsBytes)), 1024, 0.03)
  })

  test('a shape that is not stated makes the buffer unknown, and the sum with it', () => {
    const bare = without(LLAMA_31_8B, 'hiddenSize')
    const result = ask(bare, settings({ contextTokens: 4096 }))
    const reason = missing('not-reported', 'the hidden size of the model is not stated')
    expect([result.perGpu[0]?.activationsBytes, result.neededBytes]).toEqual([reason, reason])
    expect(result.fits).toEqual({ verdict: 'unsure', reason: 'the hidden size of the model is not stated' })
    expect(mib(result.kv.bytes)).toBe(512)
  })
})

function expectWithin(value: number, expected: number, ratio: number): void {
  expect(Math.abs(value / expected - 1), `${value} against ${expected}`).toBeLessThanOrEqual(ratio)
}
