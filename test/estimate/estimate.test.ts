import { describe, expect, test } from 'vitest'
import { known, missing, type Reading } from '../../src/core/reading.ts'
import { gibibytes, mebibytes } from '../../src/core/units.ts'
import type { EngineSettings } from '../../src/estimate/settings.ts'
import type { EngineId } from '../../src/model/workload.ts'
import {
  ask,
  DEEPSEEK_V3,
  GEMMA_3_27B,
  gpu,
  LLAMA_2_13B,
  LLAMA_31_8B,
  mib,
  QWEN3_NEXT,
  without,
} from './shapes.ts'

const ENGINES: readonly EngineId[] = [
  'llama.cpp',
  'ollama',
  'vllm',
  'sglang',
  'tgi',
  'transformers',
  'exllama',
  'tensorrt-llm',
  'lmdeploy',
  'koboldcpp',
  'lmstudio',
  'unknown',
]
const value = (reading: Reading<number>) => (reading.kind === 'known' ? reading.value : Number.NaN)

describe.each(ENGINES)('any model with %s', (engine) => {
  test.each([LLAMA_31_8B, GEMMA_3_27B, DEEPSEEK_V3, QWEN3_NEXT])(
    '$name: the terms are the sum',
    (architecture) => {
      const result = ask(architecture, { engine, contextTokens: 8192 }, { gpus: [gpu(80), gpu(80)] })
      for (const one of result.perGpu) {
        const parts = [one.weightsBytes, one.kvBytes, one.stateBytes, one.activationsBytes, one.overheadBytes]
        expect(value(one.neededBytes)).toBe(parts.map(value).reduce((a, b) => a + b, 0))
        expect(value(one.lowBytes)).toBeLessThanOrEqual(value(one.neededBytes))
        expect(value(one.highBytes)).toBeGreaterThanOrEqual(value(one.neededBytes))
      }
      expect(result.workings.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(value(result.neededBytes))
      expect(value(result.neededBytes)).toBe(
        result.perGpu.map(({ neededBytes }) => value(neededBytes)).reduce((a, b) => a + b, 0),
      )
    },
  )

  test('the range is never wider than ± 10 %', () => {
    const { neededBytes, lowBytes, highBytes } = ask(LLAMA_31_8B, { engine, contextTokens: 4096 })
    expect(value(lowBytes)).toBeGreaterThanOrEqual(0.9 * value(neededBytes) - 1)
    expect(value(highBytes)).toBeLessThanOrEqual(1.1 * value(neededBytes) + 1)
  })

  test('without a GPU nobody can say whether it fits', () => {
    const { fits, perGpu } = ask(LLAMA_31_8B, { engine, contextTokens: 4096 }, { gpus: [] })
    expect([fits.verdict, perGpu[0]?.totalBytes]).toEqual([
      'unsure',
      missing('not-reported', 'the GPU is not known'),
    ])
  })

  test('without a context length KV is missing, not zero', () => {
    const bare = without(LLAMA_31_8B, 'contextLength')
    const { kv } = ask(bare, { engine }, { gpus: [] })
    // KoboldCpp has a context of its own
    expect(kv.bytes.kind).toBe(engine === 'koboldcpp' ? 'known' : 'missing')
  })
})

describe('the verdict', () => {
  const on = (totalBytes: number) =>
    ask(
      LLAMA_31_8B,
      { engine: 'llama.cpp', contextTokens: 8192 },
      {
        gpus: [{ ...gpu(24, 'NVIDIA GeForce RTX 3090'), totalBytes: known(totalBytes) }],
        weights: { kind: 'quantization', name: 'Q4_K_M' },
      },
    )

  test('fits when even the high end does, and does not when even the low end does not', () => {
    const { neededBytes, lowBytes, highBytes } = on(gibibytes(24))
    const verdicts = [
      value(highBytes),
      value(highBytes) - 1,
      value(neededBytes),
      value(lowBytes),
      value(lowBytes) - 1,
    ]
    expect(verdicts.map((bytes) => on(bytes).fits.verdict)).toEqual([
      'yes',
      'unsure',
      'unsure',
      'unsure',
      'no',
    ])
  })

  test('what is free now counts where the card is real', () => {
    const busy = { ...gpu(24), freeBytes: known(gibibytes(4)) }
    const result = ask(LLAMA_31_8B, { engine: 'llama.cpp', contextTokens: 8192 }, { gpus: [busy] })
    expect([result.fits.verdict, result.perGpu[0]?.availableBytes]).toEqual(['no', known(gibibytes(4))])
  })

  test('what the driver keeps is not there', () => {
    const reserved = { ...gpu(24), reservedBytes: known(gibibytes(1)) }
    const result = ask(LLAMA_31_8B, { engine: 'llama.cpp', contextTokens: 8192 }, { gpus: [reserved] })
    expect(result.perGpu[0]?.availableBytes).toEqual(known(gibibytes(23), 'derived'))
  })

  test('vLLM serves when its pool holds one request, and starts when its budget is free', () => {
    const vllm = (contextTokens: number, one = gpu(24)) =>
      ask(LLAMA_31_8B, { engine: 'vllm', contextTokens }, { gpus: [one] }).fits
    expect(vllm(8192).verdict).toBe('yes')
    expect(vllm(131_072).verdict).toBe('no')
    expect(vllm(131_072).reason).toContain('requests of 131,072 tokens')
    expect(vllm(8192, { ...gpu(24), freeBytes: known(gibibytes(20)) })).toEqual({
      verdict: 'no',
      reason: 'GPU 0: the budget of 22.1 GiB is more than the 20.0 GiB that are free',
    })
  })

  test('weights alone that exceed a card leave no pool', () => {
    const result = ask(LLAMA_2_13B, { engine: 'vllm', contextTokens: 4096 }, { gpus: [gpu(24)] })
    expect([result.fits.verdict, result.kv.capacityTokens]).toEqual(['no', known(0, 'derived')])
  })

  test('an engine whose rules nobody wrote down is unsure even where there is room', () => {
    expect(ask(LLAMA_31_8B, { engine: 'text-generation-webui', contextTokens: 4096 }).fits.verdict).toBe(
      'unsure',
    )
  })
})

describe('the longest context that fits', () => {
  const longest = (settings: EngineSettings, totalGib: number) =>
    ask(LLAMA_31_8B, settings, {
      gpus: [gpu(totalGib)],
      weights: { kind: 'quantization', name: 'Q4_K_M' },
    }).kv.maxContextTokens

  test('one token more than it would not fit', () => {
    const settings: EngineSettings = { engine: 'llama.cpp', parallel: 1 }
    const tokens = value(longest(settings, 8))
    const needed = (contextTokens: number) =>
      value(
        ask(
          LLAMA_31_8B,
          { ...settings, contextTokens },
          { gpus: [gpu(8)], weights: { kind: 'quantization', name: 'Q4_K_M' } },
        ).neededBytes,
      )
    expect(tokens % 256).toBe(0)
    expect(needed(tokens)).toBeLessThanOrEqual(gibibytes(8))
    expect(needed(tokens + 256)).toBeGreaterThan(gibibytes(8))
  })

  test('slots of their own divide it', () => {
    const shared = value(longest({ engine: 'llama.cpp', parallel: 4, kvUnified: true }, 8))
    const divided = value(longest({ engine: 'llama.cpp', parallel: 4, kvUnified: false }, 8))
    expect(shared / divided).toBeGreaterThan(3.7)
    expect(shared / divided).toBeLessThan(4.3)
  })

  test('it is never longer than what the model was trained for, and 0 where not even the weights fit', () => {
    expect(longest({ engine: 'llama.cpp' }, 80)).toEqual(known(131_072, 'derived'))
    expect(longest({ engine: 'llama.cpp' }, 4)).toEqual(known(0, 'derived'))
  })

  test('in vLLM it is what the pool holds', () => {
    const settings: EngineSettings = { engine: 'vllm', contextTokens: 4096, kvCacheBytes: gibibytes(2) }
    expect(longest(settings, 24)).toEqual(known(16_384, 'derived'))
  })
})

describe('where a number comes from', () => {
  test('the basis is the best of what was given', () => {
    const settings: EngineSettings = { engine: 'llama.cpp', contextTokens: 4096 }
    const tensors = {
      kind: 'tensors',
      layout: {
        totalBytes: 1,
        tokenEmbeddingBytes: 1,
        perLayerEmbeddingBytes: 0,
        outputBytes: 0,
        otherBytes: 0,
        encoderBytes: 0,
        mtpBytes: 0,
        layers: [],
      },
    } as const
    const reported = { engine: 'llama.cpp', devices: [] } as const
    expect([
      ask(LLAMA_31_8B, settings).basis,
      ask(LLAMA_31_8B, settings, { fromCatalogue: true }).basis,
      ask(LLAMA_31_8B, settings, { weights: tensors }).basis,
      ask(LLAMA_31_8B, settings, { weights: tensors, reported }).basis,
    ]).toEqual(['formula', 'catalogue', 'tensors', 'engine-log'])
  })

  test('what llama.cpp reported replaces what was computed; what its log lacks does not', () => {
    const device = { device: 'CUDA0', onHost: false, weightsBytes: 0, kvBytes: 0, stateBytes: 0 }
    const reported = {
      engine: 'llama.cpp',
      devices: [
        { ...device, kvBytes: mebibytes(777), computeBytes: mebibytes(99), outputBytes: mebibytes(1) },
        {
          ...device,
          device: 'CPU',
          onHost: true,
          weightsBytes: mebibytes(5),
          computeBytes: 0,
          outputBytes: 0,
        },
      ],
    } as const
    const settings: EngineSettings = { engine: 'llama.cpp', contextTokens: 4096 }
    const plain = ask(LLAMA_31_8B, settings)
    const result = ask(LLAMA_31_8B, settings, { reported })
    const [first] = result.perGpu
    expect([mib(first?.kvBytes), mib(first?.activationsBytes), mib(result.host.weightsBytes)]).toEqual([
      777, 100, 5,
    ])
    expect(first?.weightsBytes).toEqual(plain.perGpu[0]?.weightsBytes)
  })

  test('what vLLM reported replaces the parts of every rank', () => {
    const reported = {
      engine: 'vllm',
      devices: [],
      weightsBytes: gibibytes(15),
      kvBytes: gibibytes(4),
      activationBytes: gibibytes(1),
      kvTokens: 1234,
    } as const
    const result = ask(LLAMA_31_8B, { engine: 'vllm' }, { reported })
    expect([
      mib(result.perGpu[0]?.weightsBytes),
      mib(result.perGpu[0]?.kvBytes),
      mib(result.perGpu[0]?.activationsBytes),
      result.kv.capacityTokens,
    ]).toEqual([15 * 1024, 4096, 1024, known(1234, 'measured')])
  })
})

describe('rules of engines and versions', () => {
  const overhead = (settings: EngineSettings) =>
    value(ask(LLAMA_31_8B, settings).perGpu[0]?.overheadBytes ?? missing('malformed'))
  const pool = (settings: Partial<EngineSettings>) =>
    value(ask(LLAMA_31_8B, { engine: 'vllm', ...settings }).kv.bytes)

  test('since 0.21 CUDA graphs are paid from the budget; eager mode has none', () => {
    const fixed = { gpuMemoryUtilization: 0.9, contextTokens: 8192 }
    const graphs = pool({ ...fixed, version: '0.20.0' }) - pool({ ...fixed, version: '0.21.0' })
    expect(Math.abs(graphs - mebibytes(600))).toBeLessThan(mebibytes(3))
    expect(overhead({ engine: 'vllm', eager: false }) - overhead({ engine: 'vllm', eager: true })).toBe(
      mebibytes(600),
    )
  })

  test('the default utilization was 0.9 and is 0.92', () => {
    const budget = (version: string) => pool({ version, contextTokens: 8192, eager: true })
    const difference = budget('0.22.0') - budget('0.19.0')
    expect(Math.abs(difference - 0.02 * gibibytes(80))).toBeLessThan(mebibytes(3))
  })

  test('a context costs what its card makes it cost', () => {
    const context = (name: string) =>
      mib(
        ask(LLAMA_31_8B, { engine: 'llama.cpp', contextTokens: 4096 }, { gpus: [gpu(24, name)] }).perGpu[0]
          ?.overheadBytes,
      )
    expect([
      context('NVIDIA GeForce RTX 3090'),
      context('NVIDIA H100 80GB HBM3'),
      context('NVIDIA GeForce RTX 4060 Ti'),
    ]).toEqual([306, 456, 162])
  })

  test('SGLang leaves unreserved what its fraction says, and divides the rest between state and KV', () => {
    const { perGpu } = ask(
      QWEN3_NEXT,
      { engine: 'sglang', memFractionStatic: 0.8 },
      {
        gpus: [gpu(288)],
      },
    )
    const [one] = perGpu
    const kv = value(one?.kvBytes ?? missing('malformed'))
    const state = value(one?.stateBytes ?? missing('malformed'))
    expect(Math.abs(state / kv - 0.9)).toBeLessThan(0.001)
  })

  test('SGLang: the pool is its fraction of what was free, less the weights', () => {
    const [one] = ask(LLAMA_31_8B, { engine: 'sglang', memFractionStatic: 0.8, contextTokens: 4096 }).perGpu
    // a context of 546 MiB on a card of that size
    const expected = (80 * 1024 - 546) * 0.8 - Number(mib(one?.weightsBytes))
    expect(Math.abs(Number(mib(one?.kvBytes)) - expected)).toBeLessThan(1)
  })

  test('TGI takes 90 % of what is left', () => {
    const [one] = ask(LLAMA_31_8B, { engine: 'tgi', contextTokens: 4096 }).perGpu
    const spent = [one?.weightsBytes, one?.activationsBytes, one?.overheadBytes].map((part) =>
      Number(mib(part)),
    )
    const left = 80 * 1024 - spent.reduce((a, b) => a + b, 0)
    expect(Math.abs(Number(mib(one?.kvBytes)) - 0.9 * left)).toBeLessThan(1)
  })

  test('transformers grows: the numbers are those at the full context', () => {
    const grown = ask(LLAMA_31_8B, { engine: 'transformers', contextTokens: 8192 })
    expect([grown.kvGrowth, mib(grown.kv.bytes)]).toEqual(['on-demand', 1024])
    expect(ask(LLAMA_31_8B, { engine: 'vllm' }).kvGrowth).toBe('preallocated')
  })
})
