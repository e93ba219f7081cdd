import { describe, expect, test } from 'vitest'
import { describeFault } from '../../../src/core/fault.ts'
import { ggufArchitecture } from '../../../src/parse/gguf/architecture.ts'
import { readGgufHeader } from '../../../src/parse/gguf/header.ts'
import type { Values } from '../../support/gguf-shape.ts'
import { ggufReading } from '../../support/gguf-shape.ts'
import { i32s, text, u32, writeGguf } from '../../support/gguf-writer.ts'
import { seeded } from '../../support/tiny-llama.ts'

describe('a GGUF file that describes no model', () => {
  test.each<[string, Values, string]>([
    ['llama', { block_count: 0 }, "'llama.block_count': '0'"],
    ['llama', { block_count: 4_000_000 }, "'llama.block_count': '4000000'"],
    ['llama', { block_count: text('many') }, "'llama.block_count': 'many'"],
    ['llama', { block_count: { type: 'i32', value: -4 } }, "'llama.block_count': '-4'"],
    ['glm4moe', { nextn_predict_layers: 4 }, "'glm4moe.nextn_predict_layers': '4 of 4 layers'"],
    ['llama', { 'attention.head_count_kv': [2, 2] }, "'llama.attention.head_count_kv': 'a list of 2: 2, 2'"],
    ['gemma4', { 'attention.shared_kv_layers': 5 }, "'gemma4.attention.shared_kv_layers': '5 of 4 layers'"],
    ['mamba', {}, "'mamba.ssm.conv_kernel': 'nothing'"],
    ['clip', {}, "'general.architecture': 'clip, which is a vision projector (mmproj) and no model'"],
  ])('%s with %o is refused with the key that is wrong', (family, values, expected) => {
    const result = ggufReading(family, values)
    expect(result.kind === 'fault' && describeFault(result.fault)).toBe(
      `'test.gguf' is not what it should be at metadata key ${expected}`,
    )
  })

  test('has no architecture key', () => {
    const read = readGgufHeader(writeGguf({ metadata: {}, tensors: [] }), 'test.gguf')
    const result = read.kind === 'read' ? ggufArchitecture(read.header, 'test.gguf') : undefined
    expect(result?.kind === 'fault' && describeFault(result.fault)).toBe(
      "'test.gguf' is not what it should be at metadata key 'general.architecture': 'nothing'",
    )
  })
})

const HEADS: Values = { 'attention.head_count': 8, 'attention.head_count_kv': 2 }

test('an architecture that llmtop does not know is read like an ordinary transformer, with a doubt', () => {
  const result = ggufReading('llama9', HEADS)
  expect(result.kind === 'read' && [result.architecture.kvHeads, result.doubts]).toEqual([
    2,
    ["architecture 'llama9': llmtop does not know this architecture"],
  ])
})

test('whatever a key holds, the architecture is read or refused', () => {
  const random = seeded(7)
  const pick = <T>(values: readonly T[]): T | undefined => values[Math.floor(random() * values.length)]
  const keys = [
    'block_count',
    'attention.head_count',
    'attention.sliding_window_pattern',
    'full_attention_interval',
  ]
  const more = [
    'attention.kv_lora_rank',
    'attention.key_length_mla',
    'ssm.conv_kernel',
    'attention.shared_kv_layers',
  ]
  const odd = [
    u32(0),
    u32(4_294_967_295),
    { type: 'f32', value: NaN } as const,
    text('x'),
    i32s([]),
    i32s([-1, 2]),
  ]
  const kinds = new Set<string>()
  for (let round = 0; round < 1000; round++) {
    const family = pick(['llama', 'gemma3', 'jamba', 'qwen3next', 'deepseek2', 'gemma3n', 'unheard-of']) ?? ''
    const values = Object.fromEntries(
      [...keys, ...more].filter(() => random() < 0.3).map((key) => [key, pick(odd) ?? u32(1)]),
    )
    kinds.add(ggufReading(family, values).kind)
  }
  expect(kinds).toEqual(new Set(['read', 'fault']))
})
