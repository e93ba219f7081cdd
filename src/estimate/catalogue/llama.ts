import type { CatalogueRow } from './row.ts'
import { model } from './row.ts'
import { configOf, LITGPT, MLC, TRANSFORMERS } from './sources.ts'

/** Meta's models and those that share their shapes. */
export const LLAMA_ROWS: readonly CatalogueRow[] = [
  model('llama', 'Llama-2-7B', 6_738_415_616, [32, 4096, 11_008], [32, 32, 128], [32_000, 4096], LITGPT, {
    aliases: ['llama2', 'vicuna-7b-v1.5'],
  }),
  model('llama', 'Llama-2-13B', 13_015_864_320, [40, 5120, 13_824], [40, 40, 128], [32_000, 4096], LITGPT, {
    aliases: ['vicuna-13b-v1.5'],
  }),
  model('llama', 'Llama-2-70B', 68_976_648_192, [80, 8192, 28_672], [64, 8, 128], [32_000, 4096], LITGPT),
  model('llama', 'CodeLlama-7B', 6_738_546_688, [32, 4096, 11_008], [32, 32, 128], [32_016, 16_384], LITGPT, {
    aliases: ['codellama'],
  }),
  model(
    'llama',
    'CodeLlama-13B',
    13_016_028_160,
    [40, 5120, 13_824],
    [40, 40, 128],
    [32_016, 16_384],
    LITGPT,
  ),
  model('llama', 'CodeLlama-34B', 33_743_970_304, [48, 8192, 22_016], [64, 8, 128], [32_000, 16_384], LITGPT),
  model('llama', 'Llama-3-8B', 8_030_261_248, [32, 4096, 14_336], [32, 8, 128], [128_256, 8192], LITGPT, {
    aliases: ['llama3'],
  }),
  model('llama', 'Llama-3-70B', 70_553_706_496, [80, 8192, 28_672], [64, 8, 128], [128_256, 8192], LITGPT),
  model(
    'llama',
    'Llama-3.1-8B',
    8_030_261_248,
    [32, 4096, 14_336],
    [32, 8, 128],
    [128_256, 131_072],
    LITGPT,
    {
      aliases: ['llama3.1', 'DeepSeek-R1-Distill-Llama-8B'],
    },
  ),
  model(
    'llama',
    'Llama-3.1-70B',
    70_553_706_496,
    [80, 8192, 28_672],
    [64, 8, 128],
    [128_256, 131_072],
    LITGPT,
    {
      aliases: ['DeepSeek-R1-Distill-Llama-70B', 'deepseek-r1:70b', 'Llama-3.1-Nemotron-70B'],
    },
  ),
  model(
    'llama',
    'Llama-3.1-405B',
    405_853_388_800,
    [126, 16_384, 53_248],
    [128, 8, 128],
    [128_256, 131_072],
    LITGPT,
  ),
  model(
    'llama',
    'Llama-3.2-1B',
    1_235_814_400,
    [16, 2048, 8192],
    [32, 8, 64],
    [128_256, 131_072, 'tied'],
    MLC,
  ),
  model(
    'llama',
    'Llama-3.2-3B',
    3_212_749_824,
    [28, 3072, 8192],
    [24, 8, 128],
    [128_256, 131_072, 'tied'],
    MLC,
    {
      aliases: ['llama3.2'],
    },
  ),
  model(
    'llama',
    'Llama-3.3-70B',
    70_553_706_496,
    [80, 8192, 28_672],
    [64, 8, 128],
    [128_256, 131_072],
    LITGPT,
    {
      aliases: ['llama3.3'],
    },
  ),
  model(
    'llama4',
    'Llama-4-Scout-17B-16E',
    107_769_861_120,
    [48, 5120, 16_384],
    [40, 8, 128],
    [202_048, 10_485_760],
    TRANSFORMERS,
    {
      aliases: ['llama4', 'llama4:scout'],
      slidingWindow: { tokens: 8192, layers: [true, true, true, false], chunked: true },
      moe: { experts: 16, expertsUsed: 1, expertFeedForwardSize: 8192, sharedFeedForwardSize: 8192 },
    },
  ),
  model('llama', 'TinyLlama-1.1B', 1_100_048_384, [22, 2048, 5632], [32, 4, 64], [32_000, 2048], LITGPT, {
    aliases: ['tinyllama', 'TinyLlama-1.1B-Chat-v1.0'],
  }),
  model('llama', 'SmolLM2-135M', 134_515_008, [30, 576, 1536], [9, 3, 64], [49_152, 8192, 'tied'], LITGPT),
  model('llama', 'SmolLM2-360M', 361_821_120, [32, 960, 2560], [15, 5, 64], [49_152, 8192, 'tied'], LITGPT),
  model(
    'llama',
    'SmolLM2-1.7B',
    1_711_376_384,
    [24, 2048, 8192],
    [32, 32, 64],
    [49_152, 8192, 'tied'],
    LITGPT,
    {
      aliases: ['smollm2'],
    },
  ),
  model(
    'smollm3',
    'SmolLM3-3B',
    3_075_098_624,
    [36, 2048, 11_008],
    [16, 4, 128],
    [128_256, 65_536, 'tied'],
    TRANSFORMERS,
  ),
  model(
    'llama',
    'Yi-1.5-34B',
    34_388_917_248,
    [60, 7168, 20_480],
    [56, 8, 128],
    [64_000, 4096],
    configOf('01-ai/Yi-1.5-34B'),
    {
      aliases: ['Yi-34B'],
    },
  ),
  model('llama', 'Falcon3-7B', 7_455_550_464, [28, 3072, 23_040], [12, 4, 256], [131_072, 32_768], LITGPT, {
    aliases: ['falcon3'],
  }),
  model('llama', 'Falcon3-10B', 10_305_653_760, [40, 3072, 23_040], [12, 4, 256], [131_072, 32_768], LITGPT),
]
