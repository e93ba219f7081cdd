import { describe, expect, test } from 'vitest'
import { known } from '../../src/core/reading.ts'
import { gibibytes, mebibytes } from '../../src/core/units.ts'
import type { EngineSettings } from '../../src/estimate/settings.ts'
import type { WeightsLayout, WeightsSource } from '../../src/model/weights.ts'
import { ask, GEMMA_3_27B, gpu, LLAMA_31_8B, mib, QWEN3_30B_A3B } from './shapes.ts'

const MIB = mebibytes(1)

/** 10 MiB of attention, 20 of dense network and 30 of experts in each layer. */
function layout(layers: number, more: Partial<WeightsLayout> = {}): WeightsSource {
  const layer = { attentionBytes: 10 * MIB, denseBytes: 20 * MIB, expertBytes: 30 * MIB }
  return {
    kind: 'tensors',
    layout: {
      totalBytes: 0,
      tokenEmbeddingBytes: 100 * MIB,
      perLayerEmbeddingBytes: 0,
      outputBytes: 200 * MIB,
      otherBytes: MIB,
      encoderBytes: 0,
      mtpBytes: 0,
      layers: Array.from({ length: layers }, () => layer),
      ...more,
    },
  }
}

const FOUR = { ...LLAMA_31_8B, layers: 4 }
const settings = (more: Partial<EngineSettings>): EngineSettings => ({
  engine: 'llama.cpp',
  contextTokens: 4096,
  ...more,
})

function weightsOf(more: Partial<EngineSettings>, gpus: number, weights = layout(4)) {
  const result = ask(FOUR, settings(more), { gpus: Array.from({ length: gpus }, () => gpu(24)), weights })
  return [...result.perGpu.map(({ weightsBytes }) => mib(weightsBytes)), mib(result.host.weightsBytes)]
}

describe('where llama.cpp puts what', () => {
  test('the token embedding stays on the host', () => {
    expect(weightsOf({}, 1)).toEqual([441, 100])
  })

  test('a tied embedding is on the host and once more on the GPU, as output matrix', () => {
    expect(weightsOf({}, 1, layout(4, { outputBytes: 0 }))).toEqual([341, 100])
  })

  test('per-layer embeddings never leave the host', () => {
    expect(weightsOf({}, 1, layout(4, { perLayerEmbeddingBytes: 50 * MIB }))).toEqual([441, 150])
  })

  test('MTP layers behind the decoder are left out unless they draft', () => {
    expect(weightsOf({}, 1, layout(5, { mtpBytes: 7 * MIB }))).toEqual([441, 100])
    expect(weightsOf({ specMethod: 'mtp' }, 1, layout(5, { mtpBytes: 7 * MIB }))).toEqual([508, 100])
  })

  test('MTP layers count when layers are shared out, though they are not loaded', () => {
    const five = { ...FOUR, layers: 5 }
    const onFirst = (mtpLayers: number) =>
      mib(
        ask({ ...five, mtpLayers }, settings({}), { gpus: [gpu(24), gpu(24)], weights: layout(5) }).perGpu[0]
          ?.weightsBytes,
      )
    expect([onFirst(0), onFirst(1)]).toEqual([180, 240])
  })

  test.each([
    [5, 441, 100],
    [4, 381, 160],
    [1, 201, 340],
    [0, 0, 541],
  ])('with -ngl %d the output counts as one more layer', (gpuLayers, onGpu, onHost) => {
    expect(weightsOf({ gpuLayers }, 1)).toEqual([onGpu, onHost])
  })

  test('two cards share the layers by their free memory, the output last', () => {
    expect(weightsOf({}, 2)).toEqual([180, 261, 100])
    expect(weightsOf({ tensorSplit: [1, 3] }, 2)).toEqual([120, 321, 100])
    expect(weightsOf({ splitMode: 'none' }, 2)).toEqual([441, 100])
  })

  test('modes that cut matrices give every card its share', () => {
    expect(weightsOf({ splitMode: 'tensor' }, 2)).toEqual([220.5, 220.5, 100])
    const kv = (splitMode: 'row' | 'tensor') =>
      ask(FOUR, settings({ splitMode }), { gpus: [gpu(24), gpu(24)], weights: layout(4) }).perGpu.map(
        ({ kvBytes }) => mib(kvBytes),
      )
    expect([kv('row'), kv('tensor')]).toEqual([
      [64, 0],
      [32, 32],
    ])
  })

  test('experts, and dense networks, can be kept on the host layer by layer', () => {
    expect(weightsOf({ cpuMoeLayers: 'all' }, 1)).toEqual([321, 220])
    expect(weightsOf({ cpuMoeLayers: 3 }, 1)).toEqual([351, 190])
    expect(weightsOf({ cpuFfnLayers: 2 }, 1)).toEqual([401, 140])
  })

  test('KV follows its layer, and stays on the host where the user says so', () => {
    const kvOf = (more: Partial<EngineSettings>) => {
      const result = ask(FOUR, settings(more), { gpus: [gpu(24)], weights: layout(4) })
      return [mib(result.perGpu[0]?.kvBytes), mib(result.host.kvBytes)]
    }
    expect([kvOf({}), kvOf({ gpuLayers: 3 }), kvOf({ kvOnGpu: false })]).toEqual([
      [64, 0],
      [32, 32],
      [0, 64],
    ])
  })

  test('Gemma 3 27B on two RTX 3090: 32 layers on the first, 30 and the output on the second', () => {
    const kv = ask(
      GEMMA_3_27B,
      settings({ contextTokens: 32_768, parallel: 1, ubatchTokens: 2048, batchTokens: 2048 }),
      { gpus: [gpu(24), gpu(24)] },
    ).perGpu.map(({ kvBytes }) => mib(kvBytes))
    expect(kv).toEqual([1928, 1880])
  })

  test('the host holds buffers, llama-server’s prompt cache, and checkpoints of what can’t be rolled back', () => {
    const terms = (architecture: typeof LLAMA_31_8B, more: Partial<EngineSettings> = {}) =>
      Object.fromEntries(
        ask(architecture, settings({ parallel: 2, kvUnified: true, ...more })).host.workings.map(
          ({ term, bytes }) => [term, bytes],
        ),
      )
    expect(terms(LLAMA_31_8B, { cacheRamBytes: 0 })).toEqual({
      // a mask of 4 MiB, two embedded micro-batches, logits of two slots
      'host compute and output buffers': 20 * MIB + 2 * 4 * 128_256,
    })
    expect(terms(GEMMA_3_27B)).toMatchObject({
      'prompt cache, at most': gibibytes(8),
      'context checkpoints, at most': 32 * 2 * 52 * 1024 * 16 * 256 * 2,
    })
  })
})

