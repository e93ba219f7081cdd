import { known, map, missing, both, type Reading } from '../core/reading.ts'
import { mebibytes } from '../core/units.ts'
import type { ModelArchitecture } from '../model/architecture.ts'
import { cudaContextBytes } from './cuda-context.ts'
import type { EstimateInput } from './estimate-types.ts'
import { headBytes } from './kv-types.ts'
import { atLayer, layersOf, type Layer } from './layers.ts'
import { servedActivations } from './served-activations.ts'
import type { GpuParts, Plan, PreparedEngine } from './plan.ts'
import { within } from './range.ts'
import { dtypeBytes, kvTypeOf } from './ranks.ts'
import { servedStateBytes } from './recurrent-state.ts'
import { layoutOf } from './weights.ts'

/**
 * transformers, and engines whose own rules are not known here: KV grows token by token (the numbers are those at the full
 * context), layers are spread evenly over the GPUs, and the caching allocator keeps what it once held.
 */
export function prepareTransformers(input: EstimateInput): PreparedEngine {
  const layers = layersOf(input.architecture)
  const weights = map(layoutOf(input.weights, input.architecture), ({ totalBytes }) => totalBytes)
  const planAt = (tokens: number | undefined) => planOf(input, layers, weights, tokens)
  return {
    plan: planAt(input.settings.contextTokens ?? input.architecture.contextLength),
    longest: { kind: 'by-trying', planAt },
  }
}

function planOf(
  input: EstimateInput,
  layers: readonly Layer[],
  weights: Reading<number>,
  tokens: number | undefined,
): Plan {
  const { architecture, settings, topology } = input
  const gpuCount = Math.max(topology.gpus.length, 1)
  const batch = Math.max(settings.parallel ?? 1, 1)
  const kv = tokens === undefined ? noContext() : kvAt(input, layers, tokens, batch)
  const share = (bytes: Reading<number>) => map(bytes, (all) => Math.round(all / gpuCount))
  const recurrentLayers = layers.filter((layer) => layer.recurrent).length
  const state =
    architecture.recurrent === undefined
      ? 0
      : servedStateBytes(architecture.recurrent, dtypeBytes(settings), 1) * recurrentLayers * batch
  const activations = servedActivations(architecture, {
    // a prompt is run in one go; its logits are only taken for the last token
    tokens: Math.min(tokens ?? 0, 2048) * batch,
    sequences: batch,
    samplerBytes: 8,
    tensorParallel: 1,
    dtypeBytes: dtypeBytes(settings),
  })
  const bytes = map(kv, ({ total }) => total)
  return {
    kvGrowth: 'on-demand',
    perGpu: Array.from({ length: gpuCount }, (_, gpu): GpuParts => ({
      weightsBytes: share(weights),
      kvBytes: share(bytes),
      stateBytes: known(Math.round(state / gpuCount), 'derived'),
      activationsBytes: activations,
      overheadBytes: both(weights, bytes, (a, b) => overhead(input, gpu, (a + b) / gpuCount)),
    })),
    host: { weightsBytes: known(0, 'derived'), kvBytes: known(0, 'derived'), workings: [] },
    kv: {
      bytes,
      bytesPerToken: map(kv, ({ total, cells }) => (cells === 0 ? 0 : total / cells)),
      marginalBytesPerToken: map(kv, ({ marginal }) => marginal),
      cells: map(kv, ({ cells }) => cells),
      capacityTokens: map(kv, ({ cells }) => cells),
    },
    errors: {
      weights: within(input.weights.kind === 'tensors' ? 0.005 : 0.03),
      kv: within(0.02),
      activations: within(0.5, 128),
      overhead: within(0.5, 150),
    },
    ...(settings.engine === 'transformers' || settings.engine === 'pytorch'
      ? { assumptions: ['one prompt of at most 2,048 tokens is run at a time'] }
      : {
          assumptions: [`sized as with transformers: llmtop has no rules of its own for ${settings.engine}`],
          fits: { verdict: 'unsure', reason: `llmtop has no rules of its own for ${settings.engine}` },
        }),
  }
}

interface Cache {
  readonly total: number
  readonly marginal: number
  readonly cells: number
}

/** Windowed layers keep their window; MLA models cache the full heads here, not the latent vector. */
function kvAt(
  { settings, architecture }: EstimateInput,
  layers: readonly Layer[],
  tokens: number,
  batch: number,
): Reading<Cache> {
  const type = kvTypeOf(settings)
  let total = 0
  let marginal = 0
  for (const layer of layers) {
    const perToken = tokenBytes(layer, type, architecture)
    if (perToken === undefined)
      return missing('not-supported', `the size of a KV cache of type '${type}' is unknown`)
    const isFull = layer.windowTokens === 0 || tokens < layer.windowTokens
    total += perToken * batch * (isFull ? tokens : layer.windowTokens)
    marginal += isFull ? perToken : 0
  }
  return known({ total, marginal, cells: tokens * batch }, 'derived')
}

function tokenBytes(layer: Layer, type: string, architecture: ModelArchitecture): number | undefined {
  if (layer.kvHeads === 0) return 0
  const { heads, dimK, dimV } = cachedHeads(layer, architecture)
  const key = headBytes(type, dimK, 'k')
  const value = headBytes(type, dimV, 'v')
  return key === undefined || value === undefined ? undefined : heads * (key + value)
}

function cachedHeads(
  layer: Layer,
  { mla, attentionHeads = 0 }: ModelArchitecture,
): { readonly heads: number; readonly dimK: number; readonly dimV: number } {
  if (mla === undefined) return { heads: layer.kvHeads, dimK: layer.headDimK, dimV: layer.headDimV }
  const { qkNopeHeadDim = 128, vHeadDim = 128 } = mla
  return {
    heads: atLayer(attentionHeads, layer.index),
    dimK: qkNopeHeadDim + mla.qkRopeHeadDim,
    dimV: vHeadDim,
  }
}

/** The caching allocator rounds up and keeps holes: 2 to 10 % of what it holds. */
function overhead({ topology }: EstimateInput, gpu: number, heldBytes: number): number {
  return cudaContextBytes(topology.gpus[gpu], 'torch') + Math.round(heldBytes * 0.03) + mebibytes(20)
}

function noContext(): Reading<never> {
  return missing('not-reported', 'neither the settings nor the model state a context length')
}
