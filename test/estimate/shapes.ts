import { known, missing, type Reading } from '../../src/core/reading.ts'
import { gibibytes, mebibytes } from '../../src/core/units.ts'
import { estimate } from '../../src/estimate/estimate.ts'
import type { Estimate, EstimateInput } from '../../src/estimate/estimate-types.ts'
import type { EngineSettings } from '../../src/estimate/settings.ts'
import type { GpuCapacity } from '../../src/estimate/topology.ts'
import type { ModelArchitecture } from '../../src/model/architecture.ts'

// Public shapes of well-known models, written out so that the vectors stand on nothing but themselves.

const base = { tiedEmbeddings: false, contextLength: 131_072 }

export const LLAMA_31_8B: ModelArchitecture = {
  ...base,
  name: 'Llama-3.1-8B',
  family: 'llama',
  layers: 32,
  hiddenSize: 4096,
  feedForwardSize: 14_336,
  attentionHeads: 32,
  kvHeads: 8,
  headDimK: 128,
  headDimV: 128,
  vocabSize: 128_256,
  parameters: 8_030_261_248,
}

export const LLAMA_32_1B: ModelArchitecture = {
  ...LLAMA_31_8B,
  name: 'Llama-3.2-1B',
  layers: 16,
  hiddenSize: 2048,
  feedForwardSize: 8192,
  headDimK: 64,
  headDimV: 64,
  tiedEmbeddings: true,
  parameters: 1_235_814_400,
}

export const LLAMA_3_70B: ModelArchitecture = {
  ...LLAMA_31_8B,
  name: 'Llama-3-70B',
  layers: 80,
  hiddenSize: 8192,
  feedForwardSize: 28_672,
  attentionHeads: 64,
  parameters: 70_553_706_496,
}

/** The "13B" of the field notes: 40 layers, 40 heads of 128, no grouped queries. */
export const LLAMA_2_13B: ModelArchitecture = {
  ...base,
  name: 'Llama-2-13B',
  family: 'llama',
  layers: 40,
  hiddenSize: 5120,
  feedForwardSize: 13_824,
  attentionHeads: 40,
  kvHeads: 40,
  headDimK: 128,
  headDimV: 128,
  vocabSize: 32_000,
  parameters: 13_015_864_320,
}

const qwen3 = { ...base, headDimK: 128, headDimV: 128, vocabSize: 151_936, kvHeads: 8 }

export const QWEN3_8B: ModelArchitecture = {
  ...qwen3,
  name: 'Qwen3-8B',
  family: 'qwen3',
  layers: 36,
  hiddenSize: 4096,
  feedForwardSize: 12_288,
  attentionHeads: 32,
}

export const QWEN3_32B: ModelArchitecture = {
  ...qwen3,
  name: 'Qwen3-32B',
  family: 'qwen3',
  layers: 64,
  hiddenSize: 5120,
  feedForwardSize: 25_600,
  attentionHeads: 64,
}

export const QWEN3_30B_A3B: ModelArchitecture = {
  ...qwen3,
  name: 'Qwen3-30B-A3B',
  family: 'qwen3moe',
  layers: 48,
  hiddenSize: 2048,
  attentionHeads: 32,
  kvHeads: 4,
  moe: { experts: 128, expertsUsed: 8, expertFeedForwardSize: 768 },
}

export const QWEN3_235B_A22B: ModelArchitecture = {
  ...QWEN3_30B_A3B,
  name: 'Qwen3-235B-A22B',
  layers: 94,
  hiddenSize: 4096,
  attentionHeads: 64,
  moe: { experts: 128, expertsUsed: 8, expertFeedForwardSize: 1536 },
}

export const GEMMA_3_4B: ModelArchitecture = {
  name: 'Gemma-3-4B',
  family: 'gemma3',
  layers: 34,
  hiddenSize: 2560,
  feedForwardSize: 10_240,
  attentionHeads: 8,
  kvHeads: 4,
  headDimK: 256,
  headDimV: 256,
  vocabSize: 262_144,
  contextLength: 131_072,
  tiedEmbeddings: true,
  slidingWindow: { tokens: 1024, layers: [true, true, true, true, true, false] },
}

export const GEMMA_3_27B: ModelArchitecture = {
  ...GEMMA_3_4B,
  name: 'Gemma-3-27B',
  layers: 62,
  hiddenSize: 5376,
  feedForwardSize: 21_504,
  attentionHeads: 32,
  kvHeads: 16,
  headDimK: 128,
  headDimV: 128,
  vocabSize: 262_208,
}

