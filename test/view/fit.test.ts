import { expect, test } from 'vitest'
import { known, missing, type Reading } from '../../src/core/reading.ts'
import type { FitAdvice, FitCell, FitGpu, FitReport } from '../../src/model/fit.ts'
import { fitBar } from '../../src/view/fit-bar.ts'
import { compareLines } from '../../src/view/fit-compare.ts'
import { fitLines } from '../../src/view/fit.ts'

const GIB = 1024 ** 3

function gib(count: number): Reading<number> {
  return known(count * GIB)
}

const RTX_4090: FitGpu = {
  name: known('RTX 4090'),
  totalBytes: gib(24),
  availableBytes: gib(23.5),
  weightsBytes: gib(18),
  kvBytes: gib(16),
  stateBytes: gib(0),
  activationsBytes: gib(0.3),
  overheadBytes: gib(0.4),
  neededBytes: gib(34.7),
  lowBytes: gib(34.1),
  highBytes: gib(35.3),
}

const SHORTER: FitAdvice = {
  action: 'a shorter context',
  command: 'llama-server -m m.gguf -c 18432',
  freesBytes: 11.5 * GIB,
  addsTokens: undefined,
  restart: true,
  quality: undefined,
  contextTokens: 18_432,
  kvType: undefined,
  enough: true,
  flags: '-c 18432',
}

const REPORT: FitReport = {
  model: {
    name: 'Qwen3-32B',
    family: 'qwen3',
    quantization: known('Q4_K_M'),
    parameters: known(32_762_123_264),
    layers: 64,
    contextLength: known(40_960),
    source: 'm.gguf',
  },
  engine: 'llama.cpp',
  config: { contextTokens: 65_536 },
  contextTokens: known(65_536),
  slots: '4 slots sharing one pool',
  basis: 'tensors',
  fits: { verdict: 'no', reason: 'GPU 0: 34.1–35.3 GiB needed, 23.5 GiB there' },
  perGpu: [RTX_4090],
  host: {
    weightsBytes: gib(0.4),
    kvBytes: gib(0),
    otherBytes: gib(8),
    workings: [{ term: 'prompt cache, at most', bytes: 8 * GIB }],
    availableBytes: missing('not-reported'),
  },
  kv: {
    bytes: gib(16),
    bytesPerToken: known(262_144),
    marginalBytesPerToken: known(262_144),
    cells: known(65_536),
    capacityTokens: known(65_536),
    maxContextTokens: known(21_760),
  },
  workings: [],
  explanations: {
    weights: '64 of 64 layers and the output; embedding on the CPU',
    kv: '64 layers × 65,536 cells × 8 heads × (128 + 128), f16',
    state: '',
    activations: 'micro-batch 512, flash attention',
    overhead: 'CUDA context and kernels',
  },
  advice: [
    {
      ...SHORTER,
      action: 'a smaller file: Q3_K_M',
      freesBytes: 3.4 * GIB,
      contextTokens: 65_536,
      enough: false,
      flags: 'Q3_K_M',
    },
    SHORTER,
  ],
  assumptions: ['4 slots that share one cache, as llama-server does when -np is not given'],
}

