import { both, known, map, missing, type Reading } from '../core/reading.ts'
import { gibibytes } from '../core/units.ts'
import type { RecurrentState } from '../model/architecture.ts'
import type { WeightsSource } from '../model/weights.ts'
import { cudaContextBytes } from './cuda-context.ts'
import type { EstimateInput, Term } from './estimate-types.ts'
import { layersOf, type Layer } from './layers.ts'
import { computeBytes, hostComputeBytes } from './llama-cpp-compute.ts'
import { layerCaches, type LayerCache } from './llama-cpp-kv.ts'
import { llamaCppSettings, type LlamaCppSettings } from './llama-cpp-settings.ts'
import { HOST, placement, placeWeights, spreadOver, type PlacedWeights, type Placement } from './placement.ts'
import type { GpuParts, PartError, PartErrors, Plan, PreparedEngine } from './plan.ts'
import { within } from './range.ts'
import type { EngineSettings } from './settings.ts'
import { uncountedDraft } from './uncounted-draft.ts'
import { layoutOf } from './weights.ts'

/** What does not depend on the context is worked out once, so that many contexts can be tried. */
export function prepareLlamaCpp(input: EstimateInput): PreparedEngine {
  const { architecture, settings, topology } = input
  const layers = layersOf(architecture)
  const draft = settings.specMethod === 'mtp' ? draftLayers(layers, architecture.mtpLayers ?? 1) : []
  const placed = placement(architecture.layers, architecture.mtpLayers ?? 0, settings, topology)
  const weights = map(layoutOf(input.weights, architecture), (layout) =>
    placeWeights(layout, placed, settings, draft.length > 0),
  )
  const planWith = (wanted: EngineSettings) => {
    const resolved = llamaCppSettings(wanted, architecture, topology)
    const caches =
      resolved.kind === 'missing'
        ? resolved
        : cachesOf([...layers, ...draft], resolved.value, architecture.recurrent)
    return planOf({ input, layers, placed, weights, resolved, caches })
  }
  return {
    plan: planWith(settings),
    longest: {
      kind: 'by-trying',
      planAt: (tokens) => planWith({ ...settings, contextTokens: tokens * slotsInContext(settings) }),
    },
  }
}

/** `-c` is divided among the slots unless they share one cache; Ollama's `num_ctx` is that of one slot. */
function slotsInContext(settings: EngineSettings): number {
  const { engine, kvUnified } = settings
  if (engine === 'ollama' || engine === 'koboldcpp' || engine === 'lmstudio' || kvUnified === true) return 1
  return settings.parallel ?? 1
}

function cachesOf(
  layers: readonly Layer[],
  settings: LlamaCppSettings,
  recurrent: RecurrentState | undefined,
): Reading<readonly LayerCache[]> {
  const caches = layerCaches(layers, settings, recurrent)
  return caches === undefined
    ? missing(
        'not-supported',
        `the size of a KV cache of type '${settings.typeK}' and '${settings.typeV}' is unknown`,
      )
    : known(caches, 'derived')
}

interface Prepared {
  readonly input: EstimateInput
  readonly layers: readonly Layer[]
  readonly placed: Placement
  readonly weights: Reading<PlacedWeights>
  readonly resolved: Reading<LlamaCppSettings>
  readonly caches: Reading<readonly LayerCache[]>
}

function planOf(prepared: Prepared): Plan {
  const { input, placed, weights, resolved } = prepared
  const caches = placeCaches(prepared)
  const compute = computeOf(prepared)
  const perGpu = Array.from({ length: placed.gpuCount }, (_, gpu): GpuParts => {
    // a GPU that is there is used for large batches even when every layer is on the host
    const isUsed = input.topology.gpus.length > 0 || placed.output !== HOST
    return {
      weightsBytes: map(weights, ({ perGpu: bytes }) => bytes[gpu] ?? 0),
      kvBytes: map(caches, ({ kv }) => kv[gpu] ?? 0),
      stateBytes: map(caches, ({ state }) => state[gpu] ?? 0),
      activationsBytes: isUsed ? compute : known(0, 'derived'),
      overheadBytes: known(isUsed ? overhead(input, gpu) : 0, 'derived'),
    }
  })
  return {
    kvGrowth: 'preallocated',
    perGpu,
    host: {
      weightsBytes: map(weights, ({ hostBytes }) => hostBytes),
      kvBytes: map(caches, ({ hostBytes }) => hostBytes),
      workings: resolved.kind === 'missing' ? [] : hostTerms(prepared, resolved.value),
    },
    kv: kvOf(prepared),
    errors: errorsOf(input, prepared.layers),
    assumptions: assumptionsOf(input),
  }
}

interface PlacedCaches {
  readonly kv: readonly number[]
  readonly state: readonly number[]
  readonly hostBytes: number
}

function placeCaches({ placed, caches, resolved }: Prepared): Reading<PlacedCaches> {
  return both(caches, resolved, (layerCaches, { kvOnGpu }) => {
    const kv = new Array<number>(placed.gpuCount).fill(0)
    const state = new Array<number>(placed.gpuCount).fill(0)
    let hostBytes = 0
    layerCaches.forEach((cache, index) => {
      const device = kvOnGpu ? (placed.layers[index] ?? placed.output) : HOST
      if (device === HOST) hostBytes += cache.kvBytes + cache.stateBytes
      else {
        spreadOver(kv, placed.kvShares, device, cache.kvBytes)
        spreadOver(state, placed.kvShares, device, cache.stateBytes)
      }
    })
    return { kv, state, hostBytes }
  })
}

