import { describe, expect, test } from 'vitest'
import { known, missing } from '../../src/core/reading.ts'
import { resolveModel } from '../../src/estimate/catalogue/resolve.ts'
import { compareFit } from '../../src/estimate/fit-compare.ts'
import { explainFit } from '../../src/estimate/fit-explain.ts'
import type { FitStep } from '../../src/estimate/fit-step.ts'
import { fitSteps } from '../../src/estimate/fit-steps.ts'
import { judgeFit, requestsOf, type FitQuestion } from '../../src/estimate/fit.ts'
import type { EngineSettings } from '../../src/estimate/settings.ts'
import type { GpuCapacity } from '../../src/estimate/topology.ts'

const GIB = 1024 ** 3

interface Asked {
  readonly model: string
  readonly settings: EngineSettings
  /** GiB of each card. */
  readonly gpus: readonly number[]
  readonly card?: string
  readonly quantization?: string
  readonly freeGib?: number
  readonly hostGib?: number
  readonly doubts?: readonly string[]
}

function question({
  model,
  settings,
  gpus,
  card,
  quantization,
  freeGib,
  hostGib,
  doubts = [],
}: Asked): FitQuestion {
  const found = resolveModel(model)
  if (found.kind !== 'found') throw new Error(model)
  const name =
    quantization ?? (settings.engine === 'llama.cpp' || settings.engine === 'ollama' ? 'Q4_K_M' : 'bf16')
  const nothing = missing('not-reported')
  const capacity = (gib: number): GpuCapacity => ({
    name: card === undefined ? nothing : known(card),
    totalBytes: known(gib * GIB),
    reservedBytes: nothing,
    freeBytes: freeGib === undefined ? nothing : known(freeGib * GIB),
  })
  return {
    input: {
      architecture: found.row.architecture,
      fromCatalogue: true,
      weights: { kind: 'quantization', name },
      settings,
      topology: {
        gpus: gpus.map(capacity),
        host: { totalBytes: nothing, availableBytes: hostGib === undefined ? nothing : known(hostGib * GIB) },
      },
    },
    quantization: name,
    doubts,
  }
}

function steps(asked: Asked): readonly FitStep[] {
  const wanted = question(asked)
  return fitSteps(wanted, judgeFit(wanted))
}

/** `kind: what is set`, `!` in front of those that are enough; numbers that follow from the estimate are N. */
function summary(found: readonly FitStep[]): readonly string[] {
  return found.map(({ kind, enough, patch }) => {
    const parts = Object.entries<unknown>({
      ...patch.settings,
      ...(patch.weights === undefined ? {} : { weights: patch.weights.name }),
    })
    return `${enough ? '!' : ''}${kind}: ${parts.map(([key, value]) => `${key} ${FOUND.has(key) ? 'N' : String(value)}`).join(', ')}`
  })
}

const FOUND: ReadonlySet<string> = new Set(['contextTokens', 'gpuLayers', 'cpuMoeLayers'])

const QWEN_32B: Asked = {
  model: 'Qwen3-32B',
  settings: { engine: 'llama.cpp', contextTokens: 65_536, gpuLayers: 99 },
  gpus: [24],
  card: 'RTX 4090',
}

