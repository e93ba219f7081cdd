import type { MultiHeadLatentAttention } from '../../model/architecture.ts'
import type { CatalogueRow } from './row.ts'
import { model } from './row.ts'
import { configOf, DEEPSEEK, MLC, SLIME, TRANSFORMERS } from './sources.ts'

const latent = (qLoraRank?: number): { readonly mla: MultiHeadLatentAttention } => ({
  mla: {
    kvLoraRank: 512,
    qkRopeHeadDim: 64,
    ...(qLoraRank === undefined ? {} : { qLoraRank }),
    qkNopeHeadDim: 128,
    vHeadDim: 128,
  },
})

const experts = (
  experts: number,
  expertsUsed: number,
  expertFeedForwardSize: number,
  leadingDenseLayers: number,
  shared = 1,
) => ({
  moe: {
    experts,
    expertsUsed,
    expertFeedForwardSize,
    sharedFeedForwardSize: shared * expertFeedForwardSize,
    leadingDenseLayers,
  },
})

/** DeepSeek, Moonshot: models with multi-head latent attention. */
export const DEEPSEEK_ROWS: readonly CatalogueRow[] = [
  model(
    'deepseek_v2',
    'DeepSeek-V2-Lite',
    15_706_484_224,
    [27, 2048, 10_944],
    [16, 16, 192],
    [102_400, 163_840],
    MLC,
    {
      aliases: ['DeepSeek-Coder-V2-Lite', 'deepseek-coder-v2:16b', 'deepseek-v2:16b'],
      ...latent(),
      ...experts(64, 6, 1408, 1, 2),
    },
  ),
  model(
    'deepseek_v2',
    'DeepSeek-V2',
    235_741_434_880,
    [60, 5120, 12_288],
    [128, 128, 192],
    [102_400, 163_840],
    configOf('deepseek-ai/DeepSeek-V2'),
    { aliases: ['DeepSeek-V2.5', 'DeepSeek-Coder-V2'], ...latent(1536), ...experts(160, 6, 1536, 1, 2) },
  ),
  model(
    'deepseek_v3',
    'DeepSeek-V3',
    671_026_419_200,
    [61, 7168, 18_432],
    [128, 128, 192],
    [129_280, 163_840],
    DEEPSEEK,
    {
      aliases: [
        'DeepSeek-V3-0324',
        'DeepSeek-V3.1',
        'DeepSeek-R1',
        'DeepSeek-R1-0528',
        'deepseek-r1:671b',
        'deepseek-v3:671b',
      ],
      mtpLayers: 1,
      ...latent(1536),
      ...experts(256, 8, 2048, 3),
    },
  ),
  model(
    'kimi_k2',
    'Kimi-K2',
    1_026_000_000_000,
    [61, 7168, 18_432],
    [64, 64, 192],
    [163_840, 131_072],
    SLIME,
    {
      aliases: ['Kimi-K2-Instruct-0905', 'Kimi-K2-Thinking'],
      ...latent(1536),
      ...experts(384, 8, 2048, 1),
    },
  ),
  model(
    'deepseek_v3',
    'Moonlight-16B-A3B',
    15_960_000_000,
    [27, 2048, 11_264],
    [16, 16, 192],
    [163_840, 8192],
    SLIME,
    {
      ...latent(),
      ...experts(64, 6, 1408, 1, 2),
    },
  ),
  model(
    'kimi_linear',
    'Kimi-Linear-48B-A3B',
    49_122_681_728,
    [27, 2304, 9216],
    [32, 32, 192],
    [163_840, 1_048_576],
    TRANSFORMERS,
    {
      recurrent: {
        layers: Array.from({ length: 27 }, (_, index) => ![3, 7, 11, 15, 19, 23, 26].includes(index)),
        convKernel: 4,
        innerSize: 4096,
        stateSize: 128,
        groups: 32,
      },
      ...latent(),
      ...experts(256, 8, 1024, 1),
    },
  ),
]

/** Zhipu's GLM. */
export const GLM_ROWS: readonly CatalogueRow[] = [
  model('glm4', 'GLM-4-9B-0414', 9_400_279_040, [40, 4096, 13_696], [32, 2, 128], [151_552, 32_768], SLIME, {
    aliases: ['glm4', 'glm4:9b'],
  }),
  model(
    'glm4',
    'GLM-4-32B-0414',
    32_566_081_536,
    [61, 6144, 23_040],
    [48, 2, 128],
    [151_552, 32_768],
    configOf('zai-org/GLM-4-32B-0414'),
  ),
  model(
    'glm4_moe',
    'GLM-4.5-Air',
    106_850_000_000,
    [46, 4096, 10_944],
    [96, 8, 128],
    [151_552, 131_072],
    SLIME,
    {
      mtpLayers: 1,
      ...experts(128, 8, 1408, 1),
    },
  ),
  model('glm4_moe', 'GLM-4.5', 352_800_000_000, [92, 5120, 12_288], [96, 8, 128], [151_552, 131_072], SLIME, {
    mtpLayers: 1,
    ...experts(160, 8, 1536, 3),
  }),
  model('glm4_moe', 'GLM-4.6', 352_800_000_000, [92, 5120, 12_288], [96, 8, 128], [151_552, 202_752], SLIME, {
    mtpLayers: 1,
    ...experts(160, 8, 1536, 3),
  }),
  model(
    'glm4_moe_lite',
    'GLM-4.7-Flash',
    29_940_000_000,
    [47, 2048, 10_240],
    [20, 20, 256],
    [154_880, 202_752],
    SLIME,
    {
      mtpLayers: 1,
      mla: { kvLoraRank: 512, qkRopeHeadDim: 64, qLoraRank: 768, qkNopeHeadDim: 192, vHeadDim: 256 },
      ...experts(64, 4, 1536, 1),
    },
  ),
]