function computeOf({ input, layers, placed, weights, resolved }: Prepared): Reading<number> {
  if (resolved.kind === 'missing') return resolved
  const { kvOnGpu } = resolved.value
  return computeBytes(input.architecture, layers, resolved.value, {
    pipeline: isPipeline(placed, kvOnGpu),
    hostMatrixBytes: weights.kind === 'known' ? weights.value.largestHostMatrixBytes : 0,
    attentionOnGpu: kvOnGpu,
  })
}

/** llama-context.cpp: only with everything on several GPUs, split by layer, and nothing kept back by hand. */
function isPipeline(placed: Placement, kvOnGpu: boolean): boolean {
  return (
    placed.gpuCount > 1 &&
    placed.weightShares === undefined &&
    placed.everythingOnGpu &&
    !placed.hasOverrides &&
    kvOnGpu
  )
}

function overhead({ topology, settings }: EstimateInput, gpu: number): number {
  const projector = gpu === 0 && settings.mmprojOnGpu !== false ? (settings.mmprojBytes ?? 0) : 0
  return cudaContextBytes(topology.gpus[gpu], 'llama.cpp') + projector
}

/** llama-server's own defaults: 8 GiB of prompt cache, 32 checkpoints per slot for models that can't go back; others have neither. */
function hostTerms({ input, layers, placed, caches }: Prepared, settings: LlamaCppSettings): readonly Term[] {
  const { cacheRamBytes = gibibytes(8), contextCheckpoints = 32 } = input.settings
  const compute = hostComputeBytes(input.architecture, layers, settings, isPipeline(placed, settings.kvOnGpu))
  const checkpoint = caches.kind === 'known' ? checkpointBytes(layers, caches.value, settings) : 0
  const buffers = { term: 'host compute and output buffers', bytes: compute }
  const { engine } = input.settings
  if (engine === 'koboldcpp' || engine === 'lmstudio') return [buffers]
  return [
    buffers,
    { term: 'prompt cache, at most', bytes: Math.max(cacheRamBytes, 0) },
    { term: 'context checkpoints, at most', bytes: checkpoint * contextCheckpoints * settings.slots },
  ].filter(({ bytes }) => bytes > 0)
}

/** What can't be rolled back for one sequence: windows and recurrent state. */
function checkpointBytes(
  layers: readonly Layer[],
  caches: readonly LayerCache[],
  settings: LlamaCppSettings,
): number {
  return layers.reduce((sum, layer, index) => {
    const cache = caches[index]
    if (cache === undefined) return sum
    const window = settings.swaFull ? 0 : Math.min(layer.windowTokens, settings.cellsPerStream)
    return sum + window * cache.cellBytes + cache.stateBytes / settings.stateCells
  }, 0)
}

function kvOf({ caches, resolved, layers }: Prepared): Plan['kv'] {
  const totals = both(caches, resolved, (all, settings) => {
    // a draft layer's cache is counted too: it grows with the same tokens
    const bytes = all.reduce((sum, cache) => sum + cache.kvBytes, 0)
    const marginal = all.reduce((sum, cache) => sum + (cache.grows ? cache.cellBytes : 0), 0)
    const cells = layers.some((layer) => layer.kvHeads > 0) ? settings.cellsPerStream * settings.streams : 0
    const capacityTokens = settings.cellsPerStream * settings.streams
    return { bytes, marginal, cells, capacityTokens }
  })
  return {
    bytes: map(totals, ({ bytes }) => bytes),
    bytesPerToken: map(totals, ({ bytes, capacityTokens }) => bytes / capacityTokens),
    marginalBytesPerToken: map(totals, ({ marginal }) => marginal),
    cells: map(totals, ({ cells }) => cells),
    capacityTokens: map(totals, ({ capacityTokens }) => capacityTokens),
  }
}

/** MTP layers that draft tokens: full attention, each with its own cache. */
function draftLayers(layers: readonly Layer[], count: number): readonly Layer[] {
  const model = layers.findLast((layer) => layer.kvHeads > 0 && layer.windowTokens === 0)
  return model === undefined
    ? []
    : Array.from({ length: count }, (_, i) => ({ ...model, index: layers.length + i, recurrent: false }))
}

/**
 * From the errors in docs/accuracy.md. The whole of a file is known to the byte, but not how it is spread over several GPUs:
 * an output matrix of another type moves 3 %.
 */
function errorsOf({ weights, topology }: EstimateInput, layers: readonly Layer[]): PartErrors {
  const latentOrHybrid = layers.some((layer) => layer.recurrent || layer.latentDim > 0)
  return {
    weights: weightsError(weights.kind, topology.gpus.length),
    kv: within(0.0005),
    activations: within(latentOrHybrid ? 0.15 : 0.1, 16),
    overhead: within(0.25, 64),
  }
}

function weightsError(kind: WeightsSource['kind'], gpus: number): PartError {
  switch (kind) {
    case 'tensors':
      return within(0.001)
    case 'total-bytes':
      return within(gpus > 1 ? 0.035 : 0.01)
    case 'quantization':
      return within(0.035)
  }
}

function assumptionsOf({ settings, topology }: EstimateInput): readonly string[] {
  const found: string[] = []
  if (settings.parallel === undefined && settings.engine === 'llama.cpp') {
    found.push('4 slots that share one cache, as llama-server does when -np is not given')
  }
  if (settings.gpuLayers === undefined) found.push('all layers on the GPU')
  if (topology.gpus.length > 0 && topology.gpus.every((gpu) => gpu.name.kind === 'missing')) {
    found.push('a CUDA context as on cards of this size, because the name of the GPU is not known')
  }
  found.push(...uncountedDraft(settings))
  return found
}
