import type { Reading } from '../core/reading.ts'
import type { ModelArchitecture } from '../model/architecture.ts'
import type { FitGpu } from '../model/fit.ts'
import type { ReportedMemory } from '../model/reported-memory.ts'
import type { WeightsSource } from '../model/weights.ts'
import type { EngineSettings } from './settings.ts'
import type { GpuTopology } from './topology.ts'

export interface EstimateInput {
  readonly architecture: ModelArchitecture
  /** True where the architecture was taken from llmtop's catalogue by name instead of read from the model. */
  readonly fromCatalogue?: boolean
  readonly weights: WeightsSource
  readonly settings: EngineSettings
  readonly topology: GpuTopology
  /** What the engine printed at its start; it replaces the computed parts. */
  readonly reported?: ReportedMemory
}

/** What a model needs, by device and part. All sizes in bytes; a part that can't be known is missing with its reason. */
export interface Estimate {
  readonly basis: 'engine-log' | 'tensors' | 'formula' | 'catalogue'
  /** `on-demand`: KV is taken token by token (transformers); the numbers are those at the full context. */
  readonly kvGrowth: 'preallocated' | 'on-demand'
  /** One entry per GPU that the model uses. */
  readonly perGpu: readonly GpuEstimate[]
  readonly host: HostEstimate
  /** All GPUs together. */
  readonly neededBytes: Reading<number>
  readonly lowBytes: Reading<number>
  readonly highBytes: Reading<number>
  readonly kv: KvEstimate
  /** Terms over all GPUs (not the host) that sum to `neededBytes`. */
  readonly workings: readonly Term[]
  readonly fits: Fit
  /** What was assumed because nobody said it, in words. */
  readonly assumptions: readonly string[]
}

export interface Fit {
  readonly verdict: 'yes' | 'no' | 'unsure'
  readonly reason: string
}

export interface Term {
  readonly term: string
  readonly bytes: number
}

/** What one GPU holds, as `llmtop fit` reports it; `totalBytes` is missing where the GPU is only assumed. */
export type GpuEstimate = Omit<FitGpu, 'name'>

export interface HostEstimate {
  readonly weightsBytes: Reading<number>
  readonly kvBytes: Reading<number>
  /** Compute and output buffers, prompt cache, context checkpoints, multimodal caches. */
  readonly otherBytes: Reading<number>
  readonly workings: readonly Term[]
}

export interface KvEstimate {
  /** Over all GPUs and the host, recurrent state not counted. */
  readonly bytes: Reading<number>
  /** `bytes` ÷ tokens at the full context. */
  readonly bytesPerToken: Reading<number>
  /** What one more token costs at the end of the context; windowed layers have stopped growing there. */
  readonly marginalBytesPerToken: Reading<number>
  /** Tokens of the full-attention cache that are allocated, all streams together. */
  readonly cells: Reading<number>
  /** Tokens that the cache can hold, all requests together. */
  readonly capacityTokens: Reading<number>
  /** The longest single request that fits these GPUs with these settings. */
  readonly maxContextTokens: Reading<number>
}
