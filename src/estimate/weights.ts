import type { ModelArchitecture } from '../model/architecture.ts'
import type { LayerWeights, Tensor, WeightsLayout, WeightsSource } from '../model/weights.ts'
import { missing, known, type Reading } from '../core/reading.ts'
import { parameterCount, type ParameterCount } from './parameters.ts'
import { bitsPerWeight, ggmlTensorBytes, type BitsPerWeight } from './weight-types.ts'

/**
 * The tensors of a file, summed by role. Missing when a tensor has a type whose size nobody here knows, because a part
 * of a sum is not the sum. Do this once per file: an estimate takes the result.
 */
export function weightsLayout(tensors: readonly Tensor[]): Reading<WeightsLayout> {
  const sums = new Map<string, number>()
  const layers: MutableLayer[] = []
  for (const tensor of tensors) {
    const bytes = tensorBytes(tensor)
    if (bytes === undefined) return missing('not-supported', `the type of tensor '${tensor.name}' is unknown`)
    const role = roleOf(tensor.name)
    if (typeof role === 'string') sums.set(role, (sums.get(role) ?? 0) + bytes)
    else {
      const layer = (layers[role.layer] ??= { ...NO_WEIGHTS })
      layer[role.part] += bytes
    }
  }
  const sumOf = (role: OuterRole) => sums.get(role) ?? 0
  // a file can hold only some layers (one part of a split model)
  const allLayers: readonly LayerWeights[] = Array.from(
    { length: layers.length },
    (_, i) => layers[i] ?? NO_WEIGHTS,
  )
  return known(
    {
      totalBytes: [...sums.values()].reduce((a, b) => a + b, 0) + sumOfLayers(allLayers),
      tokenEmbeddingBytes: sumOf('embedding'),
      perLayerEmbeddingBytes: sumOf('per-layer-embedding'),
      outputBytes: sumOf('output'),
      otherBytes: sumOf('other'),
      encoderBytes: sumOf('encoder'),
      mtpBytes: sumOf('mtp'),
      layers: allLayers,
    },
    'measured',
  )
}

/** Where the weights lie by role, from whatever is known of them. */
export function layoutOf(source: WeightsSource, architecture: ModelArchitecture): Reading<WeightsLayout> {
  switch (source.kind) {
    case 'tensors':
      return known(source.layout, 'measured')
    case 'total-bytes':
      return fromTotal(source.bytes, source.quantization, architecture)
    case 'quantization':
      return fromName(source.name, source.groupSize, architecture)
  }
}

type OuterRole = 'embedding' | 'per-layer-embedding' | 'output' | 'other' | 'encoder' | 'mtp'
const NO_WEIGHTS: LayerWeights = { attentionBytes: 0, denseBytes: 0, expertBytes: 0 }

type MutableLayer = { -readonly [K in keyof LayerWeights]: number }

function tensorBytes(tensor: Tensor): number | undefined {
  if (tensor.kind === 'safetensors') return tensor.bytes
  const values = tensor.shape.reduce((a, b) => a * b, 1)
  // the types of forks have a size only where the reader of the file could tell it
  return ggmlTensorBytes(tensor.typeId, values) ?? tensor.bytes
}

function roleOf(name: string): OuterRole | { readonly layer: number; readonly part: keyof LayerWeights } {
  if (ENCODER.test(name)) return 'encoder'
  if (MTP.test(name)) return 'mtp'
  const index = LAYER.exec(name)?.[1]
  if (index !== undefined) return { layer: Number(index), part: partOf(name) }
  if (PER_LAYER_EMBEDDING.test(name)) return 'per-layer-embedding'
  if (EMBEDDING.test(name)) return 'embedding'
  return OUTPUT.test(name) ? 'output' : 'other'
}

function partOf(name: string): keyof LayerWeights {
  if (EXPERT.test(name)) return 'expertBytes'
  return DENSE.test(name) ? 'denseBytes' : 'attentionBytes'
}

const ENCODER = /(^|\.)(vision_|visual\.|audio_tower|vision_tower|multi_modal_projector|mm\.|v\.blk|a\.blk)/
const MTP = /(^|\.)(mtp\.|nextn\.)/
const LAYER = /(?:^|\.)(?:blk|layers|h|blocks)\.(\d{1,4})\./
const PER_LAYER_EMBEDDING = /(per_layer_token_embd|embed_tokens_per_layer)/
const EMBEDDING = /(token_embd|embed_tokens|\bwte\b|word_embeddings|wpe|position_embd|embed_positions)/
const OUTPUT = /(^|\.)(output\.weight|lm_head\.|embed_out)/
const EXPERT = /(_exps\b|_exps\.|_chexps|experts\.(\d|gate|up|down|w\d))/
const DENSE = /(ffn_(up|down|gate)(?!_inp)|mlp\.|feed_forward\.|shared_expert|shexp)/

