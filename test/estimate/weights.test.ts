import { describe, expect, test } from 'vitest'
import { known, missing } from '../../src/core/reading.ts'
import { mebibytes } from '../../src/core/units.ts'
import { parameterCount } from '../../src/estimate/parameters.ts'
import { bitsPerWeight, ggmlTensorBytes } from '../../src/estimate/weight-types.ts'
import { layoutOf, weightsLayout } from '../../src/estimate/weights.ts'
import { ggmlType } from '../../src/model/ggml-types.ts'
import type { Tensor } from '../../src/model/weights.ts'
import {
  DEEPSEEK_V3,
  GEMMA_3_27B,
  LLAMA_2_13B,
  LLAMA_31_8B,
  LLAMA_3_70B,
  QWEN3_235B_A22B,
  without,
} from './shapes.ts'

describe('tensor types', () => {
  // bits per weight as llama.cpp documents them
  test.each([
    [0, 'F32', 32],
    [1, 'F16', 16],
    [30, 'BF16', 16],
    [2, 'Q4_0', 4.5],
    [3, 'Q4_1', 5],
    [6, 'Q5_0', 5.5],
    [7, 'Q5_1', 6],
    [8, 'Q8_0', 8.5],
    [9, 'Q8_1', 9],
    [10, 'Q2_K', 2.625],
    [11, 'Q3_K', 3.4375],
    [12, 'Q4_K', 4.5],
    [13, 'Q5_K', 5.5],
    [14, 'Q6_K', 6.5625],
    [15, 'Q8_K', 9.125],
    [16, 'IQ2_XXS', 2.0625],
    [17, 'IQ2_XS', 2.3125],
    [18, 'IQ3_XXS', 3.0625],
    [19, 'IQ1_S', 1.5625],
    [20, 'IQ4_NL', 4.5],
    [21, 'IQ3_S', 3.4375],
    [22, 'IQ2_S', 2.5625],
    [23, 'IQ4_XS', 4.25],
    [24, 'I8', 8],
    [25, 'I16', 16],
    [26, 'I32', 32],
    [27, 'I64', 64],
    [28, 'F64', 64],
    [29, 'IQ1_M', 1.75],
    [34, 'TQ1_0', 1.6875],
    [35, 'TQ2_0', 2.0625],
    [39, 'MXFP4', 4.25],
    [40, 'NVFP4', 4.5],
    [41, 'Q1_0', 1.125],
    [42, 'Q2_0', 2.25],
  ])('type %d is %s with %d bits per weight', (id, name, bits) => {
    expect([ggmlType(id)?.name, ((ggmlTensorBytes(id, 4096) ?? 0) * 8) / 4096]).toEqual([name, bits])
  })

  test.each([4, 5, 31, 36, 38, 43, 999])('type %d is unknown', (id) => {
    expect(ggmlType(id)).toBeUndefined()
  })

  test('a tensor ends at the alignment of its file', () => {
    expect(ggmlTensorBytes(0, 3)).toBe(32)
  })
})

describe('bits by name', () => {
  test.each([
    ['nf4', 4.5],
    ['nf4-double-quant', 4.126953125],
    ['awq', 4.15625],
    ['gptq', 4.15625],
    ['fp8', 8],
    ['mxfp4', 4.25],
    ['nvfp4', 4.5],
    ['bnb-int8', 8],
    ['bf16', 16],
  ])('%s has %d bits in its layers', (name, bits) => {
    expect(bitsPerWeight(name)?.layers).toBe(bits)
  })

  test.each([
    [64, 4.3125],
    [32, 4.625],
  ])('AWQ with groups of %d has %d', (group, bits) => {
    expect(bitsPerWeight('awq', group)?.layers).toBe(bits)
  })

  test('spelling and the prefix of dynamic mixtures do not matter', () => {
    expect(bitsPerWeight('ud-q4_k_xl')).toEqual(bitsPerWeight('Q4_K_M'))
  })

  test('a name that nobody here knows is undefined', () => {
    expect(bitsPerWeight('TQ3_4S')).toBeUndefined()
  })

  // file sizes of Llama 3.1 8B as people download them, in 10⁹ bytes
  test.each([
    ['Q8_0', 8.54],
    ['Q5_K_M', 5.73],
    ['Q4_K_M', 4.92],
    ['Q3_K_M', 4.02],
    ['Q2_K', 3.18],
    ['F16', 16.07],
  ])('Llama 3.1 8B in %s is %d GB', (name, gigabytes) => {
    const layout = layoutOf({ kind: 'quantization', name }, LLAMA_31_8B)
    expect(layout.kind === 'known' && Math.abs(layout.value.totalBytes / 1e9 / gigabytes - 1)).toBeLessThan(
      0.01,
    )
  })
})

