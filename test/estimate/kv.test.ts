import { describe, expect, test } from 'vitest'
import { known, missing } from '../../src/core/reading.ts'
import { mebibytes } from '../../src/core/units.ts'
import type { EngineSettings } from '../../src/estimate/settings.ts'
import type { ModelArchitecture } from '../../src/model/architecture.ts'
import {
  ask,
  DEEPSEEK_V2_LITE,
  DEEPSEEK_V3,
  DEEPSEEK_V32,
  GEMMA_3_4B,
  GEMMA_4_E4B,
  GLM_5,
  gpu,
  LLAMA_31_8B,
  mib,
  QWEN35_35B_A3B,
  QWEN3_NEXT,
} from './shapes.ts'

const llamaCpp = (settings: Partial<EngineSettings>): EngineSettings => ({ engine: 'llama.cpp', ...settings })
const vllm = (settings: Partial<EngineSettings> = {}): EngineSettings => ({ engine: 'vllm', ...settings })
const kvOf = (architecture: ModelArchitecture, settings: EngineSettings) => ask(architecture, settings).kv

describe('KV of llama.cpp, as its own log prints it', () => {
  test.each([
    ['f16', 1024],
    ['bf16', 1024],
    ['f32', 2048],
    ['q8_0', 544],
    ['q5_1', 384],
    ['q5_0', 352],
    ['q4_1', 320],
    ['q4_0', 288],
    ['iq4_nl', 288],
  ])('Llama 3.1 8B at 8,192 tokens of %s takes %d MiB', (type, expected) => {
    const settings = llamaCpp({ contextTokens: 8192, kvTypeK: type, kvTypeV: type })
    expect(mib(kvOf(LLAMA_31_8B, settings).bytes)).toBe(expected)
  })

  test('a context that is not divisible by the slots is padded in each slot', () => {
    const kv = kvOf(LLAMA_31_8B, llamaCpp({ contextTokens: 10_000, parallel: 3 }))
    expect([mib(kv.bytes), kv.cells]).toEqual([1344, known(10_752, 'derived')])
  })

  test.each([
    ['one slot', { parallel: 1 }, 640 + 174],
    ['four slots that share a cache', { parallel: 4, kvUnified: true }, 640 + 522],
    ['four slots of their own', { parallel: 4, kvUnified: false }, 640 + 696],
    ['nothing said about slots', {}, 640 + 522],
    ['windows at full length', { parallel: 1, swaFull: true }, 640 + 3712],
  ])('windowed layers of Gemma 3 4B at 32,768 tokens: %s', (_, settings, expected) => {
    expect(mib(kvOf(GEMMA_3_4B, llamaCpp({ contextTokens: 32_768, ...settings })).bytes)).toBe(expected)
  })

  test('a window is never longer than the context', () => {
    expect(mib(kvOf(GEMMA_3_4B, llamaCpp({ contextTokens: 1000, parallel: 1 })).bytes)).toBe(136)
  })

  test.each([
    ['f16', 972],
    ['q8_0', 516.38],
  ])('MLA keeps one latent vector and no values: %s', (type, expected) => {
    const settings = llamaCpp({ contextTokens: 32_768, kvTypeK: type, kvTypeV: type })
    expect(mib(kvOf(DEEPSEEK_V2_LITE, settings).bytes)).toBe(expected)
  })

  test('hybrids have KV in attention layers, and state per slot in the others', () => {
    const result = ask(QWEN3_NEXT, llamaCpp({ contextTokens: 4096, parallel: 4, kvUnified: true }))
    expect([mib(result.kv.bytes), mib(result.perGpu[0]?.stateBytes)]).toEqual([96, 301.5])
  })

  test('layers that share KV own none', () => {
    const settings = llamaCpp({ contextTokens: 32_768, parallel: 1, swaFull: true })
    expect(mib(kvOf(GEMMA_4_E4B, settings).bytes)).toBe(512 + 1280)
  })

  test('a layer with no KV heads costs nothing, and neither does a recurrent one of a mixed pattern', () => {
    const two = { ...LLAMA_31_8B, layers: 2 }
    const settings = llamaCpp({ contextTokens: 8192 })
    expect(mib(kvOf({ ...two, kvHeads: [8, 0] }, settings).bytes)).toBe(32)
    const recurrent = { layers: [true, false], convKernel: 4, innerSize: 256, stateSize: 16, groups: 1 }
    expect(mib(kvOf({ ...two, recurrent }, settings).bytes)).toBe(32)
    expect(mib(kvOf({ ...two, recurrent: { ...recurrent, layers: [true] } }, settings).bytes)).toBe(64)
  })

  test('without flash attention values are as wide as in the widest layer', () => {
    const uneven = { ...LLAMA_31_8B, layers: 2, kvHeads: [8, 4] }
    const settings = { contextTokens: 8192, parallel: 1 }
    expect(mib(kvOf(uneven, llamaCpp({ ...settings, flashAttention: true })).bytes)).toBe(48)
    expect(mib(kvOf(uneven, llamaCpp({ ...settings, flashAttention: false })).bytes)).toBe(56)
  })

  test('quantised Mistral Small 22B at 49,152 tokens takes 5,712 MiB', () => {
    const mistral = { ...LLAMA_31_8B, layers: 56, hiddenSize: 6144, attentionHeads: 48 }
    const settings = llamaCpp({ contextTokens: 49_152, kvTypeK: 'q8_0', kvTypeV: 'q8_0' })
    expect(mib(kvOf(mistral, settings).bytes)).toBe(5712)
  })

  test('a cache type that nobody here knows is missing, never guessed', () => {
    const kv = kvOf(LLAMA_31_8B, llamaCpp({ contextTokens: 8192, kvTypeK: 'turbo3', kvTypeV: 'f16' }))
    expect(kv.bytes).toEqual(
      missing('not-supported', "the size of a KV cache of type 'turbo3' and 'f16' is unknown"),
    )
  })

  test.each(['deepseek4', 'deepseek_v4', 'minimax-m3'])(
    'a family whose cache has a form of its own is missing, never sized as another: %s',
    (family) => {
      const { kv, fits, perGpu } = ask({ ...LLAMA_31_8B, family }, llamaCpp({ contextTokens: 4096 }))
      expect([kv.bytes.kind, kv.maxContextTokens.kind, fits.verdict]).toEqual([
        'missing',
        'missing',
        'unsure',
      ])
      expect(perGpu[0]?.weightsBytes.kind).toBe('known')
    },
  )

  test('one more token costs the layers that still grow', () => {
    const kv = kvOf(GEMMA_3_4B, llamaCpp({ contextTokens: 32_768, parallel: 1 }))
    expect(kv.marginalBytesPerToken).toEqual(known(20_480, 'derived'))
    expect(kv.bytesPerToken).toEqual(known((814 * 1024 ** 2) / 32_768, 'derived'))
  })

  test('the context of a slot is what Ollama calls num_ctx', () => {
    const kv = kvOf(LLAMA_31_8B, { engine: 'ollama', contextTokens: 8192, parallel: 2 })
    expect(mib(kv.bytes)).toBe(2048)
  })

  test.each([
    ['DeepSeek V3.2', DEEPSEEK_V32, 85_888],
    ['GLM-5', GLM_5, 109_824],
  ])('the indexer of %s adds one key per layer', (_, architecture, expected) => {
    const kv = kvOf(architecture, llamaCpp({ contextTokens: 4096 }))
    expect(kv.bytesPerToken).toEqual(known(expected, 'derived'))
  })
})

