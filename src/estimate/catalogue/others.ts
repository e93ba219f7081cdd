import type { CatalogueRow } from './row.ts'
import { model } from './row.ts'
import { configOf, GPT_OSS, LITGPT, MLC, SLIME, TRANSFORMERS } from './sources.ts'

const gptOss = { slidingWindow: { tokens: 128, layers: [true, false] } }
const ungated = { feedForwardMatrices: 2 } as const

/** Everybody else. */
export const OTHER_ROWS: readonly CatalogueRow[] = [
  model(
    'gpt_oss',
    'gpt-oss-20b',
    20_914_757_184,
    [24, 2880, 2880],
    [64, 8, 64],
    [201_088, 131_072],
    GPT_OSS,
    {
      aliases: ['gpt-oss'],
      moe: { experts: 32, expertsUsed: 4, expertFeedForwardSize: 2880 },
      ...gptOss,
    },
  ),
  model(
    'gpt_oss',
    'gpt-oss-120b',
    116_829_156_672,
    [36, 2880, 2880],
    [64, 8, 64],
    [201_088, 131_072],
    GPT_OSS,
    {
      moe: { experts: 128, expertsUsed: 4, expertFeedForwardSize: 2880 },
      ...gptOss,
    },
  ),
  model('phi', 'Phi-2', 2_779_683_840, [32, 2560, 10_240], [32, 32, 80], [51_200, 2048], LITGPT, ungated),
  model('phi3', 'Phi-3-mini', 3_821_079_552, [32, 3072, 8192], [32, 32, 96], [32_064, 131_072], MLC, {
    aliases: ['Phi-3-mini-128k', 'Phi-3.5-mini', 'phi3', 'phi3:3.8b', 'phi3.5', 'phi3.5:3.8b'],
  }),
  model('phi3', 'Phi-4', 14_659_507_200, [40, 5120, 17_920], [40, 10, 128], [100_352, 16_384], LITGPT, {
    aliases: ['phi4', 'phi4:14b'],
  }),
  model(
    'phi3',
    'Phi-4-mini',
    3_836_021_760,
    [32, 3072, 8192],
    [24, 8, 128],
    [200_064, 131_072, 'tied'],
    MLC,
    {
      aliases: ['phi4-mini', 'phi4-mini:3.8b'],
    },
  ),
  model(
    'phimoe',
    'Phi-3.5-MoE',
    41_873_153_344,
    [32, 4096, 6400],
    [32, 8, 128],
    [32_064, 131_072],
    TRANSFORMERS,
    {
      moe: { experts: 16, expertsUsed: 2, expertFeedForwardSize: 6400 },
    },
  ),
  model(
    'cohere',
    'Command-R-v01',
    34_980_831_232,
    [40, 8192, 22_528],
    [64, 64, 128],
    [256_000, 131_072, 'tied'],
    TRANSFORMERS,
    { aliases: ['command-r-35b-v0.1', 'c4ai-command-r-v01'] },
  ),
  model(
    'cohere2',
    'Command-R7B-12-2024',
    8_028_033_024,
    [32, 4096, 14_336],
    [32, 8, 128],
    [256_000, 132_096, 'tied'],
    configOf('CohereLabs/c4ai-command-r7b-12-2024'),
    {
      aliases: ['command-r7b', 'c4ai-command-r7b-12-2024'],
      slidingWindow: { tokens: 4096, layers: [true, true, true, false] },
    },
  ),
  model('olmo2', 'OLMo-2-7B', 7_298_617_344, [32, 4096, 11_008], [32, 32, 128], [100_352, 4096], LITGPT, {
    aliases: ['OLMo-2-1124-7B', 'olmo2', 'olmo2:7b'],
  }),
  model('olmo2', 'OLMo-2-13B', 13_716_198_400, [40, 5120, 13_824], [40, 40, 128], [100_352, 4096], LITGPT, {
    aliases: ['OLMo-2-1124-13B', 'olmo2:13b'],
  }),
  model('olmo2', 'OLMo-2-32B', 32_234_279_936, [64, 5120, 27_648], [40, 8, 128], [100_352, 4096], MLC, {
    aliases: ['OLMo-2-0325-32B'],
  }),
  model(
    'minimax_m2',
    'MiniMax-M2',
    228_700_000_000,
    [62, 3072, 1536],
    [48, 8, 128],
    [200_064, 196_608],
    SLIME,
    {
      aliases: ['MiniMax-M2.5'],
      moe: { experts: 256, expertsUsed: 8, expertFeedForwardSize: 1536 },
    },
  ),
  model(
    'seed_oss',
    'Seed-OSS-36B',
    36_151_104_512,
    [64, 5120, 27_648],
    [80, 8, 128],
    [155_136, 524_288],
    TRANSFORMERS,
  ),
  model(
    'ernie4_5_moe',
    'ERNIE-4.5-21B-A3B',
    21_825_437_888,
    [28, 2560, 12_288],
    [20, 4, 128],
    [103_424, 131_072, 'tied'],
    TRANSFORMERS,
    {
      moe: {
        experts: 64,
        expertsUsed: 6,
        expertFeedForwardSize: 1536,
        sharedFeedForwardSize: 3072,
        leadingDenseLayers: 1,
      },
    },
  ),
  model(
    'granite',
    'Granite-3.3-8B',
    8_170_848_256,
    [40, 4096, 12_800],
    [32, 8, 128],
    [49_159, 131_072, 'tied'],
    configOf('ibm-granite/granite-3.3-8b-instruct'),
    { aliases: ['Granite-3.1-8B', 'granite3.3', 'granite3.1-dense:8b'] },
  ),
  model('stablelm', 'StableLM-2-1.6B', 1_644_515_328, [24, 2048, 5632], [32, 32, 64], [100_352, 4096], MLC),
  model(
    'starcoder2',
    'StarCoder2-7B',
    7_173_923_840,
    [32, 4608, 18_432],
    [36, 4, 128],
    [49_152, 16_384, 'tied'],
    MLC,
    {
      slidingWindow: { tokens: 4096, layers: [true] },
      ...ungated,
    },
  ),
  model('gpt2', 'GPT-2', 124_439_808, [12, 768, 3072], [12, 12, 64], [50_257, 1024, 'tied'], MLC, {
    learnedPositions: 1024,
    ...ungated,
  }),
  model(
    'opt',
    'OPT-6.7B',
    6_658_473_984,
    [32, 4096, 16_384],
    [32, 32, 128],
    [50_272, 2048, 'tied'],
    configOf('facebook/opt-6.7b'),
    {
      learnedPositions: 2050,
      ...ungated,
    },
  ),
]
