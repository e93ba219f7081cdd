import type { ModelArchitecture, PerLayer } from '../model/architecture.ts'

/** What one decoder layer keeps of the tokens it has seen. */
export interface Layer {
  readonly index: number
  /** 0: no attention KV of its own. */
  readonly kvHeads: number
  readonly headDimK: number
  readonly headDimV: number
  /** Width of the latent vector that replaces keys and values (MLA); 0 = none. */
  readonly latentDim: number
  /** Width of the sparse-attention indexer's key; 0 = none. */
  readonly indexerDim: number
  /** The window, or the chunk; 0 = the full context. */
  readonly windowTokens: number
  /** Fixed chunks instead of a window that slides. */
  readonly chunked: boolean
  readonly recurrent: boolean
}

/** The decoder layers of a model in order; multi-token-prediction layers are not among them. */
export function layersOf(architecture: ModelArchitecture): readonly Layer[] {
  return Array.from({ length: architecture.layers }, (_, index) => layer(architecture, index))
}

/** The value of a layer; beyond the end of a list it is 0. */
export function atLayer(value: PerLayer, index: number): number {
  return typeof value === 'number' ? value : (value[index] ?? 0)
}

/** The largest value over all layers. */
export function largest(value: PerLayer): number {
  return typeof value === 'number' ? value : value.reduce((a, b) => Math.max(a, b), 0)
}

/** A pattern that repeats over the layers; an empty one covers none. */
export function repeats(pattern: readonly boolean[] | undefined, index: number): boolean {
  return pattern?.[index % pattern.length] ?? false
}

function layer(architecture: ModelArchitecture, index: number): Layer {
  const recurrent = repeats(architecture.recurrent?.layers, index)
  const dims = dimensions(architecture, index)
  const kvHeads = headsOf(architecture, index, recurrent, dims.windowHeads)
  return {
    index,
    kvHeads,
    headDimK: dims.headDimK,
    headDimV: dims.headDimV,
    latentDim: kvHeads > 0 ? latentDim(architecture) : 0,
    indexerDim: kvHeads > 0 ? indexerDim(architecture, index) : 0,
    windowTokens: dims.windowTokens,
    chunked: dims.windowTokens > 0 && architecture.slidingWindow?.chunked === true,
    recurrent,
  }
}

interface Dimensions {
  readonly headDimK: number
  readonly headDimV: number
  readonly windowTokens: number
  /** Where windowed layers have a number of KV heads of their own. */
  readonly windowHeads: number | undefined
}

function dimensions({ slidingWindow, headDimK, headDimV }: ModelArchitecture, index: number): Dimensions {
  if (slidingWindow === undefined || !repeats(slidingWindow.layers, index)) {
    return { headDimK, headDimV, windowTokens: 0, windowHeads: undefined }
  }
  return {
    headDimK: slidingWindow.headDimK ?? headDimK,
    headDimV: slidingWindow.headDimV ?? headDimV,
    windowTokens: slidingWindow.tokens,
    windowHeads: slidingWindow.kvHeads ?? undefined,
  }
}

function latentDim({ mla }: ModelArchitecture): number {
  return mla === undefined ? 0 : mla.kvLoraRank + mla.qkRopeHeadDim
}

function indexerDim({ indexer }: ModelArchitecture, index: number): number {
  if (indexer === undefined) return 0
  return indexer.layers === undefined || repeats(indexer.layers, index) ? indexer.headDim : 0
}

function headsOf(
  { kvHeads, recurrent, layers, kvSharedLayers = 0 }: ModelArchitecture,
  index: number,
  isRecurrent: boolean,
  windowHeads: number | undefined,
): number {
  if (index >= layers - kvSharedLayers) return 0
  if (isRecurrent && typeof kvHeads === 'number' && recurrent?.layers.includes(false) === true) return 0
  const heads = atLayer(kvHeads, index)
  return heads > 0 ? (windowHeads ?? heads) : 0
}
