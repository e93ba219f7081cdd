import type { RecurrentState } from '../model/architecture.ts'
import { headBytes } from './kv-types.ts'
import type { Layer } from './layers.ts'
import { padCells, type LlamaCppSettings } from './llama-cpp-settings.ts'
import { llamaCppStateBytes } from './recurrent-state.ts'

/** What llama.cpp allocates for one layer when it starts. */
export interface LayerCache {
  readonly kvBytes: number
  readonly stateBytes: number
  /** Of one cell; `kvBytes` ÷ this = cells. */
  readonly cellBytes: number
  /** Cells grow with the context: one more token costs one more cell here. */
  readonly grows: boolean
}

/** The caches of all layers; undefined when a cache type is unknown. */
export function layerCaches(
  layers: readonly Layer[],
  settings: LlamaCppSettings,
  recurrent: RecurrentState | undefined,
): readonly LayerCache[] | undefined {
  // without flash attention values are stored transposed, as wide as the widest layer's
  const valueWidth = settings.flashAttention ? 0 : widestValue(layers)
  const stateBytes = recurrent === undefined ? 0 : llamaCppStateBytes(recurrent) * settings.stateCells
  const caches: LayerCache[] = []
  for (const layer of layers) {
    const cellBytes = bytesPerCell(layer, settings, valueWidth)
    if (cellBytes === undefined) return undefined
    const cells = cellsPerStream(layer, settings)
    caches.push({
      kvBytes: cells * settings.streams * cellBytes,
      stateBytes: layer.recurrent ? stateBytes : 0,
      cellBytes,
      grows: cells === settings.cellsPerStream,
    })
  }
  return caches
}

/**
 * A windowed layer holds the window of every sequence of its stream and one micro-batch (llama-kv-cache-iswa.cpp),
 * but never more than the full cache.
 */
export function cellsPerStream(layer: Layer, settings: LlamaCppSettings): number {
  if (layer.windowTokens === 0 || settings.swaFull) return settings.cellsPerStream
  const sequences = settings.unified ? settings.slots : 1
  return padCells(Math.min(settings.cellsPerStream, layer.windowTokens * sequences + settings.ubatchTokens))
}

/** MLA caches one latent vector and no values; an indexer adds one key. */
function bytesPerCell(layer: Layer, settings: LlamaCppSettings, valueWidth: number): number | undefined {
  if (layer.kvHeads === 0) return 0
  const latent = layer.latentDim > 0
  const keyDim = latent ? layer.latentDim : layer.kvHeads * layer.headDimK
  const valueDim = latent ? settings.mlaValueDim : Math.max(layer.kvHeads * layer.headDimV, valueWidth)
  const key = headBytes(settings.typeK, keyDim + layer.indexerDim, 'k')
  const value = headBytes(settings.typeV, valueDim, 'v')
  return key === undefined || value === undefined ? undefined : key + value
}

function widestValue(layers: readonly Layer[]): number {
  return layers.reduce((widest, layer) => Math.max(widest, layer.kvHeads * layer.headDimV), 0)
}