test('ranks of vLLM divide matrices, and pipeline stages divide layers', () => {
  const weights = layout(4)
  const perRank = (more: Partial<EngineSettings>, gpus: number) =>
    ask(
      { ...FOUR, contextLength: 4096 },
      { engine: 'vllm', ...more },
      { gpus: Array.from({ length: gpus }, () => gpu(24)), weights },
    ).perGpu.map(({ weightsBytes }) => mib(weightsBytes))
  // 1 MiB of rope tables for 4,096 positions
  expect(perRank({}, 1)).toEqual([542])
  expect(perRank({ tensorParallel: 2 }, 2)).toEqual([272, 272])
  expect(perRank({ pipelineParallel: 2 }, 2)).toEqual([221, 322])
  expect(perRank({ dataParallel: 2 }, 2)).toEqual([542, 542])
})

test('expert parallelism spreads experts over the data-parallel ranks too', () => {
  const perRank = (expertParallel: boolean) =>
    ask(
      { ...FOUR, contextLength: 4096 },
      { engine: 'vllm', dataParallel: 2, expertParallel },
      { gpus: [gpu(24), gpu(24)], weights: layout(4) },
    ).perGpu.map(({ weightsBytes }) => mib(weightsBytes))
  expect([perRank(false), perRank(true)]).toEqual([
    [542, 542],
    [482, 482],
  ])
})

test('adapters take slots of rank × both widths on every linear layer', () => {
  const weights = (maxLoras: number) =>
    ask(LLAMA_31_8B, { engine: 'vllm', lora: true, maxLoras, loraRank: 64 }).perGpu[0]?.weightsBytes
  const [one, two] = [weights(1), weights(2)]
  const widths = 4 * 4096 + 2 * 4096 + 8 * 256 + 3 * (4096 + 14_336)
  expect(one?.kind === 'known' && two?.kind === 'known' && two.value - one.value).toBe(32 * widths * 64 * 2)
})

test('without a number vLLM has one slot and SGLang eight, and without the switch there is none', () => {
  const weights = (settings: EngineSettings) => {
    const [card] = ask(LLAMA_31_8B, settings).perGpu
    return card?.weightsBytes.kind === 'known' ? card.weightsBytes.value : Number.NaN
  }
  const slots = (engine: 'vllm' | 'sglang', more: Partial<EngineSettings>) =>
    (weights({ engine, loraRank: 64, ...more }) - weights({ engine })) / SLOT_BYTES
  const SLOT_BYTES = 32 * (4 * 4096 + 2 * 4096 + 8 * 256 + 3 * (4096 + 14_336)) * 64 * 2
  expect([
    slots('vllm', { lora: true }),
    slots('sglang', { lora: true }),
    slots('vllm', { maxLoras: 4 }),
  ]).toEqual([1, 8, 0])
})

test('more ranks than this machine has GPUs are not compared with it', () => {
  const result = ask(QWEN3_30B_A3B, { engine: 'vllm', tensorParallel: 16 }, { gpus: [gpu(80), gpu(80)] })
  expect([result.perGpu.length, result.fits.verdict, result.perGpu[15]?.totalBytes.kind]).toEqual([
    16,
    'unsure',
    'missing',
  ])
  expect(result.perGpu[0]?.totalBytes).toEqual(known(gibibytes(80)))
})