describe('weights from a shape', () => {
  test.each([
    ['Llama 3.1 8B', LLAMA_31_8B, 8.03],
    ['Llama 3 70B', LLAMA_3_70B, 70.55],
    ['Llama 2 13B', LLAMA_2_13B, 13.02],
    ['Qwen3 235B', { ...QWEN3_235B_A22B, feedForwardSize: 0 }, 235.09],
    ['DeepSeek V3', DEEPSEEK_V3, 671.03],
    ['Gemma 3 27B', GEMMA_3_27B, 27.01],
  ])('%s has the parameters that its maker publishes', (_, architecture, billions) => {
    const total = parameterCount(architecture)?.total ?? 0
    expect(Math.abs(total / 1e9 / billions - 1)).toBeLessThan(0.002)
  })

  test('without a shape and a published total, weights by name are missing', () => {
    const bare = without(without(LLAMA_31_8B, 'hiddenSize'), 'parameters')
    expect(layoutOf({ kind: 'quantization', name: 'bf16' }, bare)).toEqual(
      missing('not-reported', 'neither the number of parameters nor the shape of the matrices is stated'),
    )
  })

  test('the size of a file is kept to the byte, whatever is assumed of its parts', () => {
    const bytes = mebibytes(4700)
    const layout = layoutOf({ kind: 'total-bytes', bytes, quantization: 'Q4_K_M' }, LLAMA_31_8B)
    expect(layout.kind === 'known' && Math.abs(layout.value.totalBytes - bytes)).toBeLessThan(100)
    // the embedding of this mixture has 4.5 bits: 281.8 MiB, which stay on the host
    expect(layout.kind === 'known' && layout.value.tokenEmbeddingBytes).toBe((128_256 * 4096 * 4.5) / 8)
  })
})

describe('weights from tensors', () => {
  const ggml = (name: string, typeId: number, ...shape: number[]): Tensor => ({
    kind: 'ggml',
    name,
    shape,
    typeId,
  })

  test('every tensor is counted once, by the role that decides where it lands', () => {
    const layout = weightsLayout([
      ggml('token_embd.weight', 12, 256, 10),
      ggml('per_layer_token_embd.weight', 8, 256, 2),
      ggml('output.weight', 14, 256, 10),
      ggml('output_norm.weight', 0, 256),
      ggml('blk.0.attn_q.weight', 12, 256, 256),
      ggml('blk.0.ffn_up.weight', 12, 256, 512),
      ggml('blk.1.ffn_up_exps.weight', 39, 256, 64, 8),
      ggml('blk.1.ffn_up_shexp.weight', 8, 256, 64),
      ggml('blk.1.ffn_gate_inp.weight', 0, 256, 8),
      ggml('v.blk.0.attn_q.weight', 1, 64, 64),
    ])
    expect(layout).toEqual(
      known(
        {
          totalBytes: 1440 + 544 + 2112 + 1024 + 36_864 + 73_728 + 69_632 + 17_408 + 8192 + 8192,
          tokenEmbeddingBytes: 1440,
          perLayerEmbeddingBytes: 544,
          outputBytes: 2112,
          otherBytes: 1024,
          encoderBytes: 8192,
          mtpBytes: 0,
          layers: [
            { attentionBytes: 36_864, denseBytes: 73_728, expertBytes: 0 },
            { attentionBytes: 8192, denseBytes: 17_408, expertBytes: 69_632 },
          ],
        },
        'measured',
      ),
    )
  })

  test('safetensors count as many bytes as their header says', () => {
    const tensor = (name: string, bytes: number): Tensor => ({
      kind: 'safetensors',
      name,
      shape: [1],
      dtype: 'BF16',
      bytes,
    })
    const layout = weightsLayout([
      tensor('model.embed_tokens.weight', 100),
      tensor('lm_head.weight', 90),
      tensor('model.norm.weight', 7),
      tensor('model.layers.0.self_attn.q_proj.weight', 10),
      tensor('model.layers.0.mlp.up_proj.weight', 20),
      tensor('model.layers.0.mlp.experts.3.up_proj.weight', 30),
      tensor('model.layers.1.block_sparse_moe.experts.0.w1.weight', 40),
      tensor('model.visual.blocks.0.attn.qkv.weight', 5),
      tensor('mtp.layers.0.mlp.up_proj.weight', 3),
    ])
    expect(layout).toMatchObject({
      kind: 'known',
      value: {
        totalBytes: 305,
        tokenEmbeddingBytes: 100,
        outputBytes: 90,
        otherBytes: 7,
        encoderBytes: 5,
        mtpBytes: 3,
        layers: [
          { attentionBytes: 10, denseBytes: 20, expertBytes: 30 },
          { attentionBytes: 0, denseBytes: 0, expertBytes: 40 },
        ],
      },
    })
  })

  test('one tensor of an unknown type makes the sum unknown', () => {
    expect(weightsLayout([ggml('blk.0.attn_q.weight', 99, 256, 256)])).toEqual(
      missing('not-supported', "the type of tensor 'blk.0.attn_q.weight' is unknown"),
    )
  })
})
