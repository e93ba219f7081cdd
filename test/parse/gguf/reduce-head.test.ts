import { describe, expect, test } from 'vitest'
import { ggufArchitecture } from '../../../src/parse/gguf/architecture.ts'
import { readGgufHeader, type GgufReading } from '../../../src/parse/gguf/header.ts'
import { reduceGgufHead } from '../../../src/parse/gguf/reduce-head.ts'
import { isModelHead, reduceModelHead } from '../../../src/parse/model-head.ts'
import { text, texts, writeGguf, type GgufContent } from '../../support/gguf-writer.ts'
import { tinyLlama } from '../../support/tiny-llama.ts'

const TINY = tinyLlama(undefined, false)
const CONTENT: GgufContent = {
  ...TINY,
  metadata: {
    ...TINY.metadata,
    'tokenizer.ggml.tokens': texts(Array.from({ length: 50_000 }, (_, at) => `token ${at}`)),
    'tokenizer.ggml.merges': texts(Array.from({ length: 50_000 }, (_, at) => `${at} ${at + 1}`)),
    'tokenizer.chat_template': text('{%- if tools %}'.repeat(1000)),
  },
  // a type that only a fork knows: its size is what is left of the file
  tensors: [...TINY.tensors, { name: 'extra', shape: [256, 4], typeId: 200, bytes: 4096 }],
}
const WHOLE = writeGguf(CONTENT)
const FILE_BYTES = WHOLE.length + 10 ** 6

function read(bytes: Uint8Array): GgufReading {
  return readGgufHeader(bytes, 'the model', FILE_BYTES)
}

describe('a GGUF header without its long lists', () => {
  const reduced = reduceGgufHead(WHOLE, FILE_BYTES)

  test('reads as the whole one does', () => {
    expect(read(reduced)).toEqual(read(WHOLE))
    expect(read(WHOLE).kind).toBe('read')
  })

  test('is a model file of some kilobytes, and stays as it is when it is reduced again', () => {
    expect(WHOLE.length).toBeGreaterThan(1_500_000)
    expect(reduced.length).toBeLessThan(8192)
    expect(isModelHead(reduced)).toBe(true)
    expect(reduceModelHead(reduced, FILE_BYTES)).toEqual(reduced)
  })

  test('says how many tokens the vocabulary had, where no tensor tells', () => {
    const { tensors, ...rest } = CONTENT
    const bytes = writeGguf({ ...rest, tensors: tensors.filter(({ name }) => name !== 'token_embd.weight') })
    const reading = readGgufHeader(reduceGgufHead(bytes, FILE_BYTES), 'the model', FILE_BYTES)
    const shape = reading.kind === 'read' ? ggufArchitecture(reading.header, 'the model') : undefined
    const metadata = reading.kind === 'read' ? reading.header.metadata : new Map()
    expect(metadata.get('tokenizer.ggml.tokens')).toEqual({ kind: 'skipped', what: 'array', length: 50_000 })
    expect(shape?.kind).toBe('read')
  })

  test('of which only the beginning was read is no more than the number of bytes that it needs', () => {
    const part = WHOLE.subarray(0, 262_144)
    const stub = reduceGgufHead(part, FILE_BYTES)
    expect(stub.length).toBeLessThan(100)
    expect(read(stub)).toEqual(read(part))
    expect(read(part).kind).toBe('need-more')
  })

  test('that is damaged is as damaged as before', () => {
    const damaged = WHOLE.slice()
    damaged[4] = 9
    expect(read(reduceGgufHead(damaged, FILE_BYTES))).toEqual(read(damaged))
  })

  test('is none of another kind of file', () => {
    const safetensors = Uint8Array.from([2, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7d])
    expect(reduceModelHead(safetensors, 10)).toBe(safetensors)
  })
})
