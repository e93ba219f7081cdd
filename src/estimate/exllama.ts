import { both, known, map, missing, type Reading } from '../core/reading.ts'
import { mebibytes } from '../core/units.ts'
import type { WeightsLayout } from '../model/weights.ts'
import { cudaContextBytes } from './cuda-context.ts'
import type { EstimateInput } from './estimate-types.ts'
import { exllamaCache, stateSlots, type ExllamaCache } from './exllama-cache.ts'
import { exllamaShares } from './exllama-cards.ts'
import { layersOf, type Layer } from './layers.ts'
import type { GpuParts, Plan, PreparedEngine } from './plan.ts'
import { within } from './range.ts'
import { servedStateBytes } from './recurrent-state.ts'
import { servedActivations } from './served-activations.ts'
import type { EngineSettings } from './settings.ts'
import { layoutOf } from './weights.ts'

/**
 * ExLlama: a cache of so many tokens is taken at once, whoever uses it; the cards are filled one after the other, unless the
 * model is cut over all of them. Sources: exllamav3/cache, and TabbyAPI's backends/exllamav3/model.py.
 */
export function prepareExllama(input: EstimateInput): PreparedEngine {
  const layers = layersOf(input.architecture)
  const layout = layoutOf(input.weights, input.architecture)
  const planAt = (tokens: number | undefined) => planOf(input, layers, layout, tokens)
  return {
    plan: planAt(exllamaCacheTokens(input)),
    longest: longestOf(input, planAt),
  }
}

/** No request is longer than a cache whose size was said. */
function longestOf(
  { settings: { maxTotalTokens }, architecture }: EstimateInput,
  planAt: (tokens: number) => Plan,
): PreparedEngine['longest'] {
  if (maxTotalTokens === undefined) return { kind: 'by-trying', planAt }
  const tokens = Math.min(maxTotalTokens, architecture.contextLength ?? maxTotalTokens)
  return { kind: 'from-pool', contextTokens: known(tokens, 'derived') }
}

/** TabbyAPI: `--cache-size`, else `--max-seq-len`, else what the model was made for. */
export function exllamaCacheTokens({ settings, architecture }: EstimateInput): number | undefined {
  return settings.maxTotalTokens ?? settings.contextTokens ?? architecture.contextLength
}

/** A page of its cache. */
const PAGE_TOKENS = 256
/** `chunk_size`: tokens of a prompt that are run at once. */
export const EXLLAMA_CHUNK_TOKENS = 2048

function planOf(
  input: EstimateInput,
  layers: readonly Layer[],
  layout: Reading<WeightsLayout>,
  wanted: number | undefined,
): Plan {
  const { architecture, settings, topology } = input
  const tokens = wanted === undefined ? undefined : Math.ceil(wanted / PAGE_TOKENS) * PAGE_TOKENS
  const kv: Reading<ExllamaCache> =
    tokens === undefined ? noContext() : exllamaCache(layers, settings, tokens)
  const hostBytes = map(layout, (all) => expertsOnHost(all, settings))
  const weights = both(layout, hostBytes, (all, onHost) => all.totalBytes - onHost)
  const recurrentLayers = layers.filter((layer) => layer.recurrent).length
  const state =
    architecture.recurrent === undefined
      ? 0
      : servedStateBytes(architecture.recurrent, 2, 1) * recurrentLayers * stateSlots(settings)
  const activations = servedActivations(architecture, {
    tokens: Math.min(settings.maxNumBatchedTokens ?? EXLLAMA_CHUNK_TOKENS, tokens ?? EXLLAMA_CHUNK_TOKENS),
    sequences: 1,
    samplerBytes: 8,
    tensorParallel: 1,
    dtypeBytes: 2,
  })
  const shares = both(weights, kv, (model, { total }) => exllamaShares(input, model + total + state))
  const on = (gpu: number, bytes: Reading<number>) =>
    both(bytes, shares, (all, share) => Math.round(all * (share[gpu] ?? 0)))
  // a card that the model does not reach holds nothing of it
  const ifUsed = (gpu: number, bytes: Reading<number>) =>
    shares.kind === 'known' && shares.value[gpu] === 0 ? known(0, 'derived') : bytes
  return {
    kvGrowth: 'preallocated',
    perGpu: Array.from({ length: Math.max(topology.gpus.length, 1) }, (_, gpu): GpuParts => ({
      weightsBytes: on(gpu, weights),
      kvBytes: on(
        gpu,
        map(kv, ({ total }) => total),
      ),
      stateBytes: on(gpu, known(state, 'derived')),
      activationsBytes: ifUsed(gpu, activations),
      overheadBytes: ifUsed(
        gpu,
        known(cudaContextBytes(topology.gpus[gpu], 'torch') + mebibytes(150), 'derived'),
      ),
    })),
    host: { weightsBytes: hostBytes, kvBytes: known(0, 'derived'), workings: [] },
    kv: {
      bytes: map(kv, ({ total }) => total),
      bytesPerToken: map(kv, ({ total }) => total / (tokens ?? 1)),
      marginalBytesPerToken: map(kv, ({ perToken }) => perToken),
      cells: tokens === undefined ? noContext() : known(tokens, 'derived'),
      capacityTokens: tokens === undefined ? noContext() : known(tokens, 'derived'),
    },
    errors: {
      weights: within(input.weights.kind === 'quantization' ? 0.05 : 0.02),
      kv: within(0.01),
      activations: within(0.5, 128),
      overhead: within(0.5, 200),
    },
    assumptions: assumptionsOf(input),
  }
}

function expertsOnHost({ layers }: WeightsLayout, { cpuMoeLayers = 0 }: EngineSettings): number {
  const count = cpuMoeLayers === 'all' ? layers.length : cpuMoeLayers
  return layers.slice(0, count).reduce((sum, { expertBytes }) => sum + expertBytes, 0)
}

function assumptionsOf({ settings, topology }: EstimateInput): readonly string[] {
  const found: string[] = []
  if (settings.maxTotalTokens === undefined) found.push('a cache as long as the longest request')
  if (topology.gpus.length > 1 && settings.cutOverGpus !== true)
    found.push('each card is filled before the next')
  return found
}

function noContext(): Reading<never> {
  return missing('not-reported', 'neither the settings nor the model state a context length')
}
