import type { GgufContent, GgufEntry, GgufTensorContent } from './gguf-writer.ts'
import { f32, i32s, text, texts, u32 } from './gguf-writer.ts'

export interface TinyLlamaShape {
  readonly layers: number
  readonly hiddenSize: number
  readonly feedForwardSize: number
  readonly heads: number
  readonly kvHeads: number
  readonly contextLength: number
}

export const TINY_LLAMA: TinyLlamaShape = {
  layers: 2,
  hiddenSize: 64,
  feedForwardSize: 128,
  heads: 4,
  kvHeads: 2,
  contextLength: 4096,
}

/**
 * A whole llama model with seeded F32 weights and a byte vocabulary: `writeGguf(tinyLlama())` is a file that llama-server
 * loads and generates (nonsense) with. `withData: false` gives the header alone.
 */
export function tinyLlama(shape: TinyLlamaShape = TINY_LLAMA, withData = true): GgufContent {
  const tokens = vocabulary()
  const headSize = shape.hiddenSize / shape.heads
  const metadata: Record<string, GgufEntry> = {
    'general.architecture': text('llama'),
    'general.name': text('tiny llama of tests'),
    'general.file_type': u32(0),
    'llama.block_count': u32(shape.layers),
    'llama.context_length': u32(shape.contextLength),
    'llama.embedding_length': u32(shape.hiddenSize),
    'llama.feed_forward_length': u32(shape.feedForwardSize),
    'llama.attention.head_count': u32(shape.heads),
    'llama.attention.head_count_kv': u32(shape.kvHeads),
    'llama.attention.layer_norm_rms_epsilon': f32(1e-5),
    'llama.rope.dimension_count': u32(headSize),
    'llama.vocab_size': u32(tokens.length),
    'tokenizer.ggml.model': text('llama'),
    'tokenizer.ggml.tokens': texts(tokens.map(({ piece }) => piece)),
    'tokenizer.ggml.scores': { type: 'array', of: 'f32', values: tokens.map((_, i) => -i) },
    'tokenizer.ggml.token_type': i32s(tokens.map(({ type }) => type)),
    'tokenizer.ggml.unknown_token_id': u32(0),
    'tokenizer.ggml.bos_token_id': u32(1),
    'tokenizer.ggml.eos_token_id': u32(2),
  }
  return { metadata, tensors: llamaTensors(shape, tokens.length, withData) }
}

function llamaTensors(shape: TinyLlamaShape, vocabSize: number, withData: boolean): GgufTensorContent[] {
  const { layers, hiddenSize: E, feedForwardSize: F } = shape
  const kvSize = (E / shape.heads) * shape.kvHeads
  const random = seeded(1)
  const tensor = (name: string, ...dimensions: number[]): GgufTensorContent => {
    const elements = dimensions.reduce((a, b) => a * b, 1)
    const fill = dimensions.length === 1 ? () => 1 : () => (random() - 0.5) * 0.2
    const data = withData ? { data: Float32Array.from({ length: elements }, fill) } : {}
    return { name, shape: dimensions, typeId: 0, bytes: elements * 4, ...data }
  }
  return [
    tensor('token_embd.weight', E, vocabSize),
    ...Array.from({ length: layers }, (_, i) => [
      tensor(`blk.${i}.attn_norm.weight`, E),
      tensor(`blk.${i}.attn_q.weight`, E, E),
      tensor(`blk.${i}.attn_k.weight`, E, kvSize),
      tensor(`blk.${i}.attn_v.weight`, E, kvSize),
      tensor(`blk.${i}.attn_output.weight`, E, E),
      tensor(`blk.${i}.ffn_norm.weight`, E),
      tensor(`blk.${i}.ffn_gate.weight`, E, F),
      tensor(`blk.${i}.ffn_up.weight`, E, F),
      tensor(`blk.${i}.ffn_down.weight`, F, E),
    ]).flat(),
    tensor('output_norm.weight', E),
    tensor('output.weight', E, vocabSize),
  ]
}

const NORMAL = 1
const UNKNOWN = 2
const CONTROL = 3
const BYTE = 6

function vocabulary(): { piece: string; type: number }[] {
  const bytes = Array.from({ length: 256 }, (_, i) => ({
    piece: `<0x${i.toString(16).toUpperCase().padStart(2, '0')}>`,
    type: BYTE,
  }))
  const pieces = ['▁', 'e', 't', 'a', 'o', 'n', '▁t', 'he', '▁the', '▁a'].map((piece) => ({
    piece,
    type: NORMAL,
  }))
  return [
    { piece: '<unk>', type: UNKNOWN },
    { piece: '<s>', type: CONTROL },
    { piece: '</s>', type: CONTROL },
    ...bytes,
    ...pieces,
  ]
}

/** mulberry32: a small generator of repeatable numbers in [0, 1). */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
