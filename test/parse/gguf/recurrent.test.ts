import { describe, expect, test } from 'vitest'
import type { ModelArchitecture } from '../../../src/model/architecture.ts'
import type { Values } from '../../support/gguf-shape.ts'
import { ggufShape } from '../../support/gguf-shape.ts'

const HEADS: Values = { 'attention.head_count': 8, 'attention.head_count_kv': 2 }
const PLAIN = { attentionHeads: 8, kvHeads: 2, headDimK: 32, headDimV: 32 }

describe('a recurrent GGUF architecture', () => {
  const ssm: Values = {
    'ssm.conv_kernel': 4,
    'ssm.inner_size': 512,
    'ssm.state_size': 16,
    'ssm.group_count': 2,
    'ssm.time_step_rank': 8,
  }
  const state = { convKernel: 4, innerSize: 512, stateSize: 16, groups: 2 }
  const noHeads = { attentionHeads: 0, kvHeads: 0, headDimK: 256, headDimV: 256 }
  const someHeads: Values = { 'attention.head_count': 8, 'attention.head_count_kv': [0, 2, 0, 0] }
  const somePlain = { ...PLAIN, kvHeads: [0, 2, 0, 0] }

  test.each<[string, Values, Partial<ModelArchitecture>]>([
    ['mamba2', { ...ssm }, { ...noHeads, recurrent: { layers: [true], ...state } }],
    ['falcon-h1', { ...HEADS, ...ssm }, { ...PLAIN, recurrent: { layers: [true], ...state } }],
    [
      'jamba',
      { ...someHeads, ...ssm },
      { ...somePlain, recurrent: { layers: [true, false, true], ...state } },
    ],
    [
      'granitehybrid',
      { ...someHeads, ...ssm },
      { ...somePlain, recurrent: { layers: [true, false, true], ...state } },
    ],
    [
      'nemotron_h',
      { ...someHeads, ...ssm, feed_forward_length: [0, 0, 768, 0] },
      {
        ...somePlain,
        feedForwardSize: [0, 0, 768, 0],
        recurrent: { layers: [true, false, false], ...state },
      },
    ],
    [
      'qwen3next',
      { ...HEADS, ...ssm },
      { ...PLAIN, recurrent: { layers: [true, true, true, false], ...state } },
    ],
    [
      'qwen35',
      { ...HEADS, ...ssm, full_attention_interval: 2 },
      { ...PLAIN, recurrent: { layers: [true, false], ...state } },
    ],
    [
      'lfm2',
      { ...someHeads, 'shortconv.l_cache': 3 },
      {
        ...somePlain,
        recurrent: {
          layers: [true, false, true],
          convKernel: 3,
          innerSize: 256,
          stateSize: 0,
          groups: 0,
        },
      },
    ],
    [
      'rwkv7',
      { 'wkv.head_size': 64, 'attention.head_count': 0 },
      { ...noHeads, recurrent: { layers: [true], convKernel: 3, innerSize: 256, stateSize: 64, groups: 0 } },
    ],
    [
      'kimi-linear',
      { ...someHeads, 'kda.head_dim': 32, 'ssm.conv_kernel': 4 },
      {
        ...somePlain,
        recurrent: {
          layers: [true, false, true],
          convKernel: 4,
          innerSize: 256,
          stateSize: 32,
          groups: 8,
        },
      },
    ],
    [
      'minimax-01',
      { ...HEADS, full_attention_interval: 4 },
      {
        ...PLAIN,
        recurrent: {
          layers: [true, true, true, false],
          convKernel: 1,
          innerSize: 256,
          stateSize: 32,
          groups: 0,
        },
      },
    ],
  ])('%s keeps state in the layers that llama.cpp says', (family, values, shape) => {
    expect(ggufShape(family, values)).toEqual(shape)
  })
})
