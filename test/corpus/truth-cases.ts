import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { known, missing } from '../../src/core/reading.ts'
import { mebibytes } from '../../src/core/units.ts'
import { resolveModel } from '../../src/estimate/catalogue/resolve.ts'
import type { EstimateInput } from '../../src/estimate/estimate-types.ts'
import type { EngineSettings } from '../../src/estimate/settings.ts'
import type { GpuTopology } from '../../src/estimate/topology.ts'
import type { ModelArchitecture, PerLayer } from '../../src/model/architecture.ts'
import type { WeightsSource } from '../../src/model/weights.ts'

/** A start of a real engine, as `truth/cases.json` writes it down; numbers are MiB. */
export interface TruthCase {
  readonly id: string
  readonly engine: string
  readonly engineVersion: string | null
  readonly model: string
  readonly sourceKind: string
  readonly architecture: Readonly<Record<string, unknown>>
  readonly config: TruthConfig
  readonly gpu: { readonly name?: string; readonly count?: number; readonly totalMiB?: number } | null
  readonly measured: TruthMeasured
  readonly kvModel?: TruthKvModel
  readonly notes?: string | null
  readonly logLines: readonly string[]
}

interface TruthConfig {
  readonly ctx?: number
  readonly nBatch?: number
  readonly nUbatch?: number
  readonly parallel?: number
  readonly kvUnified?: boolean
  readonly kvTypeK?: string
  readonly kvTypeV?: string
  readonly flashAttn?: boolean
  readonly mlaAttn?: number
  readonly swaFull?: boolean
  readonly gpuLayers?: number
  readonly totalLayers?: number
  readonly quantization?: string | null
  readonly maxModelLen?: number
  readonly gpuMemoryUtilization?: number
  readonly tensorParallel?: number
  readonly pipelineParallel?: number
  readonly maxNumSeqs?: number
  readonly maxNumBatchedTokens?: number
  readonly kvCacheDtype?: string
  readonly blockSize?: number
  readonly dtype?: string
  readonly enforceEager?: boolean
  readonly memFractionStatic?: number
  readonly expertsOnCpu?: boolean
}

export interface TruthMeasured {
  readonly kvMiB?: number
  readonly kvMiBPerDevice?: Readonly<Record<string, number>>
  readonly recurrentMiB?: number
  readonly recurrentMiBPerDevice?: Readonly<Record<string, number>>
  readonly weightsMiB?: number
  readonly weightsMiBPerDevice?: Readonly<Record<string, number>>
  readonly computeMiB?: number
  readonly computeMiBPerDevice?: Readonly<Record<string, number>>
  readonly nvidiaSmiUsedMiB?: number
  readonly nvidiaSmiUsedMiBPerGpu?: Readonly<Record<string, number>>
  readonly hostMiB?: { readonly model: number; readonly compute: number }
  readonly activationMiB?: number
  readonly nonTorchMiB?: number
  readonly cudaGraphMiB?: number
  readonly gpuTotalMiB?: number
  readonly kvTokens?: number
  readonly kvBlocks?: number
}

interface TruthKvModel {
  readonly fitted?: string
  readonly groups?: readonly {
    readonly kind: string
    readonly layers: number
    readonly kvHeads: number
    readonly headDimK: number
    readonly headDimV: number
    readonly totalMiB?: number
  }[]
}

export function readTruth(folder: string): readonly TruthCase[] {
  return JSON.parse(readFileSync(join(folder, 'truth', 'cases.json'), 'utf8')) as readonly TruthCase[]
}

/** `llama.cpp`, `vllm`, `sglang`; undefined for lines of torch itself. */
export function engineOf({ engine }: TruthCase): 'llama.cpp' | 'ollama' | 'vllm' | 'sglang' | undefined {
  if (engine.includes('llama.cpp')) return 'llama.cpp'
  if (engine === 'Ollama') return 'ollama'
  if (engine === 'vLLM') return 'vllm'
  return engine === 'SGLang' ? 'sglang' : undefined
}

export function isFork({ engine }: TruthCase): boolean {
  return engine.startsWith('ik_')
}

/** The case as a question to the estimator; undefined where nothing is known of the model. */
export function inputOf(truth: TruthCase): EstimateInput | undefined {
  const engine = engineOf(truth)
  const architecture = architectureOf(truth)
  if (engine === undefined || architecture === undefined) return undefined
  return {
    architecture,
    weights: weightsOf(truth),
    settings: settingsOf(truth, engine),
    topology: topologyOf(truth),
  }
}