function fromName(
  name: string,
  groupSize: number | undefined,
  architecture: ModelArchitecture,
): Reading<WeightsLayout> {
  const bits = bitsPerWeight(name, groupSize)
  if (bits === undefined) return missing('not-supported', `the quantisation '${name}' is unknown`)
  const count = parameterCount(architecture)
  if (count === undefined) {
    return architecture.parameters === undefined
      ? missing('not-reported', 'neither the number of parameters nor the shape of the matrices is stated')
      : known(spread(architecture, (architecture.parameters * bits.layers) / 8), 'derived')
  }
  const inLayers = weightsInLayers(count)
  const stated = architecture.parameters ?? count.total
  // what the shape does not explain (norms, biases, odd matrices) goes to the layers
  const scale = Math.max(stated - (count.total - inLayers), inLayers / 2) / inLayers
  // an encoder keeps 16 bits, whatever the language model is quantised to
  const encoderBytes = 2 * (architecture.encoderParameters ?? 0)
  const layout = byCount(count, bits, scale)
  return known({ ...layout, encoderBytes, totalBytes: layout.totalBytes + encoderBytes }, 'derived')
}

function fromTotal(
  bytes: number,
  quantization: string | undefined,
  architecture: ModelArchitecture,
): Reading<WeightsLayout> {
  const count = parameterCount(architecture)
  if (count === undefined) return known(spread(architecture, bytes), 'derived')
  const average = (bytes * 8) / count.total
  const named = quantization === undefined ? undefined : bitsPerWeight(quantization)
  const bits = named ?? { layers: average, tokenEmbedding: average, output: average }
  const outer = byCount(count, bits, 0).totalBytes
  // a name that does not go with the size says nothing about the parts either
  if (outer >= bytes) return fromTotal(bytes, undefined, architecture)
  return known(
    byCount(count, { ...bits, layers: ((bytes - outer) * 8) / weightsInLayers(count) }, 1),
    'derived',
  )
}

function byCount(count: ParameterCount, bits: BitsPerWeight, scale: number): WeightsLayout {
  const { experts: expertBits = bits.layers } = bits
  const hasExperts = count.layers.some((layer) => layer.experts > 0)
  const perWeight = ((hasExperts && bits.experts !== undefined ? 16 : bits.layers) / 8) * scale
  const layers = count.layers.map((layer) => ({
    attentionBytes: Math.round(layer.attention * perWeight),
    denseBytes: Math.round(layer.dense * perWeight),
    expertBytes: Math.round((layer.experts * expertBits * scale) / 8),
  }))
  // a tied embedding is quantised as the output matrix that it also is (llama-quant.cpp)
  const embeddingBits = count.output === 0 ? bits.output : bits.tokenEmbedding
  return withTotal({
    tokenEmbeddingBytes: Math.round((count.tokenEmbedding * embeddingBits) / 8),
    perLayerEmbeddingBytes: Math.round((count.perLayerEmbedding * bits.tokenEmbedding) / 8),
    outputBytes: Math.round((count.output * bits.output) / 8),
    layers,
  })
}

/** Without a shape: the same for every layer. */
function spread(architecture: ModelArchitecture, bytes: number): WeightsLayout {
  const layer = { attentionBytes: Math.round(bytes / architecture.layers), denseBytes: 0, expertBytes: 0 }
  return withTotal({
    tokenEmbeddingBytes: 0,
    perLayerEmbeddingBytes: 0,
    outputBytes: 0,
    layers: Array.from({ length: architecture.layers }, () => layer),
  })
}

function withTotal(
  parts: Pick<WeightsLayout, 'tokenEmbeddingBytes' | 'perLayerEmbeddingBytes' | 'outputBytes' | 'layers'>,
): WeightsLayout {
  return {
    ...parts,
    totalBytes:
      parts.tokenEmbeddingBytes +
      parts.perLayerEmbeddingBytes +
      parts.outputBytes +
      sumOfLayers(parts.layers),
    otherBytes: 0,
    encoderBytes: 0,
    mtpBytes: 0,
  }
}

function sumOfLayers(layers: readonly LayerWeights[]): number {
  return layers.reduce((sum, layer) => sum + layer.attentionBytes + layer.denseBytes + layer.expertBytes, 0)
}

function weightsInLayers(count: ParameterCount): number {
  return count.total - count.tokenEmbedding - count.output - count.perLayerEmbedding
}
