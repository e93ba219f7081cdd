import type { Reading } from '../core/reading.ts'
import type { Ceiling } from './ceiling.ts'
import type { CgroupMemory, Container } from './snapshot.ts'
import type { Trend } from './trend.ts'

/**
 * Open on purpose: an engine is one file, and adds its id here only when code must branch on it.
 * `pytorch` is a torch process with no generation server recognised; it has no inference ceiling.
 */
export const ENGINE_IDS = [
  'vllm',
  'sglang',
  'llama.cpp',
  'ollama',
  'tgi',
  'tensorrt-llm',
  'lmdeploy',
  'exllama',
  'koboldcpp',
  'lmstudio',
  'text-generation-webui',
  'transformers',
  'pytorch',
  'unknown',
] as const
export type EngineId = (typeof ENGINE_IDS)[number]

/** All processes of one engine instance under its root process. */
export interface Workload {
  /** `vllm:4200`: engine and root pid. */
  readonly id: string
  readonly engine: EngineId
  /** Missing of one that is known by its metrics alone, without any process. */
  readonly rootPid: Reading<number>
  readonly pids: readonly number[]
  readonly user: Reading<string>
  readonly container: Container | undefined
  readonly command: readonly string[]
  readonly state: WorkloadState
  readonly idleSeconds: Reading<number>
  readonly model: WorkloadModel
  readonly config: WorkloadConfig
  readonly memory: WorkloadMemory
  readonly kv: KvCache
  /** Set where the instance spans nodes and only some of its ranks run here: needs and memory are of these alone. */
  readonly partial: PartialInstance | undefined
  /** What the engine could tell and does not, each with the one change that would make it. */
  readonly telemetryGaps: readonly TelemetryGap[]
  /** The control group of its root process that limits it most; missing where none does. */
  readonly cgroup: Reading<CgroupMemory>
  /** What keeps it from the whole of a card, beside a MIG instance: the tightest of each card first. */
  readonly vramLimits: readonly VramLimit[]
  readonly requests: {
    readonly running: Reading<number>
    readonly waiting: Reading<number>
    readonly preemptions: Reading<number>
  }
  readonly throughput: {
    readonly promptTokensPerSecond: Reading<number>
    readonly generatedTokensPerSecond: Reading<number>
  }
  readonly ceiling: Reading<Ceiling>
  readonly trend: { readonly memory: Trend; readonly kv: Trend }
  readonly headroom: {
    readonly bytes: Reading<number>
    readonly tokens: Reading<number>
    /** In requests of the size seen lately. */
    readonly requests: Reading<number>
  }
}

export const VRAM_LIMIT_KINDS = ['cgroup', 'mps'] as const

/** A limit below a card's own on what processes may hold of it. */
export interface VramLimit {
  readonly kind: (typeof VRAM_LIMIT_KINDS)[number]
  readonly gpu: string
  /** Of the control group; undefined of MPS, and where only metrics tell of it. */
  readonly path: string | undefined
  readonly limitBytes: number
  /** All that counts against it. */
  readonly usedBytes: Reading<number>
}

/** Some of the ranks of one engine instance. */
export interface PartialInstance {
  /** The same on every node of the instance: what joins them into one row of a fleet. */
  readonly instance: string
  readonly ranksHere: number
  readonly ranksInAll: Reading<number>
}

export interface TelemetryGap {
  /** `KV cache use`. */
  readonly what: string
  /** `add --enable-metrics to the command`. */
  readonly remedy: string
}

export type WorkloadState = 'loading' | 'serving' | 'idle' | 'sleeping' | 'unloading'

export interface WorkloadModel {
  readonly name: Reading<string>
  readonly source: Reading<'argv' | 'api' | 'file' | 'catalogue'>
  readonly quantization: Reading<string>
  readonly parameters: Reading<number>
}

export type SettingOrigin = 'argv' | 'environment' | 'api' | 'file' | 'default'

/** The settings that decide memory. */
export interface WorkloadConfig {
  readonly contextTokens: Reading<number>
  readonly parallel: Reading<number>
  readonly kvTypeK: Reading<string>
  readonly kvTypeV: Reading<string>
  readonly gpuLayers: Reading<number>
  readonly tensorParallel: Reading<number>
  readonly gpuMemoryUtilization: Reading<number>
  /** Where each was read. */
  readonly origins: Readonly<Partial<Record<ConfigKey, SettingOrigin>>>
  /** The engine's flag or variable that changes it: as it was written, else as the engine calls it; absent where it has none. */
  readonly flags: Readonly<Partial<Record<ConfigKey, string>>>
  /** Flags that can't be read, or whose effect on memory is not computed: one sentence each. The ceiling leaves them out. */
  readonly problems: readonly string[]
}

export type ConfigKey = Exclude<keyof WorkloadConfig, 'origins' | 'flags' | 'problems'>

/** The known slices plus `unexplainedBytes` sum to `usedBytes`; unexplained may be negative, and is then a finding. */
export interface WorkloadMemory {
  readonly usedBytes: Reading<number>
  readonly slices: Slices
  readonly perGpu: readonly GpuShare[]
  readonly residentBytes: Reading<number>
  /** Share of the weights that is on the CPU, 0–1. */
  readonly onCpuRatio: Reading<number>
}

/** What it holds on one card; the slices of all cards sum to its slices. */
export interface GpuShare {
  readonly uuid: string
  readonly usedBytes: Reading<number>
  readonly slices: Slices
}

export interface Slices {
  readonly weightsBytes: Reading<number>
  /** Attention KV: the pool of a preallocating engine, or what has grown. */
  readonly kvBytes: Reading<number>
  /** Recurrent state. */
  readonly stateBytes: Reading<number>
  /** Compute buffers and peak activations. */
  readonly activationsBytes: Reading<number>
  /** CUDA context, NCCL, CUDA graphs, allocator slack. */
  readonly overheadBytes: Reading<number>
  readonly unexplainedBytes: Reading<number>
}

/** What each slice is called where it is a label of a metric, written and read. */
export const SLICE_LABELS: readonly (readonly [label: string, slice: keyof Slices])[] = [
  ['weights', 'weightsBytes'],
  ['kv_cache', 'kvBytes'],
  ['state', 'stateBytes'],
  ['activations', 'activationsBytes'],
  ['overhead', 'overheadBytes'],
  ['unexplained', 'unexplainedBytes'],
]

export interface KvCache {
  /** Whether the engine takes its KV memory at start or token by token: it decides which curve is watched. */
  readonly growth: Reading<'preallocated' | 'on-demand'>
  readonly capacityBytes: Reading<number>
  readonly usedBytes: Reading<number>
  readonly capacityTokens: Reading<number>
  /** What live requests claim; prefix-cache blocks and idle slots are not used. */
  readonly usedTokens: Reading<number>
  readonly reusableTokens: Reading<number>
  readonly usedRatio: Reading<number>
  readonly bytesPerToken: Reading<number>
  /** One entry per data-parallel engine. */
  readonly perEngine: readonly { readonly label: string; readonly usedRatio: number }[]
  /** One entry per slot of an engine that has them (llama-server). */
  readonly slots: readonly KvSlot[]
}

/** A place for one request at a time, with a context of its own. */
export interface KvSlot {
  readonly id: number
  readonly generating: boolean
  readonly tokens: Reading<number>
  readonly contextTokens: Reading<number>
  /** What the request may still generate; missing where it has no limit of its own. */
  readonly remainingTokens: Reading<number>
}