describe('KV of vLLM', () => {
  const perToken = (architecture: ModelArchitecture, settings: Partial<EngineSettings>, gpus = 1) =>
    ask(architecture, vllm({ contextTokens: 4096, ...settings }), {
      gpus: Array.from({ length: gpus }, () => gpu(80)),
    }).kv.bytesPerToken

  test.each([
    ['bf16', {}, 131_072],
    ['fp8', { kvTypeK: 'fp8', kvTypeV: 'fp8' }, 65_536],
    ['float32', { dtype: 'float32' }, 262_144],
    ['nvfp4', { kvTypeK: 'nvfp4', kvTypeV: 'nvfp4' }, 36_864],
    [
      'int8 with a scale per head',
      { kvTypeK: 'int8_per_token_head', kvTypeV: 'int8_per_token_head' },
      67_584,
    ],
  ])('Llama 3.1 8B: %s', (_, settings, expected) => {
    expect(perToken(LLAMA_31_8B, settings)).toEqual(known(expected, 'derived'))
  })

  test('MLA is not divided by tensor parallelism: every rank has the latent vector', () => {
    expect(perToken(DEEPSEEK_V3, {})).toEqual(known(70_272, 'derived'))
    expect(perToken(DEEPSEEK_V3, { tensorParallel: 8 }, 8)).toEqual(known(8 * 70_272, 'derived'))
  })

  test('DeepSeek V3.2 in fp8 packs 656 bytes, and 132 for the indexer', () => {
    expect(perToken(DEEPSEEK_V32, { kvTypeK: 'fp8' })).toEqual(known(48_068, 'derived'))
  })

  test('heads are divided by the ranks, but each rank has at least one', () => {
    expect(perToken(QWEN3_NEXT, { tensorParallel: 2 }, 2).kind).toBe('known')
    const eight = { ...LLAMA_31_8B, kvHeads: 2 }
    expect(perToken(eight, { tensorParallel: 8 }, 8)).toEqual(known(8 * 16_384, 'derived'))
  })

  test('Qwen3 235B on four ranks takes 24,064 bytes of keys per token and rank', () => {
    const qwen = { ...LLAMA_31_8B, layers: 94, kvHeads: 4 }
    const kv = ask(qwen, vllm({ contextTokens: 32_768, tensorParallel: 4 }), {
      gpus: Array.from({ length: 4 }, () => gpu(80)),
    }).kv
    expect(kv.bytesPerToken).toEqual(known(4 * 94 * 128 * 2 * 2, 'derived'))
  })

  test('windowed models: groups of equal size share the pool, windows take what they hold', () => {
    const settings = vllm({
      version: '0.22.1',
      contextTokens: 32_768,
      maxNumBatchedTokens: 2048,
      kvCacheBytes: mebibytes(4198.6),
    })
    const { capacityTokens } = ask(GEMMA_4_E4B, settings).kv
    // 6.85 requests of 32,768 tokens, as vLLM 0.22.1 printed for a pool of 4.10 GiB
    expect(capacityTokens.kind === 'known' && (capacityTokens.value / 32_768).toFixed(2)).toBe('6.85')
  })

  test('hybrids: the attention block is as long as a page of state, and tokens come in whole blocks', () => {
    const settings = vllm({
      version: '0.20.0',
      kvTypeK: 'fp8_e4m3',
      contextTokens: 262_144,
      kvCacheBytes: mebibytes(68_536.32),
    })
    expect(ask(QWEN35_35B_A3B, settings).kv.capacityTokens).toEqual(known(1_754_352, 'derived'))
  })

  test('kinds of nearly the same number of layers make groups of the larger number', () => {
    const layers = Array.from({ length: 22 }, (_, index) => index < 12)
    const nearlyEven = {
      ...LLAMA_31_8B,
      layers: 22,
      kvHeads: 1,
      headDimK: 64,
      headDimV: 64,
      slidingWindow: { tokens: 512, layers },
    }
    // 120 pages of 16 tokens: 10 blocks of 12 layers for two groups
    const settings = vllm({ version: '0.20.0', kvCacheBytes: 120 * 16 * 256 })
    expect(ask(nearlyEven, settings).kv.capacityTokens).toEqual(known(5 * 16, 'derived'))
  })

  test('chunks hold a chunk and the batch in flight, windows one token less and a block more', () => {
    const perRequest = (chunked: boolean) => {
      const { slidingWindow } = GEMMA_3_4B
      if (slidingWindow === undefined) throw new Error('Gemma 3 has windows')
      const settings = vllm({ contextTokens: 32_768, maxNumBatchedTokens: 2048 })
      return ask({ ...GEMMA_3_4B, slidingWindow: { ...slidingWindow, chunked } }, settings).kv.bytesPerToken
    }
    // 5 layers to a group: one of full attention, six of windows
    const blockBytes = 5 * 16 * 4096
    expect([perRequest(false), perRequest(true)]).toEqual([
      known((blockBytes * (2048 + 6 * (192 + 1))) / 32_768, 'derived'),
      known((blockBytes * (2048 + 6 * 192)) / 32_768, 'derived'),
    ])
  })

  test('prefix caching keeps a second page of state per recurrent group', () => {
    const tokens = 2096 * 16
    const capacity = (prefixCaching: boolean) => {
      const settings = vllm({
        kvTypeK: 'fp8',
        contextTokens: tokens,
        kvCacheBytes: mebibytes(60_000),
        prefixCaching,
      })
      const { capacityTokens } = ask(QWEN35_35B_A3B, settings).kv
      return capacityTokens.kind === 'known' ? capacityTokens.value : 0
    }
    // 16 blocks of attention, and 3 groups of state
    expect((capacity(false) / capacity(true)).toFixed(4)).toBe(((16 + 6) / (16 + 3)).toFixed(4))
  })

  test('ranks of decode context parallelism share the tokens of a request', () => {
    const capacity = (decodeContextParallel: number) => {
      const settings = vllm({ contextTokens: 4096, decodeContextParallel, kvCacheBytes: mebibytes(2000) })
      const { capacityTokens } = ask(DEEPSEEK_V3, settings).kv
      return capacityTokens.kind === 'known' ? capacityTokens.value : 0
    }
    expect(capacity(2) / capacity(1)).toBeCloseTo(2, 2)
  })

  test('with the hybrid manager off a window is cached like everything else', () => {
    const off = vllm({ contextTokens: 32_768, hybridKvManager: false, kvTypeK: 'bf16' })
    expect(ask(GEMMA_3_4B, off).kv.bytesPerToken).toEqual(known(34 * 4 * 256 * 2 * 2, 'derived'))
  })
})

