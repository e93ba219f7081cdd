import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { describeFault } from '../../../src/core/fault.ts'
import { parameterCount } from '../../../src/estimate/parameters.ts'
import type { ModelArchitecture } from '../../../src/model/architecture.ts'
import type { HfConfigReading } from '../../../src/parse/hf-config/config.ts'
import { readHfConfig } from '../../../src/parse/hf-config/config.ts'
import { seeded } from '../../support/tiny-llama.ts'

const FIXTURES = new URL('../../../fixtures/hf-config/', import.meta.url)
const NAMES = readdirSync(FIXTURES).flatMap((file) =>
  file.endsWith('.config.json') ? [file.slice(0, -12)] : [],
)

function fixture(file: string): string {
  return readFileSync(new URL(file, FIXTURES), 'utf8')
}

function read(config: unknown): HfConfigReading {
  return readHfConfig(typeof config === 'string' ? config : JSON.stringify(config), 'test', 'config.json')
}

function shapeOf(config: unknown): ModelArchitecture {
  const reading = read(config)
  if (reading.kind === 'fault') throw new Error(describeFault(reading.fault))
  return reading.architecture
}

/** Billions of parameters as published by their makers, vision encoder and MTP layers not counted. */
const PUBLISHED: Readonly<Record<string, number>> = {
  'command-r7b': 8.03,
  'deepseek-v2-lite': 15.7,
  'deepseek-v3': 671,
  'falcon-h1-7b': 7.59,
  'gemma-2-9b': 9.24,
  'gemma-3-4b': 3.88,
  'gemma-3n-e4b': 6.87,
  'glm-4-9b-0414': 9.4,
  'glm-4.5-air': 106.8,
  'gpt-oss-20b': 20.9,
  gpt2: 0.124,
  'granite-4.0-h-tiny': 6.94,
  'jamba-v0.1': 51.6,
  'kimi-k2': 1026,
  'kimi-linear-48b-a3b': 49.1,
  'lfm2-1.2b': 1.17,
  'llama-3.1-8b': 8.03,
  'llama-4-scout': 107.8,
  'mistral-7b-v0.1': 7.24,
  'mixtral-8x7b': 46.7,
  'nemotron-h-8b': 8.1,
  'opt-6.7b': 6.66,
  'phi-3-mini-4k': 3.82,
  'qwen2.5-7b': 7.62,
  'qwen3-30b-a3b': 30.5,
  'qwen3-8b': 8.19,
  'qwen3-next-80b-a3b': 79.7,
  'qwen3.5-27b': 26.9,
}

describe('the config of', () => {
  test.each(NAMES)('%s is read field by field', (name) => {
    const reading = readHfConfig(fixture(`${name}.config.json`), name, 'config.json')
    expect(reading).toMatchObject({ kind: 'read', doubts: [] })
    expect(reading.kind === 'read' && reading.architecture).toEqual(
      JSON.parse(fixture(`${name}.architecture.json`)),
    )
  })

  test.each(NAMES)('%s gives a shape with as many parameters as published', (name) => {
    const total = parameterCount(shapeOf(fixture(`${name}.config.json`)))?.total ?? 0
    const published = (PUBLISHED[name] ?? NaN) * 1e9
    expect(Math.abs(total / published - 1)).toBeLessThan(0.015)
  })
})

const LLAMA = {
  model_type: 'llama',
  hidden_size: 256,
  intermediate_size: 512,
  num_hidden_layers: 4,
  num_attention_heads: 8,
  vocab_size: 1000,
}