/** 24 of 42 layers own a cache: 4 full with 2 heads of 512, 20 windowed with 2 heads of 256. */
export const GEMMA_4_E4B: ModelArchitecture = {
  name: 'Gemma-4-E4B',
  family: 'gemma4',
  layers: 42,
  kvHeads: 2,
  headDimK: 512,
  headDimV: 512,
  kvSharedLayers: 18,
  slidingWindow: {
    tokens: 512,
    layers: [true, true, true, true, true, false],
    headDimK: 256,
    headDimV: 256,
  },
}

const latent = { kvLoraRank: 512, qkRopeHeadDim: 64, qkNopeHeadDim: 128, vHeadDim: 128 }

export const DEEPSEEK_V2_LITE: ModelArchitecture = {
  ...base,
  name: 'DeepSeek-V2-Lite',
  family: 'deepseek2',
  layers: 27,
  hiddenSize: 2048,
  feedForwardSize: 10_944,
  attentionHeads: 16,
  kvHeads: 16,
  headDimK: 192,
  headDimV: 128,
  vocabSize: 102_400,
  mla: latent,
  moe: {
    experts: 64,
    expertsUsed: 6,
    expertFeedForwardSize: 1408,
    sharedFeedForwardSize: 2816,
    leadingDenseLayers: 1,
  },
}

export const DEEPSEEK_V3: ModelArchitecture = {
  ...DEEPSEEK_V2_LITE,
  name: 'DeepSeek-V3',
  layers: 61,
  hiddenSize: 7168,
  feedForwardSize: 18_432,
  attentionHeads: 128,
  kvHeads: 128,
  vocabSize: 129_280,
  mla: { ...latent, qLoraRank: 1536 },
  moe: {
    experts: 256,
    expertsUsed: 8,
    expertFeedForwardSize: 2048,
    sharedFeedForwardSize: 2048,
    leadingDenseLayers: 3,
  },
}

export const DEEPSEEK_V32: ModelArchitecture = { ...DEEPSEEK_V3, indexer: { headDim: 128, heads: 64 } }

export const GLM_5: ModelArchitecture = { ...DEEPSEEK_V32, name: 'GLM-5', layers: 78, attentionHeads: 64 }

export const QWEN3_NEXT: ModelArchitecture = {
  ...qwen3,
  name: 'Qwen3-Next-80B-A3B',
  family: 'qwen3next',
  layers: 48,
  hiddenSize: 2048,
  attentionHeads: 16,
  kvHeads: 2,
  headDimK: 256,
  headDimV: 256,
  attentionGate: true,
  moe: { experts: 512, expertsUsed: 10, expertFeedForwardSize: 512, sharedFeedForwardSize: 512 },
  recurrent: {
    layers: [true, true, true, false],
    convKernel: 4,
    innerSize: 4096,
    stateSize: 128,
    groups: 16,
  },
}

/** 10 full-attention and 30 linear layers, 2 heads of 256. */
export const QWEN35_35B_A3B: ModelArchitecture = {
  ...QWEN3_NEXT,
  name: 'Qwen3.5-35B-A3B',
  layers: 40,
  moe: { experts: 256, expertsUsed: 8, expertFeedForwardSize: 512, sharedFeedForwardSize: 512 },
}

export function gpu(totalGib: number, name?: string): GpuCapacity {
  const none = missing('not-reported')
  return {
    name: name === undefined ? none : known(name),
    totalBytes: known(gibibytes(totalGib)),
    reservedBytes: none,
    freeBytes: none,
  }
}

export interface Question {
  readonly gpus?: readonly GpuCapacity[]
  readonly weights?: EstimateInput['weights']
  readonly reported?: EstimateInput['reported']
  readonly fromCatalogue?: boolean
}

/** One estimate, with everything that is not the point of a test left at a plain value. */
export function ask(
  architecture: ModelArchitecture,
  settings: EngineSettings,
  { gpus = [gpu(80)], weights = { kind: 'quantization', name: 'bf16' }, ...rest }: Question = {},
): Estimate {
  const none = missing('not-reported')
  const { reported, fromCatalogue } = rest
  return estimate({
    architecture,
    weights,
    settings,
    topology: { gpus, host: { totalBytes: none, availableBytes: none } },
    ...(reported === undefined ? {} : { reported }),
    ...(fromCatalogue === undefined ? {} : { fromCatalogue }),
  })
}

/** MiB with two decimals, as engines print them; the reason where the value is missing. */
export function mib(reading: Reading<number> | undefined): number | string {
  if (reading === undefined) return 'nothing'
  return reading.kind === 'known' ? Math.round((reading.value / mebibytes(1)) * 100) / 100 : reading.reason
}

/** The same shape with one key not stated. */
export function without(architecture: ModelArchitecture, key: OptionalKey): ModelArchitecture {
  const { [key]: left, ...rest } = architecture
  return left === undefined ? architecture : rest
}

type OptionalKey = 'hiddenSize' | 'parameters' | 'contextLength' | 'vocabSize'
