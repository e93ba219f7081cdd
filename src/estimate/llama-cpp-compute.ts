import type { ModelArchitecture } from '../model/architecture.ts'
import { known, missing, type Reading } from '../core/reading.ts'
import { largest, type Layer } from './layers.ts'
import { cellsPerStream } from './llama-cpp-kv.ts'
import type { LlamaCppSettings } from './llama-cpp-settings.ts'

/** What the compute buffer depends on besides model and settings. */
export interface ComputeContext {
  /** Several GPUs, everything on them, split by layer: graph inputs exist four times (GGML_SCHED_MAX_COPIES). */
  readonly pipeline: boolean
  /** The largest matrix that is kept on the host: it is copied through the buffer for large batches. */
  readonly hostMatrixBytes: number
  /** Whether attention runs on the GPU. */
  readonly attentionOnGpu: boolean
}

/**
 * Bytes of llama.cpp's compute buffer on one GPU: the peak of one micro-batch against a full cache, reserved at the start.
 *
 * Closed forms that reproduce the allocator (a dry run of llama.cpp v0.5.0 over 25 shapes, and public logs). The peak lies
 * - in a feed-forward network: 4·ub·(F + 2E + HD) with F = 3·FF, or used·(E + 3·FX) with experts;
 * - or, with flash attention on a quantised cache, in an attention layer: CUDA unpacks K and V of one layer to 16 bits;
 * - or, without flash attention, in the matrix of scores: 4·ub·H·cells;
 * - or in the logits of all rows, where the program asks for them.
 * Beside it stand the inputs: the embedded micro-batch and the masks.
 */
export function computeBytes(
  architecture: ModelArchitecture,
  layers: readonly Layer[],
  settings: LlamaCppSettings,
  context: ComputeContext,
): Reading<number> {
  const shape = shapeOf(architecture, layers)
  if (shape.kind === 'missing') return shape
  const { hidden } = shape.value
  const perToken = 4 * settings.ubatchTokens
  const masks = context.attentionOnGpu ? maskBytes(layers, settings) : 0
  const copies = context.pipeline ? 4 : 1
  const peak = Math.max(
    perToken * feedForwardPeak(architecture, shape.value),
    context.attentionOnGpu ? attentionPeak(architecture, layers, settings, shape.value) : 0,
  )
  const inputs = copies * (perToken * hidden + masks) + perToken * perLayerInputs(architecture)
  const logits = 4 * settings.logitsRows * shape.value.vocab + 2 * perToken * hidden
  return known(Math.max(peak + inputs, logits) + context.hostMatrixBytes, 'derived')
}

/** Pinned host memory beside it: masks and the embedded micro-batch, once per copy, and the logits. */
export function hostComputeBytes(
  architecture: ModelArchitecture,
  layers: readonly Layer[],
  settings: LlamaCppSettings,
  pipeline: boolean,
): number {
  const masks = maskBytes(layers, settings) * (pipeline ? 4 : 1)
  const embedded = 2 * 4 * settings.ubatchTokens * (architecture.hiddenSize ?? 0)
  return masks + embedded + 4 * settings.slots * (architecture.vocabSize ?? 0)
}

interface Shape {
  readonly hidden: number
  readonly vocab: number
  readonly heads: number
  /** All heads side by side, of the widest layer. */
  readonly headsWidth: number
}

function shapeOf(architecture: ModelArchitecture, layers: readonly Layer[]): Reading<Shape> {
  const { hiddenSize, attentionHeads, mla } = architecture
  if (hiddenSize === undefined) return missing('not-reported', 'the hidden size of the model is not stated')
  if (architecture.feedForwardSize === undefined && architecture.moe === undefined) {
    return missing('not-reported', 'the feed-forward size of the model is not stated')
  }
  const heads = largest(attentionHeads ?? Math.round(hiddenSize / architecture.headDimK))
  const headDim = layers.reduce((widest, layer) => Math.max(widest, layer.headDimK), 0)
  const headsWidth = heads * (mla === undefined ? headDim : (mla.vHeadDim ?? 128))
  return known({ hidden: hiddenSize, vocab: architecture.vocabSize ?? 0, heads, headsWidth }, 'derived')
}