test('the answer shows the verdict, the parts as a bar and as a sum, and what to change', () => {
  expect(fitLines(REPORT, 100).join('\n')).toMatchInlineSnapshot(`
    "Qwen3-32B  Q4_K_M  32.8 B parameters      llama.cpp, 65,536 tokens, 4 slots sharing one pool
    does not fit: GPU 0: 34.1–35.3 GiB needed, 23.5 GiB there
    longest request that fits: 21,760 tokens

    GPU 0  RTX 4090 24 GiB   needs 34.7 GiB (34.1–35.3), 23.5 usable
    ▕██████████████████████████████████████▓▓▓▓▓▓▓▓▓▓▓▓┃▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓░▒▏
      █ weights     18.0 GiB   64 of 64 layers and the output; embedding on the CPU
      ▓ KV cache    16.0 GiB   64 layers × 65,536 cells × 8 heads × (128 + 128), f16
      ░ compute      0.3 GiB   micro-batch 512, flash attention
      ▒ context      0.4 GiB   CUDA context and kernels
        by the tensors in the file, and formulas

    host  weights 410 MiB, prompt cache, at most 8.0 GiB
    KV    a token takes 256 KiB; room for 65,536 tokens

    read     shape from m.gguf
    assumed  4 slots that share one cache, as llama-server does when -np is not given

         what to change          context  KV type     gains  command (changes only)
      –  a smaller file: Q3_K_M   65,536            3.4 GiB  Q3_K_M   not enough alone
      1  a shorter context        18,432           11.5 GiB  -c 18432

      llama-server -m m.gguf -c 18432"
  `)
})

test('GPUs that are alike are shown once, and their parts together', () => {
  const lines = fitLines(
    { ...REPORT, perGpu: [RTX_4090, RTX_4090, { ...RTX_4090, name: known('RTX 3090') }] },
    100,
  )
  expect(lines.filter((line) => line.startsWith('GPU'))).toEqual([
    'GPU 0–1  RTX 4090 24 GiB   needs 34.7 GiB (34.1–35.3), 23.5 usable',
    'GPU 2  RTX 3090 24 GiB   needs 34.7 GiB (34.1–35.3), 23.5 usable',
  ])
  expect(lines).toContain('    by the tensors in the file, and formulas, 3 GPUs together')
})

test('a part that is missing says why instead of a number', () => {
  const gpu: FitGpu = {
    ...RTX_4090,
    kvBytes: missing('not-supported', "the size of a KV cache of type 'x' is unknown"),
  }
  expect(fitLines({ ...REPORT, perGpu: [gpu] }, 100)).toContain(
    "  ▓ KV cache           –   the size of a KV cache of type 'x' is unknown",
  )
})

test('no line of free text is longer than asked', () => {
  const sentence = 'something that was assumed because nobody said it, in rather many words'.repeat(3)
  const lines = fitLines({ ...REPORT, assumptions: [sentence], advice: [] }, 60)
  const notes = lines.slice(lines.findIndex((line) => line.startsWith('read')))
  expect([notes.length, notes.filter((line) => line.length > 60)]).toEqual([6, []])
})

test('the bar is exactly as wide as asked; its mark is where the room ends, and there is none where it fits', () => {
  const roomy: FitGpu = { ...RTX_4090, availableBytes: gib(80) }
  expect([fitBar(RTX_4090, 30), fitBar(roomy, 30), fitBar(RTX_4090, 2)]).toEqual([
    '▕███████████████▓▓▓┃▓▓▓▓▓▓▓▓▓▏',
    '▕██████▓▓▓▓▓▓                ▏',
    '▕▏',
  ])
})

test('the comparison has a block per cache type; a pool is shown by its tokens', () => {
  const cell = (kvType: string, contextTokens: number, fits: FitCell['fits']): FitCell => ({
    quantization: 'Q4_K_M',
    kvType,
    contextTokens,
    neededBytes: gib(5.2),
    capacityTokens: known(79_000),
    fits,
  })
  const cells = [cell('f16', 4096, 'yes'), cell('f16', 131_072, 'no'), cell('q8_0', 4096, 'unsure')]
  expect([compareLines(cells, false), compareLines(cells, true)]).toEqual([
    [
      '',
      'KV f16               4,096     131,072',
      'Q4_K_M               5.2 ✓       5.2  ',
      '',
      'KV q8_0              4,096     131,072',
      'Q4_K_M               5.2 ?',
    ],
    [
      '',
      'KV f16               4,096     131,072',
      'Q4_K_M            79,000 ✓    79,000  ',
      '',
      'KV q8_0              4,096     131,072',
      'Q4_K_M            79,000 ?',
    ],
  ])
})
