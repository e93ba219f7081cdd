import { expect } from 'vitest'
import { describeFault } from '../../src/core/fault.ts'
import type { ModelArchitecture } from '../../src/model/architecture.ts'
import { ggufArchitecture } from '../../src/parse/gguf/architecture.ts'
import { readGgufHeader } from '../../src/parse/gguf/header.ts'
import type { GgufEntry, GgufTensorContent } from './gguf-writer.ts'
import { flags, i32s, text, u32, writeGguf } from './gguf-writer.ts'

export type Values = Readonly<Record<string, number | readonly number[] | readonly boolean[] | GgufEntry>>

/** Every model here has 4 blocks of 256 unless it says otherwise, and a vocabulary of 1,000 with an output matrix. */
const BASE: Values = { block_count: 4, embedding_length: 256, context_length: 8192, feed_forward_length: 512 }

export const MATRICES = ['token_embd.weight', 'output.weight']

export function ggufReading(family: string, values: Values, tensorNames: readonly string[] = MATRICES) {
  const metadata: Record<string, GgufEntry> = {
    'general.architecture': text(family),
    'general.name': text('test'),
  }
  for (const [key, value] of Object.entries({ ...BASE, ...values }))
    metadata[`${family}.${key}`] = entry(value)
  const tensors = tensorNames.map((name): GgufTensorContent => ({
    name,
    shape: [256, 1000],
    typeId: 0,
    bytes: 256_000 * 4,
  }))
  const read = readGgufHeader(writeGguf({ metadata, tensors }), 'test.gguf')
  if (read.kind !== 'read') throw new Error(read.kind)
  return ggufArchitecture(read.header, 'test.gguf')
}

function entry(value: Values[string]): GgufEntry {
  if (typeof value === 'number') return u32(value)
  if (!Array.isArray(value)) return value as GgufEntry
  return typeof value[0] === 'boolean' ? flags(value as boolean[]) : i32s(value as number[])
}

/** What a model's shape has beyond that of all models here, which is checked on the way. */
export function ggufShape(
  family: string,
  values: Values,
  tensorNames: readonly string[] = MATRICES,
): Partial<ModelArchitecture> {
  const result = ggufReading(family, values, tensorNames)
  if (result.kind === 'fault') throw new Error(describeFault(result.fault))
  const { architecture } = result
  const mtpLayers = values['nextn_predict_layers']
  const usual = {
    name: 'test',
    family,
    layers: typeof mtpLayers === 'number' ? 4 - mtpLayers : 4,
    hiddenSize: 256,
    contextLength: 8192,
    vocabSize: 1000,
    parameters: 256_000 * tensorNames.length,
  }
  expect(architecture).toMatchObject(usual)
  const usualKeys = new Set([...Object.keys(usual), 'tiedEmbeddings', 'feedForwardSize'])
  const rest = Object.entries(architecture).filter(([key]) => !usualKeys.has(key))
  return {
    ...Object.fromEntries(rest),
    ...(architecture.tiedEmbeddings === true ? { tiedEmbeddings: true } : {}),
    ...(architecture.feedForwardSize === 512 ? {} : { feedForwardSize: architecture.feedForwardSize ?? 0 }),
  }
}