/** What the models of the cases are called in the catalogue, where their own name does not lead there. */
const CATALOGUE_NAMES: readonly (readonly [RegExp, string])[] = [
  [/DeepSeek.(R1|V3|671B)(?!.*Qwen)/i, 'DeepSeek-V3'],
  [/Coder-V2-Lite/, 'DeepSeek-V2-Lite'],
  [/Qwen3.235B|Models IQ6_K/, 'Qwen3-235B-A22B'],
  [/Llama 3\.1 8B/, 'Llama-3.1-8B'],
  [/Qwen3-32B/, 'Qwen3-32B'],
  [/Gemma-3-27B/i, 'Gemma-3-27B'],
  [/LLaMA v2/, 'Llama-2-13B'],
  [/GLM Z1 32B/, 'GLM-4-32B-0414'],
  [/Kimi.?K2/, 'Kimi-K2'],
  [/Gemma 4 E4B/, 'Gemma-4-E4B'],
  [/gpt-oss-20b/, 'gpt-oss-20b'],
  [/gpt-oss-120b/, 'gpt-oss-120b'],
  [/Mixtral 8x7B/, 'Mixtral-8x7B'],
  [/Llama-2 7B/, 'Llama-2-7B'],
  [/R1-0528-Qwen3-8B/, 'DeepSeek-R1-0528-Qwen3-8B'],
  [/qwen2\.5-vl-7b/, 'Qwen2.5-7B'],
  [/qwen3\.5-35b|^40-layer hybrid/, 'Qwen3.5-35B-A3B'],
  [/Qwen3\.5 \(32 layers|qwen35 32-layer|Ornith/, 'Qwen3.5-9B'],
  [/Mistral-Small-3\.2-24B/, 'Mistral-Small-24B-2501'],
]

/** The shape from the catalogue, corrected by what the log printed. */
function architectureOf(truth: TruthCase): ModelArchitecture | undefined {
  const name = CATALOGUE_NAMES.find(([pattern]) => pattern.test(truth.model))?.[1] ?? truth.model
  const resolved = resolveModel(name)
  const base = resolved.kind === 'found' ? resolved.row.architecture : fromGroups(truth)
  if (base === undefined) return undefined
  const log = truth.architecture
  const layers = numberOf(log['nLayer']) ?? base.layers
  const merged: ModelArchitecture = {
    ...base,
    layers,
    ...optional('hiddenSize', numberOf(log['nEmbd'])),
    ...optional('vocabSize', numberOf(log['nVocab'])),
    ...optional('attentionHeads', numberOf(log['nHead'])),
    ...mtpOf(truth, layers),
  }
  return truth.config.mlaAttn === 0 && merged.mla !== undefined ? withFullHeads(merged) : merged
}

/** A file may lack the MTP layers that its model has: the log counts what is there. */
function mtpOf({ config, logLines }: TruthCase, layers: number): Pick<ModelArchitecture, 'mtpLayers'> {
  if (logLines.some((line) => line.includes('"nextn_predict_layers": 1'))) return { mtpLayers: 1 }
  return config.totalLayers === undefined ? {} : { mtpLayers: Math.max(config.totalLayers - 1 - layers, 0) }
}

/** Early files of DeepSeek models hold no MLA matrices: full keys of 192 and values of 128 per head. */
function withFullHeads(architecture: ModelArchitecture): ModelArchitecture {
  const { mla, ...rest } = architecture
  if (mla === undefined) return architecture
  return { ...rest, kvHeads: architecture.attentionHeads ?? 0, headDimK: 192, headDimV: 128 }
}

/** Layer groups of the case's own arithmetic: shape only; how many cells they get is for the estimator to say. */
function fromGroups(truth: TruthCase): ModelArchitecture | undefined {
  const log = truth.architecture
  const groups = truth.kvModel?.groups?.filter(({ kind }) => kind === 'attn') ?? []
  const layers = numberOf(log['nLayer'])
  const [full, windowed] = groups
  if (full === undefined || layers === undefined) return undefined
  const listed = Array.isArray(log['nHeadKv']) ? (log['nHeadKv'] as PerLayer) : undefined
  const held = full.layers + (windowed?.layers ?? 0)
  const gap = layers - held
  return {
    ...(truth.model.includes(GEMMA_4_12B) ? GEMMA_4_12B_SHAPE : {}),
    name: truth.model,
    family: typeof log['arch'] === 'string' ? log['arch'] : 'unknown',
    layers,
    kvHeads: listed ?? [
      ...Array.from({ length: held }, () => full.kvHeads),
      ...Array.from({ length: Math.max(gap, 0) }, () => 0),
    ],
    headDimK: full.headDimK,
    headDimV: full.headDimV,
    ...(windowed === undefined
      ? {}
      : {
          slidingWindow: {
            tokens: numberOf(log['nSwa']) ?? 0,
            layers: [true, true, true, true, true, false],
            kvHeads: windowed.kvHeads,
            headDimK: windowed.headDimK,
            headDimV: windowed.headDimV,
          },
        }),
  }
}

const GEMMA_4_12B = 'gemma-4-12B'
const GEMMA_4_12B_SHAPE = {
  hiddenSize: 3840,
  feedForwardSize: 15_360,
  attentionHeads: 16,
  vocabSize: 262_144,
  tiedEmbeddings: true,
  contextLength: 131_072,
}

function settingsOf(truth: TruthCase, engine: EngineSettings['engine']): EngineSettings {
  const { config } = truth
  const mla = config.mlaAttn
  return {
    engine,
    ...optional('version', /^\d+\.\d+/.exec(truth.engineVersion ?? '')?.[0]),
    ...optional('contextTokens', config.maxModelLen ?? config.ctx),
    ...slotsOf(truth),
    ...optional('batchTokens', config.nBatch),
    ...optional('ubatchTokens', config.nUbatch),
    ...optional('kvTypeK', config.kvTypeK ?? config.kvCacheDtype),
    ...optional('kvTypeV', config.kvTypeV ?? config.kvCacheDtype),
    ...optional('flashAttention', config.flashAttn),
    ...optional('mlaValueCopy', mla === 1 ? true : undefined),
    ...optional('swaFull', config.swaFull ?? (isFork(truth) ? true : undefined)),
    ...optional('gpuLayers', config.gpuLayers === 99 ? undefined : config.gpuLayers),
    ...optional('gpuMemoryUtilization', config.gpuMemoryUtilization),
    ...optional('memFractionStatic', config.memFractionStatic),
    ...optional('tensorParallel', config.tensorParallel),
    ...optional('pipelineParallel', config.pipelineParallel),
    ...optional('maxNumSeqs', config.maxNumSeqs),
    ...optional('maxNumBatchedTokens', config.maxNumBatchedTokens),
    ...optional('blockTokens', config.blockSize),
    ...optional('dtype', config.dtype),
    ...optional('eager', config.enforceEager),
  }
}

/** `parallel` 4 without a word on `kvUnified` is the server's own default; logs of one sequence say nothing at all. */
function slotsOf({ config }: TruthCase): Pick<EngineSettings, 'parallel' | 'kvUnified'> {
  const parallel = config.parallel ?? 1
  return { parallel, kvUnified: config.kvUnified ?? parallel === 4 }
}

/** The size of the whole file: with tied embeddings the host's copy is a second one of a matrix on the GPU. */
function weightsOf(truth: TruthCase): WeightsSource {
  const { measured, config } = truth
  const name = quantizationOf(config.quantization)
  const perGpu = Object.entries(measured.weightsMiBPerDevice ?? {})
  if (measured.hostMiB !== undefined) {
    const onGpus = perGpu.reduce((sum, [, mib]) => sum + mib, 0)
    const tied = /gemma/i.test(truth.model)
    const total = onGpus + (tied ? 0 : measured.hostMiB.model)
    return { kind: 'total-bytes', bytes: mebibytes(total), ...optional('quantization', name) }
  }
  if (truth.model.includes(GEMMA_4_12B)) return { kind: 'total-bytes', bytes: mebibytes(6390) }
  if (engineOf(truth) === 'llama.cpp' && measured.weightsMiB !== undefined) {
    return { kind: 'total-bytes', bytes: mebibytes(measured.weightsMiB), ...optional('quantization', name) }
  }
  return { kind: 'quantization', name: name ?? config.dtype ?? 'bf16' }
}

function quantizationOf(text: string | null | undefined): string | undefined {
  if (text === undefined || text === null || text === 'None') return undefined
  if (text.includes('NVFP4')) return 'nvfp4'
  if (text.startsWith('fp8')) return 'fp8'
  return text
    .replace(/ - (Medium|Small|Large)$/, (_, size: string) => `_${size.slice(0, 1)}`)
    .replace(/ - .*$/, '')
}

function topologyOf({ gpu, measured }: TruthCase): GpuTopology {
  const none = missing('not-reported')
  const total = measured.gpuTotalMiB ?? gpu?.totalMiB
  const names = gpu?.name?.split('; ') ?? []
  const count = gpu === null ? 0 : (gpu.count ?? 1)
  return {
    gpus: Array.from({ length: count }, (_, index) => {
      const name = names[index] ?? names[0]
      return {
        name: name === undefined ? none : known(name),
        totalBytes: total === undefined ? none : known(mebibytes(total)),
        reservedBytes: none,
        freeBytes: none,
      }
    }),
    host: { totalBytes: none, availableBytes: none },
  }
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}

/** A key only where there is a value. */
function optional<K extends string, T>(key: K, value: T | undefined): Partial<Record<K, T>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, T>)
}
