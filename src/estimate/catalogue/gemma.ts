import type { CatalogueRow } from './row.ts'
import { model } from './row.ts'
import { GEMMA, LITGPT } from './sources.ts'

const gemma2 = { slidingWindow: { tokens: 4096, layers: [true, false] } }
const gemma3 = (tokens: number) => ({
  slidingWindow: { tokens, layers: [true, true, true, true, true, false] },
})
const gemma4 = (tokens: number, kvHeads?: number) => ({
  slidingWindow: {
    tokens,
    layers: [true, true, true, true, true, false],
    headDimK: 256,
    headDimV: 256,
    ...(kvHeads === undefined ? {} : { kvHeads }),
  },
})
const vision = { encoderParameters: 416_866_032 }

/** Google's Gemma. */
export const GEMMA_ROWS: readonly CatalogueRow[] = [
  model('gemma', 'Gemma-2B', 2_506_172_416, [18, 2048, 16_384], [8, 1, 256], [256_000, 8192, 'tied'], LITGPT),
  model(
    'gemma',
    'Gemma-7B',
    8_537_680_896,
    [28, 3072, 24_576],
    [16, 16, 256],
    [256_000, 8192, 'tied'],
    LITGPT,
  ),
  model(
    'gemma2',
    'Gemma-2-2B',
    2_614_341_888,
    [26, 2304, 9216],
    [8, 4, 256],
    [256_000, 8192, 'tied'],
    LITGPT,
    gemma2,
  ),
  model(
    'gemma2',
    'Gemma-2-9B',
    9_241_705_984,
    [42, 3584, 14_336],
    [16, 8, 256],
    [256_000, 8192, 'tied'],
    LITGPT,
    {
      aliases: ['gemma2'],
      ...gemma2,
    },
  ),
  model(
    'gemma2',
    'Gemma-2-27B',
    27_227_128_320,
    [46, 4608, 36_864],
    [32, 16, 128],
    [256_000, 8192, 'tied'],
    LITGPT,
    gemma2,
  ),
  model(
    'gemma3',
    'Gemma-3-1B',
    999_885_952,
    [26, 1152, 6912],
    [4, 1, 256],
    [262_144, 32_768, 'tied'],
    GEMMA,
    gemma3(512),
  ),
  model(
    'gemma3',
    'Gemma-3-4B',
    3_880_263_168,
    [34, 2560, 10_240],
    [8, 4, 256],
    [262_208, 131_072, 'tied'],
    GEMMA,
    {
      aliases: ['gemma3'],
      ...gemma3(1024),
      ...vision,
    },
  ),
  model(
    'gemma3',
    'Gemma-3-12B',
    11_766_034_176,
    [48, 3840, 15_360],
    [16, 8, 256],
    [262_208, 131_072, 'tied'],
    GEMMA,
    {
      ...gemma3(1024),
      ...vision,
    },
  ),
  model(
    'gemma3',
    'Gemma-3-27B',
    27_009_346_304,
    [62, 5376, 21_504],
    [32, 16, 128],
    [262_208, 131_072, 'tied'],
    GEMMA,
    {
      ...gemma3(1024),
      ...vision,
    },
  ),
  model(
    'gemma4',
    'Gemma-4-E4B',
    7_500_000_000,
    [42, 2560, 10_240],
    [8, 2, 512],
    [262_144, 131_072, 'tied'],
    GEMMA,
    {
      aliases: ['gemma4', 'gemma4:e4b'],
      ...gemma4(512),
      kvSharedLayers: 18,
      perLayerEmbeddings: { size: 256, vocabSize: 262_144 },
      encoderParameters: 450_000_000,
    },
  ),
  model(
    'gemma4',
    'Gemma-4-26B-A4B',
    25_200_000_000,
    [30, 2816, 2112],
    [16, 2, 512],
    [262_144, 262_144, 'tied'],
    GEMMA,
    {
      aliases: ['gemma4:26b'],
      ...gemma4(1024, 8),
      moe: { experts: 128, expertsUsed: 8, expertFeedForwardSize: 704, besideDense: true },
      ...vision,
    },
  ),
  model(
    'gemma4',
    'Gemma-4-31B',
    30_700_000_000,
    [60, 5376, 21_504],
    [32, 4, 512],
    [262_144, 262_144, 'tied'],
    GEMMA,
    {
      ...gemma4(1024, 16),
      ...vision,
    },
  ),
]
