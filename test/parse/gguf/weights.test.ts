import { expect, test } from 'vitest'
import { readGgufHeader } from '../../../src/parse/gguf/header.ts'
import { ggufQuantization, ggufTensors } from '../../../src/parse/gguf/weights.ts'
import { u32, writeGguf } from '../../support/gguf-writer.ts'

function headerOf(fileType: number, ...names: readonly string[]) {
  const tensors = names.map((name) => ({ name, shape: [8], typeId: 0, bytes: 32 }))
  const reading = readGgufHeader(
    writeGguf({ metadata: { 'general.file_type': u32(fileType) }, tensors }),
    'm.gguf',
  )
  if (reading.kind !== 'read') throw new Error(reading.kind)
  return reading.header
}

test('the weights of multi-token-prediction blocks are not taken for those of a layer', () => {
  const header = headerOf(
    0,
    'token_embd.weight',
    'blk.1.attn_q.weight',
    'blk.2.nextn.eh_proj.weight',
    'blk.2.attn_q.weight',
  )
  expect(ggufTensors(header, 2).map(({ name }) => name)).toEqual([
    'token_embd.weight',
    'blk.1.attn_q.weight',
    'nextn.blk.2.nextn.eh_proj.weight',
    'nextn.blk.2.attn_q.weight',
  ])
})

test('the mixture is what the file says of itself, and unknown where it guesses', () => {
  expect([15, 7, 1024, 99].map((type) => ggufQuantization(headerOf(type)))).toEqual([
    'Q4_K_M',
    'Q8_0',
    undefined,
    undefined,
  ])
})