describe('what to change with llama.cpp', () => {
  test('is ordered: quantization, context, batch, KV type, layers; each with what it frees and whether that is enough', () => {
    const found = steps(QWEN_32B)
    expect(summary(found)).toEqual([
      'quantization: weights Q3_K_M',
      '!context: contextTokens N',
      'batch: ubatchTokens 256',
      '!kv-type: kvTypeK q8_0, kvTypeV q8_0, flashAttention true, contextTokens N',
      '!kv-type: kvTypeK q4_0, kvTypeV q4_0, flashAttention true',
      '!layers: gpuLayers N',
      '!offload: kvOnGpu false',
    ])
    const fewerCells = 65_536 - (found[1]?.patch.settings?.contextTokens ?? 0)
    // 64 layers × 8 heads × 256 × 2 bytes a cell, and its part of the mask
    expect(found[1]?.freesBytes).toBe(64 * 4096 * fewerCells + 2 * 512 * fewerCells)
  })

  test('names a larger mixture where that is enough', () => {
    const found = steps({
      ...QWEN_32B,
      quantization: 'Q8_0',
      settings: { engine: 'llama.cpp', contextTokens: 4096 },
    })
    expect(summary(found)[0]).toBe('!quantization: weights Q5_K_M')
  })

  test('moves experts to the host before layers', () => {
    const settings = { engine: 'llama.cpp', contextTokens: 8192 } as const
    const found = steps({ model: 'Qwen3-30B-A3B', settings, gpus: [12] })
    expect(summary(found)).toEqual([
      'quantization: weights Q3_K_M',
      'batch: ubatchTokens 256',
      'kv-type: kvTypeK q8_0, kvTypeV q8_0, flashAttention true',
      'kv-type: kvTypeK q4_0, kvTypeV q4_0, flashAttention true',
      '!experts: cpuMoeLayers N',
      '!layers: gpuLayers N',
      'offload: kvOnGpu false',
    ])
  })

  test('offers no smaller file of gpt-oss, whose experts stay MXFP4 in every file', () => {
    const settings = { engine: 'llama.cpp', contextTokens: 8192 } as const
    const kinds = steps({ model: 'gpt-oss-20b', settings, gpus: [8], quantization: 'MXFP4_MOE' }).map(
      ({ kind }) => kind,
    )
    expect(kinds).toEqual(['batch', 'kv-type', 'kv-type', 'experts', 'layers', 'offload'])
  })

  test('frees the caches of further slots where windows and state are kept per slot', () => {
    const settings = { engine: 'llama.cpp', contextTokens: 8192, parallel: 8, kvUnified: false } as const
    const found = steps({
      model: 'Llama-3.1-8B',
      settings: { ...settings, contextTokens: 131_072 },
      gpus: [12],
    })
    const one = found.find(({ patch }) => patch.settings?.parallel === 1)
    expect([one?.patch.settings, one?.enough]).toEqual([{ parallel: 1, contextTokens: 16_384 }, true])
  })

  test('never changes what is so already, nor what this engine has no say in', () => {
    const settings = {
      engine: 'ollama',
      contextTokens: 65_536,
      kvTypeK: 'q8_0',
      kvTypeV: 'q8_0',
      parallel: 1,
    } as const
    const kinds = summary(steps({ model: 'Qwen3-32B', settings, gpus: [16] })).map(
      (line) => line.split(',')[0],
    )
    expect(kinds).toEqual([
      'quantization: weights Q3_K_M',
      'kv-type: kvTypeK q4_0',
      '!together: kvTypeK q4_0',
      '!layers: gpuLayers N',
    ])
  })

  test('is nothing where the model fits, and where no GPU is known', () => {
    expect([steps({ ...QWEN_32B, gpus: [80] }), steps({ ...QWEN_32B, gpus: [] })]).toEqual([[], []])
  })
})

describe('what to change with vLLM', () => {
  const big: Asked = {
    model: 'Llama-3.1-8B',
    settings: { engine: 'vllm', contextTokens: 131_072 },
    gpus: [24],
  }

  test('adds tokens to the pool instead of freeing what the budget takes anyway', () => {
    const found = steps({ ...big, card: 'RTX 4090' })
    expect(summary(found).map((line) => line.replace('2048', 'N'))).toEqual([
      'quantization: weights fp8',
      'quantization: weights nf4',
      '!context: contextTokens N',
      'batch: maxNumSeqs 64, maxNumBatchedTokens N',
      'kv-type: kvTypeK fp8, kvTypeV fp8',
      'budget: gpuMemoryUtilization 0.95',
    ])
    expect(found.map(({ addsTokens }) => (addsTokens ?? 0) > 0)).toEqual([
      true,
      true,
      false,
      true,
      true,
      true,
    ])
  })

  test('does not offer an FP8 cache to Ampere, nor to quantise twice', () => {
    const found = steps({ ...big, card: 'NVIDIA GeForce RTX 3090', quantization: 'awq' })
    expect(found.map(({ kind }) => kind)).not.toContain('kv-type')
    expect(found.map(({ kind }) => kind)).not.toContain('quantization')
  })

  test('says with which cards an FP8 cache goes where the card is not known', () => {
    const quality = steps(big).find(({ kind }) => kind === 'kv-type')?.quality
    expect(quality).toBe('near lossless; needs an Ada, Hopper or newer card')
  })

  test('takes more of the GPUs that are there', () => {
    const found = steps({
      model: 'Qwen2.5-32B',
      settings: { engine: 'vllm', contextTokens: 8192 },
      gpus: [48, 48],
    })
    expect(summary(found)).toContain('!gpus: tensorParallel 2')
  })

  test('lowers a budget that is not free, and no other', () => {
    const small: Asked = { ...big, settings: { engine: 'vllm', contextTokens: 4096 }, freeGib: 20 }
    expect(summary(steps(small))[0]).toBe('!budget: gpuMemoryUtilization 0.83')
    expect(steps({ ...small, freeGib: 24 })).toEqual([])
  })

  test('joins changes that are only enough together, and leaves out what is not needed for that', () => {
    const asked: Asked = {
      model: 'Qwen2.5-32B',
      settings: { engine: 'vllm', contextTokens: 32_768 },
      gpus: [24, 24],
    }
    const joint = steps({ ...asked, card: 'RTX 3090' }).filter(({ kind }) => kind === 'together')
    expect(summary(joint)).toEqual(['!together: tensorParallel 2, weights nf4'])
  })

  test('does not move most of a model to the host', () => {
    const found = steps({
      model: 'Llama-3.1-70B',
      settings: { engine: 'vllm', contextTokens: 4096 },
      gpus: [24],
    })
    expect(found.map(({ kind }) => kind)).not.toContain('offload')
  })
})

