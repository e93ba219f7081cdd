import type { CatalogueRow } from './row.ts'
import { model } from './row.ts'
import { configOf, LITGPT, MLC, SLIME, TRANSFORMERS } from './sources.ts'

// Qwen3.5 publishes whole billions only (9, 27, 35 with the vision encoder): its totals here follow from the shapes.
const deltaNet = (valueHeads: number) => ({
  attentionGate: true,
  mtpLayers: 1,
  recurrent: {
    layers: [true, true, true, false],
    convKernel: 4,
    innerSize: valueHeads * 128,
    stateSize: 128,
    groups: 16,
  },
})

/** Alibaba's models and those that share their shapes. */
export const QWEN_ROWS: readonly CatalogueRow[] = [
  model(
    'qwen2',
    'Qwen2.5-0.5B',
    494_032_768,
    [24, 896, 4864],
    [14, 2, 64],
    [151_936, 32_768, 'tied'],
    SLIME,
    {
      aliases: ['Qwen2-0.5B', 'Qwen2.5-Coder-0.5B'],
    },
  ),
  model(
    'qwen2',
    'Qwen2.5-1.5B',
    1_543_714_304,
    [28, 1536, 8960],
    [12, 2, 128],
    [151_936, 32_768, 'tied'],
    SLIME,
    {
      aliases: ['Qwen2-1.5B', 'Qwen2.5-Coder-1.5B', 'DeepSeek-R1-Distill-Qwen-1.5B', 'deepseek-r1:1.5b'],
    },
  ),
  model(
    'qwen2',
    'Qwen2.5-3B',
    3_085_938_688,
    [36, 2048, 11_008],
    [16, 2, 128],
    [151_936, 32_768, 'tied'],
    SLIME,
    {
      aliases: ['Qwen2.5-Coder-3B'],
    },
  ),
  model('qwen2', 'Qwen2.5-7B', 7_615_616_512, [28, 3584, 18_944], [28, 4, 128], [152_064, 32_768], SLIME, {
    aliases: [
      'qwen2.5',
      'qwen2',
      'Qwen2-7B',
      'Qwen2.5-Coder-7B',
      'DeepSeek-R1-Distill-Qwen-7B',
      'deepseek-r1:7b',
    ],
  }),
  model('qwen2', 'Qwen2.5-14B', 14_770_033_664, [48, 5120, 13_824], [40, 8, 128], [152_064, 32_768], LITGPT, {
    aliases: ['Qwen2.5-Coder-14B', 'DeepSeek-R1-Distill-Qwen-14B', 'deepseek-r1:14b'],
  }),
  model('qwen2', 'Qwen2.5-32B', 32_763_876_352, [64, 5120, 27_648], [40, 8, 128], [152_064, 32_768], SLIME, {
    aliases: ['Qwen2.5-Coder-32B', 'DeepSeek-R1-Distill-Qwen-32B', 'deepseek-r1:32b'],
  }),
  model('qwen2', 'QwQ-32B', 32_763_876_352, [64, 5120, 27_648], [40, 8, 128], [152_064, 131_072], LITGPT, {
    aliases: ['qwq'],
  }),
  model('qwen2', 'Qwen2.5-72B', 72_706_203_648, [80, 8192, 29_568], [64, 8, 128], [152_064, 32_768], LITGPT, {
    aliases: ['Qwen2-72B'],
  }),
  model('qwen3', 'Qwen3-0.6B', 596_049_920, [28, 1024, 3072], [16, 8, 128], [151_936, 40_960, 'tied'], SLIME),
  model(
    'qwen3',
    'Qwen3-1.7B',
    1_720_574_976,
    [28, 2048, 6144],
    [16, 8, 128],
    [151_936, 40_960, 'tied'],
    SLIME,
  ),
  model('qwen3', 'Qwen3-4B', 4_022_468_096, [36, 2560, 9728], [32, 8, 128], [151_936, 40_960, 'tied'], SLIME),
  model(
    'qwen3',
    'Qwen3-4B-2507',
    4_022_468_096,
    [36, 2560, 9728],
    [32, 8, 128],
    [151_936, 262_144, 'tied'],
    LITGPT,
    {
      aliases: ['Qwen3-4B-Instruct-2507'],
    },
  ),
  model('qwen3', 'Qwen3-8B', 8_190_735_360, [36, 4096, 12_288], [32, 8, 128], [151_936, 40_960], SLIME, {
    aliases: ['qwen3'],
  }),
  model(
    'qwen3',
    'DeepSeek-R1-0528-Qwen3-8B',
    8_190_735_360,
    [36, 4096, 12_288],
    [32, 8, 128],
    [151_936, 131_072],
    SLIME,
    {
      aliases: ['deepseek-r1:8b'],
    },
  ),
  model('qwen3', 'Qwen3-14B', 14_768_307_200, [40, 5120, 17_408], [40, 8, 128], [151_936, 40_960], SLIME),
  model('qwen3', 'Qwen3-32B', 32_762_123_264, [64, 5120, 25_600], [64, 8, 128], [151_936, 40_960], SLIME),
  model(
    'qwen3_moe',
    'Qwen3-30B-A3B',
    30_532_122_624,
    [48, 2048, 6144],
    [32, 4, 128],
    [151_936, 40_960],
    SLIME,
    {
      aliases: ['qwen3:30b'],
      moe: { experts: 128, expertsUsed: 8, expertFeedForwardSize: 768 },
    },
  ),
  model(
    'qwen3_moe',
    'Qwen3-30B-A3B-2507',
    30_532_122_624,
    [48, 2048, 6144],
    [32, 4, 128],
    [151_936, 262_144],
    LITGPT,
    {
      aliases: ['Qwen3-Coder-30B-A3B', 'qwen3-coder', 'qwen3-coder:30b'],
      moe: { experts: 128, expertsUsed: 8, expertFeedForwardSize: 768 },
    },
  ),
  model(
    'qwen3_moe',
    'Qwen3-235B-A22B',
    235_093_634_560,
    [94, 4096, 12_288],
    [64, 4, 128],
    [151_936, 40_960],
    SLIME,
    {
      aliases: ['qwen3:235b'],
      moe: { experts: 128, expertsUsed: 8, expertFeedForwardSize: 1536 },
    },
  ),
  model(
    'qwen3_moe',
    'Qwen3-235B-A22B-2507',
    235_093_634_560,
    [94, 4096, 12_288],
    [64, 4, 128],
    [151_936, 262_144],
    LITGPT,
    {
      moe: { experts: 128, expertsUsed: 8, expertFeedForwardSize: 1536 },
    },
  ),
  model(
    'qwen3_moe',
    'Qwen3-Coder-480B-A35B',
    480_154_875_392,
    [62, 6144, 8192],
    [96, 8, 128],
    [151_936, 262_144],
    configOf('Qwen/Qwen3-Coder-480B-A35B-Instruct'),
    { aliases: ['qwen3-coder:480b'], moe: { experts: 160, expertsUsed: 8, expertFeedForwardSize: 2560 } },
  ),
  model(
    'qwen3_next',
    'Qwen3-Next-80B-A3B',
    79_674_391_296,
    [48, 2048, 5120],
    [16, 2, 256],
    [151_936, 262_144],
    SLIME,
    {
      aliases: ['qwen3-next', 'qwen3-next:80b'],
      moe: { experts: 512, expertsUsed: 10, expertFeedForwardSize: 512, sharedFeedForwardSize: 512 },
      ...deltaNet(32),
    },
  ),
  model(
    'qwen3_5',
    'Qwen3.5-9B',
    8_950_000_000,
    [32, 4096, 12_288],
    [16, 4, 256],
    [248_320, 262_144],
    TRANSFORMERS,
    deltaNet(32),
  ),
  model(
    'qwen3_5',
    'Qwen3.5-27B',
    26_900_000_000,
    [64, 5120, 17_408],
    [24, 4, 256],
    [248_320, 262_144],
    SLIME,
    { aliases: ['Qwen3.6-27B'], ...deltaNet(48) },
  ),
  model(
    'qwen3_5_moe',
    'Qwen3.5-35B-A3B',
    34_700_000_000,
    [40, 2048, 512],
    [16, 2, 256],
    [248_320, 262_144],
    SLIME,
    {
      aliases: ['qwen3.5:35b', 'Qwen3.6-35B-A3B', 'qwen3.6:35b'],
      moe: { experts: 256, expertsUsed: 8, expertFeedForwardSize: 512, sharedFeedForwardSize: 512 },
      ...deltaNet(32),
    },
  ),
  model(
    'qwen2_moe',
    'Qwen1.5-MoE-A2.7B',
    14_315_784_192,
    [24, 2048, 5632],
    [16, 16, 128],
    [151_936, 32_768],
    MLC,
    {
      moe: { experts: 60, expertsUsed: 4, expertFeedForwardSize: 1408, sharedFeedForwardSize: 5632 },
    },
  ),
]
