import { describe, expect, test } from 'vitest'
import { describeFault } from '../../src/core/fault.ts'
import { parseWeightsIndex } from '../../src/parse/safetensors-index.ts'
import type { SafetensorsReading } from '../../src/parse/safetensors.ts'
import { readSafetensorsHeader } from '../../src/parse/safetensors.ts'
import { writeSafetensors } from '../support/safetensors-writer.ts'
import { seeded } from '../support/tiny-llama.ts'

const HEADER = {
  __metadata__: { format: 'pt' },
  'model.embed_tokens.weight': { dtype: 'BF16', shape: [100, 8], data_offsets: [0, 1600] },
  'model.layers.0.mlp.down_proj.weight': { dtype: 'F4', shape: [8, 8], data_offsets: [1600, 1632] },
}

function sentence(reading: SafetensorsReading): string {
  return reading.kind === 'fault' ? describeFault(reading.fault) : reading.kind
}

describe('a safetensors header', () => {
  test('tells the bytes of every tensor', () => {
    expect(readSafetensorsHeader(writeSafetensors(HEADER), 'model.safetensors')).toEqual({
      kind: 'read',
      tensors: [
        {
          kind: 'safetensors',
          name: 'model.embed_tokens.weight',
          shape: [100, 8],
          dtype: 'BF16',
          bytes: 1600,
        },
        {
          kind: 'safetensors',
          name: 'model.layers.0.mlp.down_proj.weight',
          shape: [8, 8],
          dtype: 'F4',
          bytes: 32,
        },
      ],
    })
  })

  test('that ends early asks for the bytes that are missing, or is a fault where the file ends', () => {
    const file = writeSafetensors(HEADER)
    expect([
      readSafetensorsHeader(file.subarray(0, 3), 'm'),
      readSafetensorsHeader(file.subarray(0, 20), 'm'),
    ]).toEqual([
      { kind: 'need-more', atLeastBytes: 8 },
      { kind: 'need-more', atLeastBytes: file.length },
    ])
    expect(sentence(readSafetensorsHeader(file.subarray(0, 3), 'm', 3))).toBe(
      "'m' is not what it should be at its header: 'the end of the file'",
    )
  })

  test.each<[string, Uint8Array, string]>([
    [
      'a length of 2^63',
      Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 128, 123]),
      "the length of its header: '9223372036854776000 bytes, more than the file can hold'",
    ],
    ['a list', writeSafetensors([1, 2]), "its header: 'no JSON object'"],
    [
      'a tensor without a shape',
      writeSafetensors({ a: { dtype: 'F32' } }),
      "tensor 'a': 'no dtype and shape'",
    ],
    [
      'offsets that go back',
      writeSafetensors({ a: { dtype: 'F32', shape: [1], data_offsets: [8, 4] } }),
      "tensor 'a': 'no data_offsets'",
    ],
    [
      'a negative length',
      writeSafetensors({ a: { dtype: 'F32', shape: [-1], data_offsets: [0, 4] } }),
      "tensor 'a': 'no dtype and shape'",
    ],
    [
      'a shape that contradicts its bytes',
      writeSafetensors({ a: { dtype: 'F32', shape: [2 ** 40], data_offsets: [0, 4] } }),
      "tensor 'a': '4 bytes for 1099511627776 values of F32'",
    ],
  ])('with %s is refused', (_, bytes, expected) => {
    expect(sentence(readSafetensorsHeader(bytes, 'm', bytes.length))).toBe(
      `'m' is not what it should be at ${expected}`,
    )
  })

  test('with any bytes changed is read, refused or more is asked for', () => {
    const random = seeded(3)
    const base = writeSafetensors(HEADER)
    const kinds = new Set<string>()
    for (let round = 0; round < 2000; round++) {
      const bytes = base.slice(0, random() < 0.2 ? Math.floor(random() * base.length) : base.length)
      bytes[Math.floor(random() * Math.min(bytes.length, round % 2 === 0 ? 8 : bytes.length))] = Math.floor(
        random() * 256,
      )
      kinds.add(readSafetensorsHeader(bytes, 'm', round % 3 === 0 ? bytes.length : undefined).kind)
    }
    expect(kinds).toEqual(new Set(['read', 'fault', 'need-more']))
  })
})

describe('a weights index', () => {
  test('names its files once and its total', () => {
    const text = JSON.stringify({
      metadata: { total_size: 1632 },
      weight_map: {
        a: 'model-00001-of-00002.safetensors',
        b: 'model-00002-of-00002.safetensors',
        c: 'model-00001-of-00002.safetensors',
      },
    })
    expect(parseWeightsIndex(text, 'index')).toEqual({
      kind: 'read',
      index: {
        totalBytes: 1632,
        files: ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'],
      },
    })
  })

  test.each([
    ['{"weight_map": {"a": "../../etc/passwd"}}', '../../etc/passwd'],
    ['{"weight_map": {"a": "/etc/passwd"}}', '/etc/passwd'],
    ['{"weight_map": {"a": 7}}', 'a file without a name'],
    ['{"metadata": {}}', 'no list of files'],
    ['no JSON', 'no list of files'],
  ])('%s is refused', (text, found) => {
    const result = parseWeightsIndex(text, 'index')
    expect(result.kind === 'fault' && describeFault(result.fault)).toBe(
      `'index' is not what it should be at 'weight_map': '${found}'`,
    )
  })
})
