import type { ModelArchitecture } from '../model/architecture.ts'
import { atLayer, layersOf, repeats, type Layer } from './layers.ts'

/** How many weights a model has, by the role that decides where they are placed and how they are quantised. */
export interface ParameterCount {
  readonly total: number
  readonly tokenEmbedding: number
  /** 0 where the output matrix is tied to the token embedding. */
  readonly output: number
  /** Per-layer token embeddings (Gemma 3n and 4 E models). */
  readonly perLayerEmbedding: number
  readonly layers: readonly LayerParameters[]
}

export interface LayerParameters {
  /** Attention or recurrent part, and the router. */
  readonly attention: number
  /** Dense network and shared experts. */
  readonly dense: number
  readonly experts: number
}

/**
 * The weights of all matrices, computed from the shape (norms and biases are left out: less than 0.1 %). Undefined where
 * the shape is not fully stated. Vision encoders and MTP layers are not counted.
 */
export function parameterCount(architecture: ModelArchitecture): ParameterCount | undefined {
  const { hiddenSize, vocabSize, attentionHeads } = architecture
  if (hiddenSize === undefined || vocabSize === undefined || attentionHeads === undefined) return undefined
  if (architecture.feedForwardSize === undefined && architecture.moe === undefined) return undefined
  const tokenEmbedding = vocabSize * hiddenSize
  const output = architecture.tiedEmbeddings === true ? 0 : tokenEmbedding
  const perLayer = architecture.perLayerEmbeddings
  const perLayerEmbedding =
    perLayer === undefined ? 0 : perLayer.vocabSize * perLayer.size * architecture.layers
  const layers = layersOf(architecture).map((layer) => ({
    attention:
      attention(architecture, layer, hiddenSize) +
      router(architecture, layer.index, hiddenSize) +
      (perLayer === undefined ? 0 : 3 * perLayer.size * hiddenSize),
    dense: dense(architecture, layer.index, hiddenSize),
    experts: experts(architecture, layer.index, hiddenSize),
  }))
  const inLayers = layers.reduce((sum, layer) => sum + layer.attention + layer.dense + layer.experts, 0)
  const positions = (architecture.learnedPositions ?? 0) * hiddenSize
  return {
    total: tokenEmbedding + output + perLayerEmbedding + positions + inLayers,
    tokenEmbedding: tokenEmbedding + positions,
    output,
    perLayerEmbedding,
    layers,
  }
}

function attention(a: ModelArchitecture, layer: Layer, hidden: number): number {
  const state = layer.recurrent ? recurrentPart(a, hidden) : 0
  const heads = atLayer(a.attentionHeads ?? 0, layer.index)
  // layers that share KV still have their own queries; the others with no KV heads have no attention at all
  const shared = layer.index >= a.layers - (a.kvSharedLayers ?? 0)
  if (layer.kvHeads === 0 && !shared) return state
  if (a.mla !== undefined) return state + latentAttention(a, heads, hidden)
  const query = heads * layer.headDimK * (a.attentionGate === true ? 2 : 1)
  const keysAndValues = layer.kvHeads * (layer.headDimK + layer.headDimV)
  return state + hidden * (query + keysAndValues) + heads * layer.headDimV * hidden
}

function latentAttention(a: ModelArchitecture, heads: number, hidden: number): number {
  if (a.mla === undefined) return 0
  const { kvLoraRank, qkRopeHeadDim, qLoraRank, qkNopeHeadDim = 128, vHeadDim = 128 } = a.mla
  const queryWidth = heads * (qkNopeHeadDim + qkRopeHeadDim)
  const query = qLoraRank === undefined ? hidden * queryWidth : hidden * qLoraRank + qLoraRank * queryWidth
  const keyValue = hidden * (kvLoraRank + qkRopeHeadDim) + kvLoraRank * heads * (qkNopeHeadDim + vHeadDim)
  const indexer =
    a.indexer === undefined
      ? 0
      : (qLoraRank ?? hidden) * (a.indexer.heads ?? 0) * a.indexer.headDim + hidden * a.indexer.headDim
  return query + keyValue + heads * vHeadDim * hidden + indexer
}

/** Input projection to (gate, inner, B, C) and output projection; convolution and step sizes are small. */
function recurrentPart(a: ModelArchitecture, hidden: number): number {
  if (a.recurrent === undefined) return 0
  const { innerSize, stateSize, groups } = a.recurrent
  if (stateSize === 0) return 4 * hidden * innerSize
  return hidden * (2 * innerSize + 2 * groups * stateSize) + innerSize * hidden
}

function hasExperts(a: ModelArchitecture, index: number): boolean {
  if (a.moe === undefined || index < (a.moe.leadingDenseLayers ?? 0)) return false
  return a.moe.layers === undefined || repeats(a.moe.layers, index)
}

function router(a: ModelArchitecture, index: number, hidden: number): number {
  return hasExperts(a, index) ? (a.moe?.experts ?? 0) * hidden : 0
}

function dense(a: ModelArchitecture, index: number, hidden: number): number {
  const matrices = a.feedForwardMatrices ?? 3
  const size = atLayer(a.feedForwardSize ?? 0, index)
  if (!hasExperts(a, index)) return matrices * hidden * size
  const shared = matrices * hidden * (a.moe?.sharedFeedForwardSize ?? 0)
  return a.moe?.besideDense === true ? shared + matrices * hidden * size : shared
}

function experts(a: ModelArchitecture, index: number, hidden: number): number {
  if (a.moe === undefined || !hasExperts(a, index)) return 0
  return (a.feedForwardMatrices ?? 3) * a.moe.experts * hidden * a.moe.expertFeedForwardSize
}
