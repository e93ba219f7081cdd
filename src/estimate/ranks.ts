import { known, map, type Reading } from '../core/reading.ts'
import type { ModelArchitecture } from '../model/architecture.ts'
import type { LayerWeights, WeightsLayout } from '../model/weights.ts'
import type { EstimateInput } from './estimate-types.ts'
import { atLayer, largest, type Layer } from './layers.ts'
import type { EngineSettings } from './settings.ts'
import type { GpuCapacity } from './topology.ts'
import { stageLayers } from './vllm-kv.ts'
import { layoutOf } from './weights.ts'

/** How many processes share a model, one per GPU. */
export interface World {
  readonly tensor: number
  readonly pipeline: number
  readonly data: number
  readonly size: number
}

/** One process with its GPU; ranks count tensor-parallel first, then pipeline, then data. */
export interface Rank {
  readonly gpu: GpuCapacity | undefined
  readonly layers: readonly Layer[]
  readonly weightsBytes: Reading<number>
}

export function worldOf(settings: EngineSettings): World {
  const tensor = Math.max(settings.tensorParallel ?? 1, 1)
  const pipeline = Math.max(settings.pipelineParallel ?? 1, 1)
  const data = Math.max(settings.dataParallel ?? 1, 1)
  return { tensor, pipeline, data, size: tensor * pipeline * data }
}

export function ranksOf(input: EstimateInput): readonly Rank[] {
  const { architecture, settings, topology } = input
  const world = worldOf(settings)
  const layout = layoutOf(input.weights, architecture)
  const stages = stageLayers(architecture, world.pipeline)
  const weights = stages.map((layers, stage) =>
    map(layout, (known) =>
      Math.max(
        stageBytes(known, layers, stage, world, settings, architecture.layers) +
          ropeTableBytes(architecture, settings) +
          loraBytes(architecture, settings, layers) -
          (settings.cpuOffloadBytes ?? 0),
        0,
      ),
    ),
  )
  return Array.from({ length: world.size }, (_, rank) => {
    const stage = Math.floor(rank / world.tensor) % world.pipeline
    return {
      gpu: topology.gpus[rank],
      layers: stages[stage] ?? [],
      weightsBytes: weights[stage] ?? known(0, 'derived'),
    }
  })
}

/** Bytes of one value of the activations; also of KV where nothing else is said. */
export function dtypeBytes(settings: EngineSettings): number {
  return settings.dtype?.includes('32') === true ? 4 : 2
}

/** `auto` and nothing mean the type of the activations. */
export function kvTypeOf(settings: EngineSettings): string {
  const stated = settings.kvTypeK?.toLowerCase()
  if (stated !== undefined && stated !== 'auto') return stated
  return dtypeBytes(settings) === 4 ? 'float32' : 'bfloat16'
}

/** Matrices are divided by the ranks of a stage; the first stage has the embedding, the last the output. */
function stageBytes(
  layout: WeightsLayout,
  layers: readonly Layer[],
  stage: number,
  world: World,
  settings: EngineSettings,
  decoderLayers: number,
): number {
  const isFirst = stage === 0
  const isLast = stage === world.pipeline - 1
  const tied = layout.outputBytes === 0
  const inLayers = layers.reduce(
    (sum, layer) => sum + bytesOf(layout.layers[layer.index], expertShare(world, settings)),
    0,
  )
  const outer =
    (isFirst || (isLast && tied) ? layout.tokenEmbeddingBytes : 0) +
    (isFirst ? layout.perLayerEmbeddingBytes + layout.encoderBytes : 0) +
    (isLast ? layout.outputBytes : 0) +
    (isLast && settings.specMethod === 'mtp' ? mtpBytes(layout, decoderLayers) : 0)
  return Math.ceil((inLayers + outer) / world.tensor) + (isLast ? layout.otherBytes : 0)
}

/** MTP layers stand behind the decoder's in a file. */
function mtpBytes(layout: WeightsLayout, decoderLayers: number): number {
  return layout.layers.slice(decoderLayers).reduce((sum, layer) => sum + bytesOf(layer, 1), layout.mtpBytes)
}

function bytesOf(layer: LayerWeights | undefined, expertShare: number): number {
  return layer === undefined ? 0 : layer.attentionBytes + layer.denseBytes + layer.expertBytes * expertShare
}

/** Expert parallelism spreads the experts over the data-parallel ranks too; all else is there once per replica. */
function expertShare(world: World, settings: EngineSettings): number {
  return settings.expertParallel === true ? 1 / world.data : 1
}

/**
 * Slots for adapters on every linear layer: rank × (width in + width out), in 16 bits. vLLM has 1 slot of rank 16 by default,
 * SGLang 8 (`--max-loras-per-batch`), of the rank of its adapters.
 */
function loraBytes(
  architecture: ModelArchitecture,
  settings: EngineSettings,
  layers: readonly Layer[],
): number {
  if (settings.lora !== true) return 0
  const { hiddenSize = 0, feedForwardSize = 0, attentionHeads = 0 } = architecture
  const widths = layers.reduce((sum, layer) => {
    const heads = atLayer(attentionHeads, layer.index) * layer.headDimK
    const keysAndValues = layer.kvHeads * (layer.headDimK + layer.headDimV)
    const attention = 4 * hiddenSize + 2 * heads + keysAndValues
    return sum + attention + 3 * (hiddenSize + atLayer(feedForwardSize, layer.index))
  }, 0)
  const slots = settings.maxLoras ?? (settings.engine === 'sglang' ? 8 : 1)
  return slots * (settings.loraRank ?? 16) * 2 * widths
}

/** Cosines and sines for every position that the model knows: counted with the weights by vLLM's own log. */
function ropeTableBytes(architecture: ModelArchitecture, settings: EngineSettings): number {
  if (architecture.learnedPositions !== undefined) return 0
  const dim = architecture.mla?.qkRopeHeadDim ?? largest(architecture.headDimK)
  return (architecture.contextLength ?? 0) * dim * dtypeBytes(settings)
}
