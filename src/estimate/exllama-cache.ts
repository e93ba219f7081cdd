import { known, missing, type Reading } from '../core/reading.ts'
import { headBytes } from './kv-types.ts'
import type { Layer } from './layers.ts'
import type { EngineSettings } from './settings.ts'

/**
 * Windowed layers keep their window in 16 bits for every request (modules/sliding_attn.py), MLA a latent vector; all else is as
 * long as the cache. Missing for a type of cache whose size is not known.
 */
export function exllamaCache(
  layers: readonly Layer[],
  settings: EngineSettings,
  tokens: number,
): Reading<ExllamaCache> {
  const { kvTypeK = 'f16', kvTypeV = 'f16' } = settings
  let total = 0
  let perToken = 0
  for (const layer of layers) {
    const isWindow = layer.windowTokens > 0 && layer.windowTokens < tokens
    const bytes = isWindow ? layerBytes(layer, 'f16', 'f16') : layerBytes(layer, kvTypeK, kvTypeV)
    if (bytes === undefined) {
      return missing(
        'not-supported',
        `the size of a KV cache of type '${kvTypeK}' and '${kvTypeV}' is unknown`,
      )
    }
    total += bytes * (isWindow ? layer.windowTokens * stateSlots(settings) : tokens)
    perToken += isWindow ? 0 : bytes
  }
  return known({ total, perToken }, 'derived')
}

/** What the cache of so many tokens takes, in bytes. */
export interface ExllamaCache {
  readonly total: number
  /** Of one token more; windows have stopped growing. */
  readonly perToken: number
}

function layerBytes(layer: Layer, typeK: string, typeV: string): number | undefined {
  if (layer.kvHeads === 0) return 0
  if (layer.latentDim > 0) return headBytes(typeK, layer.latentDim, 'k')
  const key = headBytes(typeK, layer.kvHeads * layer.headDimK, 'k')
  const value = headBytes(typeV, layer.kvHeads * layer.headDimV, 'v')
  return key === undefined || value === undefined ? undefined : key + value
}

/** Requests that have a window or a recurrent state of their own at the same time. */
export function stateSlots({ maxNumSeqs }: EngineSettings): number {
  return maxNumSeqs ?? TABBY_SLOTS
}

/** TabbyAPI's batch for models with such layers. */
const TABBY_SLOTS = 4
