import { expect, test } from 'vitest'
import type { EngineAnswer } from '../../src/engines/engine.ts'
import { engineOf } from '../../src/engines/index.ts'
import { partNames, type Want } from '../../src/model/want.ts'
import { reduceModelHead } from '../../src/parse/model-head.ts'
import { claimOn } from '../support/engine-answers.ts'
import { texts, writeGguf } from '../support/gguf-writer.ts'
import { tinyLlama } from '../support/tiny-llama.ts'

// as many tokens and merges as the largest vocabularies have
const TOKENS = 262_144
const MERGES = 514_906
const TINY = tinyLlama(undefined, false)
const FILE = writeGguf({
  ...TINY,
  metadata: {
    ...TINY.metadata,
    'tokenizer.ggml.tokens': texts(Array.from({ length: TOKENS }, (_, at) => `token ${at}`)),
    'tokenizer.ggml.merges': texts(Array.from({ length: MERGES }, (_, at) => `left${at} right${at}`)),
  },
})
const FILE_BYTES = FILE.length + 10 ** 6

test('a model whose header has more than 16 MiB is known after a few reads, and some kilobytes of it are kept', () => {
  const claim = claimOn(['llama-server -m /models/big.gguf'])
  const engine = engineOf('llama.cpp')
  const answers = new Map<string, EngineAnswer>()
  const reads: number[] = []
  for (let round = 0; round < 8; round++) {
    const want = engine
      .wants(claim, answers)
      .find((one): one is Want & { kind: 'head' } => one.kind === 'head')
    if (want === undefined) break
    reads.push(want.maxBytes)
    const kept = reduceModelHead(FILE.subarray(0, want.maxBytes), FILE_BYTES)
    expect(kept.length).toBeLessThan(64 * 1024)
    answers.set(partNames(want).join(), {
      part: { kind: 'bytes', base64: Buffer.from(kept).toString('base64'), sizeBytes: FILE_BYTES },
      renewedAtMs: 0,
      trouble: undefined,
    })
  }
  expect(FILE.length).toBeGreaterThan(16 * 1024 ** 2)
  expect(reads.length).toBeLessThanOrEqual(4)
  expect(reads.reduce((sum, bytes) => sum + Math.min(bytes, FILE_BYTES), 0)).toBeLessThan(2.5 * FILE.length)
  expect(engine.report(claim, answers).known?.shape.weights.kind).toBe('tensors')
})
