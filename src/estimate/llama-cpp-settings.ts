import type { ModelArchitecture } from '../model/architecture.ts'
import { known, missing, type Reading } from '../core/reading.ts'
import type { EngineId } from '../model/workload.ts'
import type { EngineSettings } from './settings.ts'
import type { GpuTopology } from './topology.ts'
import { gibibytes } from '../core/units.ts'

/** llama.cpp's settings with nothing left open: what the server ends up with, not what was typed. */
export interface LlamaCppSettings {
  /** Of one sequence at most, padded. */
  readonly contextPerSlot: number
  readonly slots: number
  readonly unified: boolean
  /** Caches that exist side by side: 1 when unified, else one per slot. */
  readonly streams: number
  /** Cells of the full-attention cache in one stream. */
  readonly cellsPerStream: number
  readonly ubatchTokens: number
  readonly typeK: string
  readonly typeV: string
  /** MLA keeps no values, save for a copy in some builds. */
  readonly mlaValueDim: number
  readonly flashAttention: boolean
  readonly swaFull: boolean
  readonly kvOnGpu: boolean
  /** Rows of logits that the graph is reserved for. */
  readonly logitsRows: number
  /** Cells per recurrent layer: one per slot, and one more per draft token for rolling back. */
  readonly stateCells: number
}

/** Caches are padded to this many cells. */
const CELL_PADDING = 256

/**
 * Missing when neither the settings nor the model say how long the context is.
 * Rules: llama.cpp v0.5.0, `llama_context` and `server_context` (4 unified slots when `-np` is not given).
 */
export function llamaCppSettings(
  settings: EngineSettings,
  architecture: ModelArchitecture,
  topology: GpuTopology,
): Reading<LlamaCppSettings> {
  const slots = slotsOf(settings)
  const requested = requestedContext(settings, architecture, topology, slots.slots)
  if (requested === undefined) {
    return missing('not-reported', 'neither the settings nor the model state a context length')
  }
  const context = padCells(requested)
  const cellsPerStream = slots.unified ? context : padCells(Math.floor(context / slots.slots))
  const ubatchTokens = ubatchOf(settings, context)
  const stateCells = slots.slots * (1 + (settings.specTokens ?? 0))
  return known(
    {
      ...slots,
      ...cacheOf(settings, architecture),
      contextPerSlot: cellsPerStream,
      streams: slots.unified ? 1 : slots.slots,
      cellsPerStream,
      ubatchTokens,
      logitsRows: settings.logitsRows === 'all' ? ubatchTokens : stateCells,
      stateCells,
    },
    'derived',
  )
}

function slotsOf(settings: EngineSettings): Pick<LlamaCppSettings, 'slots' | 'unified'> {
  const { engine, parallel, kvUnified } = settings
  const slots = Math.max(parallel ?? usualSlots(engine), 1)
  // one sequence more than what runs side by side (gpttype_adapter.cpp)
  if (engine === 'koboldcpp') return { slots: slots > 1 ? slots + 1 : 1, unified: true }
  const isShared = engine === 'lmstudio' || (engine === 'llama.cpp' && parallel === undefined)
  return { slots, unified: kvUnified ?? isShared }
}

/** Slots where the settings name none: llama-server since 2025, and LM Studio since 0.4. */
export function usualSlots(engine: EngineId): number {
  return engine === 'llama.cpp' || engine === 'lmstudio' ? 4 : 1
}

function ubatchOf(settings: EngineSettings, context: number): number {
  return Math.min(settings.ubatchTokens ?? 512, settings.batchTokens ?? 2048, context)
}

function cacheOf(
  settings: EngineSettings,
  architecture: ModelArchitecture,
): Pick<LlamaCppSettings, 'typeK' | 'typeV' | 'mlaValueDim' | 'flashAttention' | 'swaFull' | 'kvOnGpu'> {
  const {
    kvTypeK = 'f16',
    kvTypeV = 'f16',
    flashAttention = true,
    swaFull = false,
    kvOnGpu = true,
  } = settings
  return {
    typeK: kvTypeK.toLowerCase(),
    typeV: kvTypeV.toLowerCase(),
    mlaValueDim: settings.mlaValueCopy === true ? (architecture.mla?.kvLoraRank ?? 0) : 0,
    flashAttention,
    swaFull,
    kvOnGpu,
  }
}

/** `default_maxctx` of KoboldCpp 1.117.1, and `extra_context_handle_fragmentation`, which it adds to every context. */
const KOBOLDCPP_CONTEXT = 12_288
const KOBOLDCPP_SPARE_TOKENS = 128

export function padCells(tokens: number): number {
  return Math.ceil(tokens / CELL_PADDING) * CELL_PADDING
}

function requestedContext(
  settings: EngineSettings,
  architecture: ModelArchitecture,
  topology: GpuTopology,
  slots: number,
): number | undefined {
  const stated = settings.contextTokens === 0 ? undefined : settings.contextTokens
  if (settings.engine === 'koboldcpp') return (stated ?? KOBOLDCPP_CONTEXT) + KOBOLDCPP_SPARE_TOKENS
  if (settings.engine !== 'ollama') return stated ?? architecture.contextLength
  const perSlot = stated ?? ollamaContext(topology)
  return perSlot === undefined ? undefined : Math.min(perSlot, architecture.contextLength ?? perSlot) * slots
}

/** Ollama's default since 0.15.5, by the memory of all GPUs together. */
function ollamaContext(topology: GpuTopology): number | undefined {
  if (topology.gpus.length === 0) return undefined
  const total = topology.gpus.reduce(
    (sum, gpu) => sum + (gpu.totalBytes.kind === 'known' ? gpu.totalBytes.value : 0),
    0,
  )
  if (total >= gibibytes(47)) return 262_144
  return total >= gibibytes(23) ? 32_768 : 4096
}