describe('KV of other engines', () => {
  test('SGLang: a token of Qwen3 30B A3B takes 49,152 bytes for keys and as many for values', () => {
    const qwen = { ...LLAMA_31_8B, layers: 48, kvHeads: 4 }
    expect(ask(qwen, { engine: 'sglang' }).kv.bytesPerToken).toEqual(known(2 * 49_152, 'derived'))
  })

  test('SGLang with eight ranks: 20,480 bytes of keys per rank for 80 layers of 8 heads', () => {
    const llama = { ...LLAMA_31_8B, layers: 80 }
    const result = ask(llama, { engine: 'sglang', tensorParallel: 8 })
    expect(result.kv.bytesPerToken).toEqual(known(8 * 2 * 20_480, 'derived'))
  })

  test('SGLang keeps 0.8 tokens of a window layer per token of a full one', () => {
    const perLayer = 4 * 256 * 2 * 2
    const { bytesPerToken } = kvOf(GEMMA_3_4B, { engine: 'sglang' })
    expect(bytesPerToken.kind === 'known' && Math.round(bytesPerToken.value)).toBe(
      Math.round(perLayer * (5 + 0.8 * 29)),
    )
  })

  test('transformers expands MLA to full heads and keeps only the window of windowed layers', () => {
    const settings = { engine: 'transformers', contextTokens: 4096 } as const
    expect(kvOf(DEEPSEEK_V2_LITE, settings).bytesPerToken).toEqual(
      known(27 * 16 * (192 + 128) * 2, 'derived'),
    )
    expect(mib(kvOf(GEMMA_3_4B, settings).bytes)).toBe((4096 * 5 + 1024 * 29) / 256)
  })
})
