import type { Part } from '../../../src/model/sample.ts'
import { f32, text, texts, u32, writeGguf, type GgufTensorContent } from '../gguf-writer.ts'

/** A decoder with grouped attention, as its GGUF file describes it. */
export interface GgufModel {
  readonly family: 'llama' | 'qwen3'
  readonly name: string
  readonly layers: number
  readonly hidden: number
  readonly feedForward: number
  readonly heads: number
  readonly kvHeads: number
  readonly headDim: number
  readonly vocabulary: number
  readonly context: number
  readonly type: keyof typeof TYPES
}

/** Block types of ggml: id, and bytes for so many elements. Source: ggml-common.h. */
const TYPES = {
  F16: { id: 1, fileType: 1, bytes: 2, of: 1 },
  Q8_0: { id: 8, fileType: 7, bytes: 34, of: 32 },
  Q4_K: { id: 12, fileType: 15, bytes: 144, of: 256 },
} as const

export const LLAMA_8B_Q8: GgufModel = {
  family: 'llama',
  name: 'Llama 3.1 8B Instruct',
  layers: 32,
  hidden: 4096,
  feedForward: 14_336,
  heads: 32,
  kvHeads: 8,
  headDim: 128,
  vocabulary: 128_256,
  context: 131_072,
  type: 'Q8_0',
}

export const QWEN3_14B_Q4: GgufModel = {
  family: 'qwen3',
  name: 'Qwen3 14B',
  layers: 40,
  hidden: 5120,
  feedForward: 17_408,
  heads: 40,
  kvHeads: 8,
  headDim: 128,
  vocabulary: 151_936,
  context: 40_960,
  type: 'Q4_K',
}

export const LLAMA_70B_Q4: GgufModel = {
  family: 'llama',
  name: 'Llama 3.3 70B Instruct',
  layers: 80,
  hidden: 8192,
  feedForward: 28_672,
  heads: 64,
  kvHeads: 8,
  headDim: 128,
  vocabulary: 128_256,
  context: 131_072,
  type: 'Q4_K',
}

/** What its tensors take, MiB. */
export function weightsMiB(model: GgufModel): number {
  return tensorsOf(model).reduce((total, { bytes }) => total + bytes, 0) / 1024 ** 2
}

/** What of it goes onto a card with all its layers: the embedding is looked up by the CPU. */
export function cardWeightsMiB(model: GgufModel): number {
  return weightsMiB(model) - embedding(model).bytes / 1024 ** 2
}

/** K and V of so many tokens in 16 bits, MiB. */
export function kvMiB(model: GgufModel, tokens: number): number {
  return (2 * model.layers * model.kvHeads * model.headDim * 2 * tokens) / 1024 ** 2
}

/** The first bytes of its file. The vocabulary is named but not listed; its size stands in the embedding. */
export function ggufHead(model: GgufModel): Part {
  const { family } = model
  const bytes = writeGguf({
    metadata: {
      'general.architecture': text(family),
      'general.name': text(model.name),
      'general.file_type': u32(TYPES[model.type].fileType),
      [`${family}.block_count`]: u32(model.layers),
      [`${family}.context_length`]: u32(model.context),
      [`${family}.embedding_length`]: u32(model.hidden),
      [`${family}.feed_forward_length`]: u32(model.feedForward),
      [`${family}.attention.head_count`]: u32(model.heads),
      [`${family}.attention.head_count_kv`]: u32(model.kvHeads),
      [`${family}.attention.key_length`]: u32(model.headDim),
      [`${family}.attention.value_length`]: u32(model.headDim),
      [`${family}.attention.layer_norm_rms_epsilon`]: f32(1e-6),
      [`${family}.vocab_size`]: u32(model.vocabulary),
      'tokenizer.ggml.model': text('gpt2'),
      'tokenizer.ggml.tokens': texts(['a', 'b']),
    },
    tensors: tensorsOf(model),
  })
  const sizeBytes = bytes.length + tensorsOf(model).reduce((total, { bytes: size }) => total + size, 0)
  return { kind: 'bytes', base64: btoa(String.fromCharCode(...bytes)), sizeBytes }
}

function tensorsOf(model: GgufModel): readonly GgufTensorContent[] {
  const { hidden, feedForward, heads, kvHeads, headDim, vocabulary } = model
  return [
    embedding(model),
    matrix(model, 'output.weight', hidden, vocabulary),
    vector('output_norm.weight', hidden),
    ...Array.from({ length: model.layers }, (_, layer) => [
      vector(`blk.${layer}.attn_norm.weight`, hidden),
      vector(`blk.${layer}.ffn_norm.weight`, hidden),
      matrix(model, `blk.${layer}.attn_q.weight`, hidden, heads * headDim),
      matrix(model, `blk.${layer}.attn_k.weight`, hidden, kvHeads * headDim),
      matrix(model, `blk.${layer}.attn_v.weight`, hidden, kvHeads * headDim),
      matrix(model, `blk.${layer}.attn_output.weight`, heads * headDim, hidden),
      matrix(model, `blk.${layer}.ffn_gate.weight`, hidden, feedForward),
      matrix(model, `blk.${layer}.ffn_up.weight`, hidden, feedForward),
      matrix(model, `blk.${layer}.ffn_down.weight`, feedForward, hidden),
    ]).flat(),
  ]
}

function embedding(model: GgufModel): GgufTensorContent {
  return matrix(model, 'token_embd.weight', model.hidden, model.vocabulary)
}

function matrix(model: GgufModel, name: string, columns: number, rows: number): GgufTensorContent {
  const { id, bytes, of } = TYPES[model.type]
  return { name, shape: [columns, rows], typeId: id, bytes: ((columns * rows) / of) * bytes }
}

function vector(name: string, length: number): GgufTensorContent {
  return { name, shape: [length], typeId: 0, bytes: length * 4 }
}

/** config.json of Qwen3-32B, the fields that decide memory. */
export const QWEN3_32B_CONFIG = JSON.stringify({
  architectures: ['Qwen3ForCausalLM'],
  model_type: 'qwen3',
  hidden_size: 5120,
  intermediate_size: 25_600,
  num_hidden_layers: 64,
  num_attention_heads: 64,
  num_key_value_heads: 8,
  head_dim: 128,
  vocab_size: 151_936,
  max_position_embeddings: 40_960,
  tie_word_embeddings: false,
  torch_dtype: 'bfloat16',
})

export const QWEN3_32B_INDEX = JSON.stringify({ metadata: { total_size: 65_524_246_528 }, weight_map: {} })
