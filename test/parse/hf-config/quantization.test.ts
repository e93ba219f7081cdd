import { expect, test } from 'vitest'
import { bitsPerWeight } from '../../../src/estimate/weight-types.ts'
import { hfQuantization } from '../../../src/parse/hf-config/quantization.ts'

const CASES: readonly [Readonly<Record<string, unknown>>, ReturnType<typeof hfQuantization>][] = [
  [
    { quant_method: 'gptq', bits: 4, group_size: 128 },
    { name: 'gptq', groupSize: 128 },
  ],
  [{ quant_method: 'gptq', bits: 8, group_size: -1 }, { name: 'gptq-8bit' }],
  [
    { quant_method: 'awq', w_bit: 4, q_group_size: 64 },
    { name: 'awq', groupSize: 64 },
  ],
  [{ quant_method: 'bitsandbytes', load_in_8bit: true }, { name: 'int8' }],
  [{ quant_method: 'bitsandbytes', load_in_4bit: true, bnb_4bit_quant_type: 'nf4' }, { name: 'nf4' }],
  [
    {
      quant_method: 'bitsandbytes',
      load_in_4bit: true,
      bnb_4bit_quant_type: 'nf4',
      bnb_4bit_use_double_quant: true,
    },
    { name: 'nf4-double-quant' },
  ],
  [{ quant_method: 'fp8' }, { name: 'fp8' }],
  [{ quant_method: 'fp8', weight_block_size: [128, 128] }, { name: 'fp8-block' }],
  [{ quant_method: 'mxfp4' }, { name: 'mxfp4' }],
  [{ quant_method: 'modelopt', quant_algo: 'NVFP4' }, { name: 'nvfp4' }],
  [
    {
      quant_method: 'compressed-tensors',
      config_groups: { group_0: { weights: { num_bits: 4, type: 'int', group_size: 32 } } },
    },
    { name: 'w4a16', groupSize: 32 },
  ],
  [
    {
      quant_method: 'compressed-tensors',
      config_groups: { group_0: { weights: { num_bits: 8, type: 'float' } } },
    },
    { name: 'fp8' },
  ],
]

test.each(CASES)('%o is a scheme whose bits per weight are known', (quantization_config, expected) => {
  const quantization = hfQuantization({ quantization_config })
  expect(quantization).toEqual(expected)
  expect(bitsPerWeight(quantization?.name ?? '', quantization?.groupSize)?.layers).toBeGreaterThan(2)
})

test('a scheme that nobody here knows keeps its own name, and none is none', () => {
  expect([hfQuantization({ quantization_config: { quant_method: 'Quark' } }), hfQuantization({})]).toEqual([
    { name: 'quark' },
    undefined,
  ])
})
