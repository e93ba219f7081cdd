import { formatCount } from '../core/format.ts'
import type { FitExplanations } from '../model/fit.ts'
import type { EstimateInput } from './estimate-types.ts'
import { EXLLAMA_CHUNK_TOKENS, exllamaCacheTokens } from './exllama.ts'
import { isLlamaCpp, takesBudget } from './fit.ts'
import { layersOf, type Layer } from './layers.ts'
import { cellsPerStream } from './llama-cpp-kv.ts'
import { llamaCppSettings, type LlamaCppSettings } from './llama-cpp-settings.ts'
import { kvTypeOf, worldOf } from './ranks.ts'

/** How the parts of an estimate come about, in the words and numbers of their formulas. */
export function explainFit(input: EstimateInput): FitExplanations {
  const { engine } = input.settings
  const settings = llamaCppSettings(input.settings, input.architecture, input.topology)
  if (isLlamaCpp(engine) && settings.kind === 'known') return explainLlamaCpp(input, settings.value)
  if (takesBudget(engine)) return explainServed(input)
  return engine === 'exllama' ? explainExllama(input) : explainTransformers(input)
}

function explainLlamaCpp(input: EstimateInput, settings: LlamaCppSettings): FitExplanations {
  const layers = layersOf(input.architecture)
  const { slots, ubatchTokens, flashAttention } = settings
  return {
    weights: placementOf(input),
    kv: `${llamaCppCache(layers, settings)}, ${bothTypes(settings.typeK, settings.typeV)}`,
    state: `${layers.filter((layer) => layer.recurrent).length} recurrent layers × ${slots} slots`,
    activations: `micro-batch ${formatCount(ubatchTokens)}, ${flashAttention ? 'flash attention' : 'no flash attention'}`,
    overhead: 'CUDA context and kernels',
  }
}

function placementOf({ architecture, settings }: EstimateInput): string {
  const all = architecture.layers
  const onGpus = Math.min(settings.gpuLayers ?? all + 1, all + 1)
  const output = onGpus > 0 ? ' and the output' : ''
  const experts =
    settings.cpuMoeLayers === undefined
      ? ''
      : `; experts of ${settings.cpuMoeLayers === 'all' ? all : Math.min(settings.cpuMoeLayers, all)} layers on the CPU`
  return `${Math.max(onGpus - 1, 0)} of ${all} layers${output}; embedding on the CPU${experts}`
}

function bothTypes(typeK: string, typeV: string): string {
  return typeK === typeV ? typeK : `${typeK} and ${typeV}`
}

function explainServed(input: EstimateInput): FitExplanations {
  const { tensor, pipeline } = worldOf(input.settings)
  const ranks = tensor * pipeline
  const shared = ranks === 1 ? '' : ` shared by ${ranks} GPUs`
  return {
    weights: `${input.architecture.layers} layers, embedding and output${shared}`,
    kv: `what the budget leaves for the pool, ${kvTypeOf(input.settings)}`,
    state: '',
    activations: 'a full batch at its peak',
    overhead: 'CUDA context, libraries, CUDA graphs',
  }
}

function explainTransformers(input: EstimateInput): FitExplanations {
  const layers = layersOf(input.architecture)
  const tokens = input.settings.contextTokens ?? input.architecture.contextLength ?? 0
  return {
    weights: `${input.architecture.layers} layers, embedding and output`,
    kv: `${cacheOf(layers, lengthInTokens(tokens))}, ${kvTypeOf(input.settings)}, at the full context`,
    state: `${layers.filter((layer) => layer.recurrent).length} recurrent layers`,
    activations: 'a prompt of at most 2,048 tokens',
    overhead: 'CUDA context and what the allocator keeps',
  }
}

function explainExllama(input: EstimateInput): FitExplanations {
  const { kvTypeK = 'f16', kvTypeV = 'f16', maxNumBatchedTokens } = input.settings
  return {
    ...explainTransformers(input),
    kv: `${cacheOf(layersOf(input.architecture), lengthInTokens(exllamaCacheTokens(input) ?? 0))}, ${bothTypes(kvTypeK, kvTypeV)}, taken at once`,
    activations: `a prompt in pieces of ${formatCount(maxNumBatchedTokens ?? EXLLAMA_CHUNK_TOKENS)} tokens`,
  }
}

/** The cells of windowed layers are those of their window and a micro-batch, padded. */
function llamaCppCache(layers: readonly Layer[], settings: LlamaCppSettings): string {
  return cacheOf(layers, (layer) => {
    const cells = cellsPerStream(layer, settings) * settings.streams
    const window =
      layer.windowTokens > 0 && !settings.swaFull ? ` for a window of ${formatCount(layer.windowTokens)}` : ''
    return `${formatCount(cells)} cells${window}`
  })
}

function lengthInTokens(tokens: number): (layer: Layer) => string {
  return ({ windowTokens }) =>
    windowTokens > 0 ? `a window of ${formatCount(windowTokens)}` : `${formatCount(tokens)} tokens`
}

/** `64 layers × 65,536 cells × 8 heads × (128 + 128)`, kind of layer by kind of layer. */
function cacheOf(layers: readonly Layer[], lengthOf: (layer: Layer) => string): string {
  const kinds = new Map<string, number>()
  for (const layer of layers) {
    if (layer.kvHeads === 0) continue
    const kind = `layers × ${lengthOf(layer)} × ${widthOf(layer)}`
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
  }
  if (kinds.size === 0) return 'no layer has a KV cache'
  return [...kinds].map(([kind, count]) => `${count} ${kind}`).join(' + ')
}

function widthOf({ kvHeads, headDimK, headDimV, latentDim, indexerDim }: Layer): string {
  const indexer = indexerDim > 0 ? ` + ${indexerDim}` : ''
  return latentDim > 0 ? `${latentDim}${indexer} latent` : `${kvHeads} heads × (${headDimK} + ${headDimV})`
}