/** Values per token that live at the same time in the widest feed-forward network. */
function feedForwardPeak(architecture: ModelArchitecture, { hidden, headsWidth }: Shape): number {
  const { moe } = architecture
  const dense = (architecture.feedForwardMatrices ?? 3) * largest(architecture.feedForwardSize ?? 0)
  if (moe === undefined) return dense + 2 * hidden + besides(architecture, headsWidth)
  // gpt-oss fuses its activation: gate and up end in one tensor
  const matrices = /^gpt[-_]oss/.test(architecture.family) ? 2 : 3
  const experts = moe.expertsUsed * (hidden + matrices * moe.expertFeedForwardSize)
  const sharedOutput =
    architecture.recurrent !== undefined && (moe.sharedFeedForwardSize ?? 0) > 0 ? hidden : 0
  return Math.max(dense, experts) + 2 * hidden + sharedOutput + besides(architecture, headsWidth)
}

/** The heads' output is still held in the feed-forward network, but not in hybrids, whose peak is a recurrent layer. */
function besides(architecture: ModelArchitecture, headsWidth: number): number {
  return architecture.recurrent === undefined ? headsWidth : 0
}

function attentionPeak(
  architecture: ModelArchitecture,
  layers: readonly Layer[],
  settings: LlamaCppSettings,
  shape: Shape,
): number {
  const perToken = 4 * settings.ubatchTokens
  if (!settings.flashAttention) return scoresPeak(layers, settings, shape)
  const latent = architecture.mla
  if (latent === undefined) {
    const gate = architecture.attentionGate === true ? 3 * shape.headsWidth : 0
    return perToken * (2 * shape.hidden + 2 * shape.headsWidth + gate) + unpackedBytes(layers, settings)
  }
  const rank = latent.kvLoraRank
  const query = (latent.qkNopeHeadDim ?? 128) + latent.qkRopeHeadDim
  const perHead =
    settings.typeK === 'f16'
      ? 2 * rank + query + (latent.vHeadDim ?? 128)
      : 3 * rank + 2 * latent.qkRopeHeadDim + query
  return perToken * (3 * shape.hidden + shape.heads * perHead) + unpackedBytes(layers, settings)
}

/** The scores of every head against every cell; the masks are counted with the inputs. */
function scoresPeak(layers: readonly Layer[], settings: LlamaCppSettings, { heads, hidden }: Shape): number {
  const scores = heads * fullCells(layers, settings)
  const keysAndValues = layers.reduce(
    (widest, layer) => Math.max(widest, layer.kvHeads * (layer.headDimK + layer.headDimV)),
    0,
  )
  return 4 * settings.ubatchTokens * (scores + 4 * hidden + keysAndValues)
}

/**
 * Flash attention on CUDA works on 16-bit keys and values: those of one layer are unpacked into the buffer of its result
 * (ggml-cuda/fattn.cu). The largest layer counts, with the cells of all its streams.
 */
function unpackedBytes(layers: readonly Layer[], settings: LlamaCppSettings): number {
  const k = settings.typeK === 'f16' ? 0 : 2
  const v = settings.typeV === 'f16' ? 0 : 2
  return layers.reduce((most, layer) => {
    if (layer.kvHeads === 0) return most
    // in MLA the values are a view of the keys
    const perCell =
      layer.latentDim > 0 ? k * layer.latentDim : layer.kvHeads * (k * layer.headDimK + v * layer.headDimV)
    return Math.max(most, cellsPerStream(layer, settings) * settings.streams * perCell)
  }, 0)
}

/** One mask for the full cache and one for the window cache: 16 bits with flash attention, 32 without. */
function maskBytes(layers: readonly Layer[], settings: LlamaCppSettings): number {
  const windowed = layers.find((layer) => layer.kvHeads > 0 && layer.windowTokens > 0)
  const cells =
    fullCells(layers, settings) + (windowed === undefined ? 0 : cellsPerStream(windowed, settings))
  return (settings.flashAttention ? 2 : 4) * settings.ubatchTokens * cells
}

function fullCells(layers: readonly Layer[], settings: LlamaCppSettings): number {
  return layers.some((layer) => layer.kvHeads > 0 && layer.windowTokens === 0) ? settings.cellsPerStream : 0
}

function perLayerInputs(architecture: ModelArchitecture): number {
  return architecture.layers * (architecture.perLayerEmbeddings?.size ?? 0)
}