describe('a config', () => {
  test('without KV heads has one per attention head, and one in all with multi-query attention', () => {
    const falcon = { ...LLAMA, model_type: 'falcon', num_kv_heads: 2 }
    expect(
      [LLAMA, falcon, { ...falcon, new_decoder_architecture: true }].map((config) => shapeOf(config).kvHeads),
    ).toEqual([8, 1, 2])
  })

  test('without a field has the default of its class; with null it has none', () => {
    const mistral = { ...LLAMA, model_type: 'mistral' }
    expect(
      [shapeOf(mistral), shapeOf({ ...mistral, sliding_window: null })].map((shape) => shape.slidingWindow),
    ).toEqual([{ tokens: 4096, layers: [true] }, undefined])
  })

  test('of Qwen has windows only with its switch on, from a layer on', () => {
    const qwen = { ...LLAMA, model_type: 'qwen2', sliding_window: 64, max_window_layers: 2 }
    expect(
      [shapeOf(qwen), shapeOf({ ...qwen, use_sliding_window: true })].map((shape) => shape.slidingWindow),
    ).toEqual([undefined, { tokens: 64, layers: [false, false, true, true] }])
  })

  test('of Gemma 4 has larger heads in the layers without a window, and shares KV in the last ones', () => {
    const gemma4 = {
      ...LLAMA,
      model_type: 'gemma4_text',
      num_attention_heads: 16,
      num_key_value_heads: 8,
      num_global_key_value_heads: 2,
      attention_k_eq_v: true,
      num_kv_shared_layers: 1,
      layer_types: ['sliding_attention', 'sliding_attention', 'sliding_attention', 'full_attention'],
    }
    expect(shapeOf(gemma4)).toMatchObject({
      family: 'gemma4',
      kvHeads: 2,
      headDimK: 512,
      headDimV: 512,
      kvSharedLayers: 1,
      slidingWindow: {
        tokens: 512,
        layers: [true, true, true, false],
        kvHeads: 8,
        headDimK: 256,
        headDimV: 256,
      },
      perLayerEmbeddings: { size: 256, vocabSize: 262_144 },
    })
    expect(shapeOf({ ...gemma4, use_double_wide_mlp: true }).feedForwardSize).toEqual([512, 512, 512, 1024])
  })

  test('of a dense Granite hybrid has the shared width and no experts', () => {
    const granite = {
      ...LLAMA,
      model_type: 'granitemoehybrid',
      num_local_experts: 0,
      shared_intermediate_size: 768,
      layer_types: ['mamba', 'mamba', 'attention', 'mamba'],
    }
    expect(shapeOf(granite)).toMatchObject({
      feedForwardSize: 768,
      recurrent: { layers: [true, true, false] },
    })
    expect(shapeOf(granite).moe).toBeUndefined()
  })

  test('of DeepSeek V3.2 has an indexer', () => {
    const deepseek = {
      ...LLAMA,
      model_type: 'deepseek_v32',
      q_lora_rank: 128,
      n_routed_experts: 8,
      num_experts_per_tok: 2,
    }
    expect(shapeOf(deepseek)).toMatchObject({
      indexer: { headDim: 128, heads: 64 },
      mla: { kvLoraRank: 512, qkRopeHeadDim: 64, qLoraRank: 128 },
      moe: { experts: 8, expertsUsed: 2, leadingDenseLayers: 3 },
    })
  })
})

describe('what is wrong with a config is said with its field:', () => {
  test.each<[unknown, string]>([
    ['no JSON', "the beginning: 'no JSON object'"],
    [{}, "field 'model_type': 'nothing'"],
    [{ model_type: 'llama' }, "field 'num_hidden_layers': 'nothing'"],
    [{ ...LLAMA, hidden_size: undefined }, "field 'hidden_size': 'nothing'"],
    [{ ...LLAMA, num_hidden_layers: 1e9 }, "field 'num_hidden_layers': '1000000000'"],
    [{ ...LLAMA, num_hidden_layers: -4 }, "field 'num_hidden_layers': '-4'"],
    [{ ...LLAMA, hidden_size: '256' }, `field 'hidden_size': '"256"'`],
    [
      { ...LLAMA, model_type: 'gemma2', layer_types: ['full_attention'] },
      "field 'layer_types': '1 entries for 4 layers'",
    ],
    [{ ...LLAMA, model_type: 'deepseek_v3', kv_lora_rank: null }, "field 'kv_lora_rank': 'nothing'"],
    [
      { ...LLAMA, layer_types: ['mamba', 'mamba', 'mamba', 'mamba'] },
      "field 'layer_types': 'recurrent layers of a kind that llmtop does not know'",
    ],
  ])('%o', (config, expected) => {
    const reading = read(config)
    expect(reading.kind === 'fault' && describeFault(reading.fault)).toBe(
      `'config.json' is not what it should be at ${expected}`,
    )
  })

  test('a model type that llmtop does not know, and an encoder without a size, leave doubts', () => {
    const reading = read({ ...LLAMA, model_type: 'llama9', vision_config: { image_size: 224 } })
    expect(reading.kind === 'read' && reading.doubts).toEqual([
      "model type 'llama9': llmtop does not know it",
      "the size of its vision encoder is not stated in 'vision_config'",
    ])
  })

  test('whatever a field holds, the config is read or refused', () => {
    const random = seeded(11)
    const odd = [0, -1, 1e308, null, 'x', [], [1, 'a'], {}, true, 3.5, ['linear_attention'], 2 ** 31]
    const kinds = new Set<string>()
    for (let round = 0; round < 3000; round++) {
      const name = NAMES[Math.floor(random() * NAMES.length)] ?? ''
      const config = JSON.parse(fixture(`${name}.config.json`)) as Record<string, unknown>
      const target = (config['text_config'] ?? config) as Record<string, unknown>
      const keys = Object.keys(target)
      target[keys[Math.floor(random() * keys.length)] ?? ''] = odd[Math.floor(random() * odd.length)]
      kinds.add(read(config).kind)
    }
    expect(kinds).toEqual(new Set(['read', 'fault']))
  })
})
