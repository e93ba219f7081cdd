import { describe, expect, test } from 'vitest'
import type { ModelArchitecture } from '../../../src/model/architecture.ts'
import type { Values } from '../../support/gguf-shape.ts'
import { ggufReading, ggufShape, MATRICES } from '../../support/gguf-shape.ts'

const HEADS: Values = { 'attention.head_count': 8, 'attention.head_count_kv': 2 }
const PLAIN = { attentionHeads: 8, kvHeads: 2, headDimK: 32, headDimV: 32 }

describe('a GGUF architecture', () => {
  test('is read as llama.cpp reads it: head lengths default to hidden size ÷ heads, KV heads to heads', () => {
    expect(ggufShape('llama', HEADS)).toEqual(PLAIN)
    expect(
      ggufShape('qwen3', { ...HEADS, 'attention.key_length': 128, 'attention.value_length': 64 }),
    ).toEqual({
      ...PLAIN,
      headDimK: 128,
      headDimV: 64,
    })
    expect(ggufShape('gpt2', { 'attention.head_count': 8 })).toEqual({ ...PLAIN, kvHeads: 8 })
  })

  test('without an output matrix has tied embeddings', () => {
    expect(ggufShape('llama', HEADS, ['token_embd.weight'])).toEqual({ ...PLAIN, tiedEmbeddings: true })
  })

  test('may have other heads in every layer, and none in some', () => {
    const values = { 'attention.head_count': [8, 8, 0, 8], 'attention.head_count_kv': [2, 1, 0, 2] }
    expect(ggufShape('deci', { ...values, feed_forward_length: [512, 256, 128, 512] })).toEqual({
      ...PLAIN,
      attentionHeads: [8, 8, 0, 8],
      kvHeads: [2, 1, 0, 2],
      feedForwardSize: [512, 256, 128, 512],
    })
    expect(ggufShape('llama', { ...values, 'attention.head_count_kv': [2, 2, 2, 2] }).kvHeads).toBe(2)
  })

  test.each<[string, Values, ModelArchitecture['slidingWindow']]>([
    ['gemma2', {}, { tokens: 4096, layers: [true, false] }],
    [
      'gemma3',
      { 'attention.sliding_window': 1024 },
      { tokens: 1024, layers: [true, true, true, true, true, false] },
    ],
    ['gemma3', {}, undefined],
    ['gpt-oss', { 'attention.sliding_window': 128 }, { tokens: 128, layers: [true, false] }],
    ['cohere2', { 'attention.sliding_window': 4096 }, { tokens: 4096, layers: [true, true, true, false] }],
    ['smallthinker', { 'attention.sliding_window': 8 }, { tokens: 4096, layers: [false, true, true, true] }],
    ['llama4', {}, { tokens: 8192, layers: [true, true, true, false], chunked: true }],
    ['llama4', { 'attention.sliding_window': 0 }, undefined],
    // the file has the key, and llama.cpp has no window for these families
    ['phi3', { 'attention.sliding_window': 2047 }, undefined],
    ['llama', { 'attention.sliding_window': 4096 }, undefined],
    // windowed only in the 64-layer model
    ['exaone4', { 'attention.sliding_window': 4096 }, undefined],
    [
      'gemma3',
      { 'attention.sliding_window': 512, 'attention.sliding_window_pattern': 2 },
      { tokens: 512, layers: [true, false] },
    ],
    [
      'gemma4',
      {
        'attention.sliding_window': 512,
        'attention.sliding_window_pattern': [true, true, false, true],
        'attention.key_length_swa': 16,
        'attention.value_length_swa': 16,
      },
      { tokens: 512, layers: [true, true, false], headDimK: 16, headDimV: 16 },
    ],
  ])('of %s with %o has the window of llama.cpp', (family, values, slidingWindow) => {
    expect(ggufShape(family, { ...HEADS, ...values }).slidingWindow).toEqual(slidingWindow)
  })

  const mla: Values = {
    'attention.head_count': 8,
    'attention.head_count_kv': 1,
    'attention.key_length': 576,
    'attention.value_length': 512,
    'attention.kv_lora_rank': 512,
    'attention.q_lora_rank': 1536,
    'attention.key_length_mla': 192,
    'attention.value_length_mla': 128,
  }

  test('with both MLA lengths caches the latent vector', () => {
    expect(ggufShape('deepseek2', mla)).toEqual({
      attentionHeads: 8,
      kvHeads: 1,
      headDimK: 576,
      headDimV: 512,
      mla: { kvLoraRank: 512, qkRopeHeadDim: 64, qLoraRank: 1536, qkNopeHeadDim: 128, vHeadDim: 128 },
    })
  })

  test('of a DeepSeek file without the MLA lengths caches whole heads, as such conversions do', () => {
    const old = { 'attention.key_length': 192, 'attention.value_length': 128, 'attention.kv_lora_rank': 512 }
    expect(ggufShape('deepseek2', { 'attention.head_count': 8, ...old })).toEqual({
      attentionHeads: 8,
      kvHeads: 8,
      headDimK: 192,
      headDimV: 128,
    })
  })

  test('with a sparse-attention indexer keeps its key; GLM 5.2 and later in every fourth layer', () => {
    const indexer: Values = { 'attention.indexer.key_length': 128, 'attention.indexer.head_count': 32 }
    const of = (family: string, values: Values) => {
      const result = ggufReading(family, { ...mla, ...indexer, ...values })
      return result.kind === 'read' ? result.architecture.indexer : result
    }
    expect([
      of('deepseek32', {}),
      of('glm-dsa', {}),
      of('glm-dsa', { context_length: 1_048_576, block_count: 8 }),
      of('glm-dsa', { 'attention.indexer.types': [1, 0, 0, 1] }),
    ]).toEqual([
      { headDim: 128, heads: 32 },
      { headDim: 128, heads: 32 },
      { headDim: 128, heads: 32, layers: [true, true, true, false, false, false, true, false] },
      { headDim: 128, heads: 32, layers: [true, false, false, true] },
    ])
  })

  test('does not count multi-token-prediction blocks as layers', () => {
    expect(ggufShape('glm4moe', { ...HEADS, nextn_predict_layers: 1 })).toEqual({ ...PLAIN, mtpLayers: 1 })
  })

  test('of an MoE model says which layers have experts', () => {
    const experts: Values = {
      ...HEADS,
      expert_count: 16,
      expert_used_count: 4,
      expert_feed_forward_length: 96,
      expert_shared_count: 2,
    }
    const moe = { experts: 16, expertsUsed: 4, expertFeedForwardSize: 96, sharedFeedForwardSize: 192 }
    const expertLayers = (layers: readonly number[]) =>
      layers.map((layer) => `blk.${layer}.ffn_up_exps.weight`)
    expect([
      ggufShape('deepseek2', experts, [...MATRICES, ...expertLayers([1, 2, 3])]).moe,
      ggufShape('qwen3moe', experts, [...MATRICES, ...expertLayers([0, 1, 2, 3])]).moe,
      ggufShape('qwen2moe', { ...experts, expert_shared_feed_forward_length: 300 }).moe,
      // Mixtral: the experts are as wide as the feed-forward network it does not have
      ggufShape('llama', { ...HEADS, expert_count: 8, expert_used_count: 2 }).moe,
      ggufShape('hunyuan-dense', { ...HEADS, expert_count: 1, expert_used_count: 1 }).moe,
    ]).toEqual([
      { ...moe, layers: [false, true, true, true] },
      moe,
      { ...moe, sharedFeedForwardSize: 300 },
      { experts: 8, expertsUsed: 2, expertFeedForwardSize: 512 },
      undefined,
    ])
  })

  test('of Gemma 3n owns KV in its first 20 layers; of Gemma 4 in all but the shared ones', () => {
    const window = { 'attention.sliding_window': 512 }
    const gemma3n = ggufReading(
      'gemma3n',
      { ...HEADS, ...window, block_count: 30, embedding_length_per_layer_input: 64 },
      [...MATRICES, 'per_layer_token_embd.weight'],
    )
    expect(gemma3n.kind === 'read' && gemma3n.architecture).toMatchObject({
      layers: 30,
      kvSharedLayers: 10,
      perLayerEmbeddings: { size: 64, vocabSize: 1000 },
    })
    expect(ggufShape('gemma4', { ...HEADS, 'attention.shared_kv_layers': 3 })).toEqual({
      ...PLAIN,
      kvSharedLayers: 3,
    })
  })
})
