import { expect, test } from 'vitest'
import { describeFault } from '../../../src/core/fault.ts'
import type { GgufHeader } from '../../../src/parse/gguf/header.ts'
import { readGgufHeader } from '../../../src/parse/gguf/header.ts'
import { joinParts, partCount, partsOf } from '../../../src/parse/gguf/split.ts'
import { u32, writeGguf } from '../../support/gguf-writer.ts'

function part(
  metadata: Parameters<typeof writeGguf>[0]['metadata'],
  ...names: readonly string[]
): GgufHeader {
  const tensors = names.map((name) => ({ name, shape: [8], typeId: 0, bytes: 32 }))
  const reading = readGgufHeader(writeGguf({ metadata, tensors }), 'part.gguf')
  if (reading.kind !== 'read') throw new Error(reading.kind)
  return reading.header
}

test('a split model is found by the name of any of its parts', () => {
  const parts = ['m-00001-of-00003.gguf', 'm-00002-of-00003.gguf', 'm-00003-of-00003.gguf']
  expect([partsOf('m-00001-of-00003.gguf'), partsOf('m-00002-of-00003.gguf'), partsOf('m.gguf')]).toEqual([
    parts,
    parts,
    ['m.gguf'],
  ])
  expect(partsOf('m-00001-of-99999.gguf')).toEqual(['m-00001-of-99999.gguf'])
})

test('the parts of a split model have the metadata of the first and the tensors of all', () => {
  const first = part({ 'split.count': u32(2), 'split.tensors.count': u32(3) }, 'a')
  const second = part({}, 'b', 'c')
  const joined = joinParts([first, second], 'm.gguf')
  expect([partCount(first), partCount(second)]).toEqual([2, 1])
  expect(joined).toEqual({
    kind: 'read',
    header: { ...first, tensors: [...first.tensors, ...second.tensors] },
  })
})

test('a split model of which a part is missing is not half a model', () => {
  const first = part({ 'split.count': u32(2), 'split.tensors.count': u32(3) }, 'a')
  const joined = joinParts([first], 'm.gguf')
  expect(joined.kind === 'fault' && describeFault(joined.fault)).toBe(
    "'m.gguf' is not what it should be at metadata key 'split.tensors.count': '3, but this file has 1'",
  )
})
