import { describe, expect, test } from 'vitest'
import { known, type Reading } from '../../src/core/reading.ts'
import { gibibytes } from '../../src/core/units.ts'
import { ask, gpu, LLAMA_2_13B, LLAMA_31_8B, LLAMA_3_70B, mib } from './shapes.ts'

// The worked examples of docs/estimator.md.

const gib = (reading: Reading<number> | undefined) => Number(mib(reading)) / 1024
const thirteen = (name: string, kvTypeK: string, contextTokens: number) =>
  ask(
    LLAMA_2_13B,
    { engine: 'transformers', contextTokens, kvTypeK, kvTypeV: kvTypeK },
    { gpus: [gpu(48)], weights: { kind: 'quantization', name } },
  )

describe('figures that users have read', () => {
  test('Llama 3.1 8B: 128 KiB per token, 16 GiB at 131,072', () => {
    const { kv } = ask(LLAMA_31_8B, { engine: 'llama.cpp', contextTokens: 131_072 })
    expect([kv.bytesPerToken, kv.bytes]).toEqual([known(131_072, 'derived'), known(gibibytes(16), 'derived')])
  })

  test.each([
    [4096, 3.125],
    [32_768, 25],
  ])('13B FP16 at %d tokens: %d GiB of KV, not what is published', (contextTokens, expected) => {
    expect(gib(thirteen('f16', 'f16', contextTokens).kv.bytes)).toBe(expected)
  })

  test.each([
    ['f16', 'f16', 24.24, 25],
    ['nf4', 'f16', 7.26, 25],
    ['nf4', 'fp8', 7.26, 12.5],
    ['nf4', 'q4_0', 7.26, 7.03],
  ])('13B at 32K in %s with KV in %s: %d GiB of weights and %d GiB of KV', (name, kvType, weights, kv) => {
    const result = thirteen(name, kvType, 32_768)
    expect([gib(result.perGpu[0]?.weightsBytes).toFixed(2), gib(result.kv.bytes).toFixed(2)]).toEqual([
      weights.toFixed(2),
      kv.toFixed(2),
    ])
  })

  test.each([
    [24, 'no'],
    [48, 'yes'],
  ])('70B in Q4_K_M on %d GiB: %s', (totalGib, verdict) => {
    const result = ask(
      LLAMA_3_70B,
      { engine: 'llama.cpp', contextTokens: 4096, parallel: 1 },
      { gpus: [gpu(totalGib)], weights: { kind: 'quantization', name: 'Q4_K_M' } },
    )
    expect(result.fits.verdict).toBe(verdict)
  })

  test('13B in Q4_K_M on 8 GiB: room for 512 tokens at best', () => {
    const { kv } = ask(
      LLAMA_2_13B,
      { engine: 'llama.cpp', contextTokens: 4096, parallel: 1 },
      { gpus: [gpu(8)], weights: { kind: 'quantization', name: 'Q4_K_M' } },
    )
    expect(kv.maxContextTokens).toEqual(known(512, 'derived'))
  })
})