test('transformers gets four bits, and then as much of the context as fits', () => {
  const settings = { engine: 'transformers', contextTokens: 32_768, parallel: 2 } as const
  expect(summary(steps({ model: 'Llama-2-13B', settings, gpus: [24] }))).toEqual([
    'quantization: weights nf4-double-quant',
    'batch: parallel 1',
    '!together: parallel 1, contextTokens N, weights nf4-double-quant',
  ])
})

describe('the verdict', () => {
  test('is unsure where the model is not really known, even when it would not fit', () => {
    const { fits } = judgeFit(question({ ...QWEN_32B, doubts: ['architecture unknown'] }))
    expect(fits).toEqual({ verdict: 'unsure', reason: 'architecture unknown' })
  })

  test('is unsure where the GPUs have room and the host has not', () => {
    const settings = { engine: 'llama.cpp', contextTokens: 4096, gpuLayers: 0 } as const
    const { fits } = judgeFit(question({ ...QWEN_32B, settings, hostGib: 16 }))
    expect(fits.verdict).toBe('unsure')
    expect(fits.reason).toMatch(
      /^the GPUs have room, but the host needs [\d.]+ GiB, and 16\.0 GiB are available$/,
    )
  })

  test('of Ollama is for one GPU where the model fits on it, else for all of them', () => {
    const gpus = [24, 24]
    const counts = [8192, 65_536].map((contextTokens) => {
      const asked = question({ model: 'Qwen3-32B', settings: { engine: 'ollama', contextTokens }, gpus })
      return judgeFit(asked).estimate.perGpu.length
    })
    expect(counts).toEqual([1, 2])
  })
})

test('the context and the slots are those that the engine makes of them', () => {
  const of = (settings: EngineSettings) =>
    requestsOf(judgeFit(question({ model: 'Llama-3.1-8B', settings, gpus: [24] })))
  expect([
    of({ engine: 'ollama' }),
    of({ engine: 'llama.cpp', contextTokens: 10_000, parallel: 3 }),
    of({ engine: 'llama.cpp', contextTokens: 8192 }),
    of({ engine: 'vllm' }),
  ]).toEqual([
    { contextTokens: known(32_768, 'derived'), slots: undefined },
    { contextTokens: known(3584, 'derived'), slots: '3 slots' },
    { contextTokens: known(8192, 'derived'), slots: '4 slots sharing one pool' },
    { contextTokens: known(131_072, 'declared'), slots: undefined },
  ])
})

test.each<[string, EngineSettings, string]>([
  [
    'Llama-3.1-8B',
    { engine: 'llama.cpp', contextTokens: 8192, kvTypeK: 'q8_0' },
    '32 layers × 8,192 cells × 8 heads × (128 + 128), q8_0 and f16',
  ],
  [
    'Gemma-3-4B',
    { engine: 'llama.cpp', contextTokens: 32_768, parallel: 1 },
    '29 layers × 1,536 cells for a window of 1,024 × 4 heads × (256 + 256) + 5 layers × 32,768 cells × 4 heads × (256 + 256), f16',
  ],
  [
    'DeepSeek-V2-Lite',
    { engine: 'llama.cpp', contextTokens: 32_768 },
    '27 layers × 32,768 cells × 576 latent, f16',
  ],
  ['Llama-3.1-8B', { engine: 'vllm' }, 'what the budget leaves for the pool, bfloat16'],
  [
    'Llama-3.1-8B',
    { engine: 'transformers', contextTokens: 4096 },
    '32 layers × 4,096 tokens × 8 heads × (128 + 128), bfloat16, at the full context',
  ],
])('the cache of %s with %o is explained by its formula', (model, settings, expected) => {
  expect(explainFit(question({ model, settings, gpus: [24] }).input).kv).toBe(expected)
})

test('the comparison has every quantisation with every cache type and context, the own one first', () => {
  const asked = question({ model: 'Llama-3.1-8B', settings: { engine: 'llama.cpp', parallel: 1 }, gpus: [8] })
  const cells = compareFit(asked)
  expect([cells.length, cells[0]?.quantization]).toEqual([7 * 3 * 6, 'Q4_K_M'])
  const row = cells.filter(({ quantization, kvType }) => quantization === 'Q4_K_M' && kvType === 'f16')
  expect(row.map(({ contextTokens, fits }) => [contextTokens, fits])).toEqual([
    [4096, 'yes'],
    [8192, 'yes'],
    [16_384, 'yes'],
    [32_768, 'no'],
    [65_536, 'no'],
    [131_072, 'no'],
  ])
})
