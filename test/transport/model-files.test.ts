import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { describeFault } from '../../src/core/fault.ts'
import { readModelFile, type ModelFile } from '../../src/transport/model-files.ts'
import { text, texts, u32, writeGguf } from '../support/gguf-writer.ts'
import { writeSafetensors } from '../support/safetensors-writer.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { tinyLlama } from '../support/tiny-llama.ts'

const { signal } = new AbortController()

function sentence(file: ModelFile): string {
  return file.kind === 'fault' ? describeFault(file.fault) : file.kind
}

describe('a GGUF model', () => {
  test('with a header of several MiB is read as far as its header, whatever the size of the file', async () => {
    const path = join(temporaryFolder(), 'big.gguf')
    const { metadata, tensors } = tinyLlama(undefined, false)
    const vocabulary = texts(Array.from({ length: 200_000 }, (_, i) => `a token, number ${i}`))
    writeFileSync(
      path,
      writeGguf({ metadata: { ...metadata, 'tokenizer.ggml.tokens': vocabulary }, tensors }),
    )
    // a sparse file: reading its weights would take minutes
    truncateSync(path, 200 * 1024 ** 3)
    const file = await readModelFile(path, signal)
    expect(file).toMatchObject({ kind: 'gguf', name: 'big.gguf', missingBytes: 0 })
    expect(file.kind === 'gguf' && file.header.tensors.length).toBe(tensors.length)
  })

  test('is known by its first bytes, as a blob without an ending', async () => {
    const path = join(temporaryFolder(), 'sha256-abc')
    writeFileSync(path, writeGguf(tinyLlama()))
    expect((await readModelFile(path, signal)).kind).toBe('gguf')
  })

  test('in a folder is found beside its projector', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'mmproj-model.gguf'), 'x')
    writeFileSync(join(folder, 'model.gguf'), writeGguf(tinyLlama()))
    expect(await readModelFile(folder, signal)).toMatchObject({ kind: 'gguf', name: 'model.gguf' })
  })

  test('of which a part is missing is a fault that names the part', async () => {
    const folder = temporaryFolder()
    const path = join(folder, 'm-00001-of-00002.gguf')
    const { metadata, tensors } = tinyLlama(undefined, false)
    writeFileSync(path, writeGguf({ metadata: { ...metadata, 'split.count': u32(2) }, tensors }))
    expect(sentence(await readModelFile(path, signal))).toBe(
      `'${join(folder, 'm-00002-of-00002.gguf')}' does not exist`,
    )
  })

  test('whose first part was renamed does not pass for the whole', async () => {
    const path = join(temporaryFolder(), 'renamed.gguf')
    const { metadata, tensors } = tinyLlama(undefined, false)
    const split = { ...metadata, 'split.count': u32(2), 'split.tensors.count': u32(99) }
    writeFileSync(path, writeGguf({ metadata: split, tensors }))
    expect(sentence(await readModelFile(path, signal))).toBe(
      "'renamed.gguf' is not what it should be at metadata key 'split.tensors.count': '99, but this file has 21'",
    )
  })
})

describe('a Hugging Face model', () => {
  const tensor = (bytes: number) => ({ dtype: 'U8', shape: [bytes], data_offsets: [0, bytes] })

  test('has the tensors of all the files of its index, through links as the hub cache has them', async () => {
    const folder = temporaryFolder()
    const blobs = temporaryFolder()
    const files = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors']
    files.forEach((file, i) => {
      writeFileSync(join(blobs, file), writeSafetensors({ [`tensor.${i}`]: tensor(10 + i) }))
      symlinkSync(join(blobs, file), join(folder, file))
    })
    const weight_map = { 'tensor.0': files[0], 'tensor.1': files[1] }
    writeFileSync(join(folder, 'model.safetensors.index.json'), JSON.stringify({ weight_map }))
    writeFileSync(join(folder, 'config.json'), '{}')
    const file = await readModelFile(join(folder, 'config.json'), signal)
    expect(file.kind === 'hf' && file.tensors?.map(({ name }) => name)).toEqual(['tensor.0', 'tensor.1'])
  })

  test('with a file missing is known by the total of its index, not by half of its tensors', async () => {
    const folder = temporaryFolder()
    const weight_map = { a: 'model-00001-of-00002.safetensors', b: 'model-00002-of-00002.safetensors' }
    writeFileSync(join(folder, 'model-00001-of-00002.safetensors'), writeSafetensors({ a: tensor(10) }))
    const index = { metadata: { total_size: 25 }, weight_map }
    writeFileSync(join(folder, 'model.safetensors.index.json'), JSON.stringify(index))
    writeFileSync(join(folder, 'config.json'), '{}')
    expect(await readModelFile(folder, signal)).toMatchObject({
      kind: 'hf',
      tensors: undefined,
      totalBytes: 25,
    })
  })

  test('whose index leads out of its folder is refused', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'model.safetensors.index.json'), '{"weight_map": {"a": "../secret"}}')
    writeFileSync(join(folder, 'config.json'), '{}')
    expect(sentence(await readModelFile(folder, signal))).toBe(
      "'model.safetensors.index.json' is not what it should be at 'weight_map': '../secret'",
    )
  })
})

test('what is no model is a text, or a fault that names it', async () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'empty'))
  writeFileSync(join(folder, 'Modelfile'), 'FROM x')
  writeFileSync(
    join(folder, 'wrong.gguf'),
    writeGguf({ metadata: { 'general.architecture': text('x') }, tensors: [] }).fill(7, 0, 4),
  )
  expect([
    await readModelFile(join(folder, 'Modelfile'), signal),
    sentence(await readModelFile(join(folder, 'empty'), signal)),
    sentence(await readModelFile(join(folder, 'nothing'), signal)),
    sentence(await readModelFile(join(folder, 'wrong.gguf'), signal)),
  ]).toEqual([
    { kind: 'text', name: 'Modelfile', text: 'FROM x' },
    `a config.json or .gguf file in '${join(folder, 'empty')}' does not exist`,
    `'${join(folder, 'nothing')}' does not exist`,
    "'wrong.gguf' is not what it should be at the magic number: '0x7070707'",
  ])
})
