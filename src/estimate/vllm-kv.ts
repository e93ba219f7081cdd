import type { ModelArchitecture } from '../model/architecture.ts'
import { headBytes } from './kv-types.ts'
import { layersOf, type Layer } from './layers.ts'
import { servedStateBytes } from './recurrent-state.ts'

/** How vLLM divides its pool: equal groups of layers that share blocks of one page size. */
export interface VllmPool {
  /** One block of the pool: a page for each layer of a group. */
  readonly blockBytes: number
  readonly groups: readonly BlockGroup[]
}

export interface BlockGroup {
  readonly kind: 'full' | 'window' | 'chunk' | 'recurrent'
  /** Tokens that one block of this group holds. */
  readonly blockTokens: number
  /** The window or chunk; 0 for others. */
  readonly windowTokens: number
}

export interface PoolSettings {
  readonly kvType: string
  /** Bytes of an activation. */
  readonly dtypeBytes: number
  readonly tensorParallel: number
  readonly blockTokens: number
  readonly hybridManager: boolean
  readonly prefixCaching: boolean
  /** Tokens that may be in flight for one request before its window moves on. */
  readonly inFlightTokens: number
}

/**
 * The pool of one rank. Undefined when the cache type is unknown.
 * Rules: vllm/v1/core/kv_cache_utils.py (grouping), kv_cache_interface.py (pages), platforms/interface.py (hybrids: the
 * attention block is made so long that its page holds a layer's recurrent state).
 */
export function vllmPool(
  architecture: ModelArchitecture,
  layers: readonly Layer[],
  settings: PoolSettings,
): VllmPool | undefined {
  const buckets = bucketsOf(architecture, layers, settings)
  if (buckets === undefined) return undefined
  const [first] = buckets
  if (first === undefined) return { blockBytes: 0, groups: [] }
  // all layers of one kind: one group of them all, whatever their page sizes
  if (buckets.every((bucket) => bucket.kind === 'full')) {
    const perToken = buckets.reduce((sum, bucket) => sum + bucket.layers * bucket.tokenBytes, 0)
    return {
      blockBytes: perToken * settings.blockTokens,
      groups: [{ kind: 'full', blockTokens: settings.blockTokens, windowTokens: 0 }],
    }
  }
  return hybridPool(buckets, settings)
}

/** Blocks that one request of that length takes in all groups. */
export function blocksPerRequest(pool: VllmPool, tokens: number, settings: PoolSettings): number {
  return pool.groups.reduce((sum, group) => {
    switch (group.kind) {
      case 'full':
        return sum + Math.ceil(tokens / group.blockTokens)
      case 'window': {
        const held = Math.min(group.windowTokens - 1 + settings.inFlightTokens, tokens)
        return sum + Math.ceil(held / group.blockTokens) + 1
      }
      case 'chunk': {
        const held = Math.min(group.windowTokens + settings.inFlightTokens, tokens)
        return sum + Math.ceil(held / group.blockTokens)
      }
      case 'recurrent':
        return sum + (settings.prefixCaching ? 2 : 1)
    }
  }, 0)
}

/** Bytes that one token adds per rank: only groups of full attention go on growing. */
export function poolBytesPerToken(pool: VllmPool): number {
  return pool.groups.reduce(
    (sum, group) => sum + (group.kind === 'full' ? pool.blockBytes / group.blockTokens : 0),
    0,
  )
}

/** Layers of the same kind, and what a token, or the state of a sequence, takes in one of them. */
interface Bucket {
  readonly kind: BlockGroup['kind']
  readonly windowTokens: number
  readonly tokenBytes: number
  readonly stateBytes: number
  readonly layers: number
}

function bucketsOf(
  architecture: ModelArchitecture,
  layers: readonly Layer[],
  settings: PoolSettings,
): readonly Bucket[] | undefined {
  const buckets = new Map<string, Bucket>()
  const put = (bucket: Omit<Bucket, 'layers'>) => {
    const key = `${bucket.kind} ${bucket.windowTokens} ${bucket.tokenBytes}`
    buckets.set(key, { ...bucket, layers: (buckets.get(key)?.layers ?? 0) + 1 })
  }
  for (const layer of layers) {
    const tokenBytes = layerTokenBytes(layer, settings)
    if (tokenBytes === undefined) return undefined
    const windowTokens = settings.hybridManager ? layer.windowTokens : 0
    const kind = windowTokens === 0 ? 'full' : layer.chunked ? 'chunk' : 'window'
    if (tokenBytes > 0) put({ kind, windowTokens, tokenBytes, stateBytes: 0 })
    if (layer.recurrent && architecture.recurrent !== undefined) {
      const stateBytes = servedStateBytes(
        architecture.recurrent,
        settings.dtypeBytes,
        settings.tensorParallel,
      )
      put({ kind: 'recurrent', windowTokens: 0, tokenBytes: 0, stateBytes })
    }
  }
  return [...buckets.values()]
}

/**
 * Heads are divided by the ranks but never below one; MLA's latent vector and the indexer's key are on every rank.
 * The indexer keeps bytes with one 4-byte scale per 128; `fp8_ds_mla` packs the latent vector into 656 bytes.
 */
export function layerTokenBytes(
  layer: Layer,
  { kvType, tensorParallel }: Pick<PoolSettings, 'kvType' | 'tensorParallel'>,
): number | undefined {
  if (layer.kvHeads === 0) return 0
  const indexer = layer.indexerDim === 0 ? 0 : layer.indexerDim + 4 * Math.ceil(layer.indexerDim / 128)
  if (layer.latentDim > 0) {
    const packed = layer.indexerDim > 0 && kvType.startsWith('fp8')
    const latent = packed || kvType === 'fp8_ds_mla' ? 656 : headBytes(kvType, layer.latentDim, 'k')
    return latent === undefined ? undefined : latent + indexer
  }
  const key = headBytes(kvType, layer.headDimK, 'k')
  const value = headBytes(kvType, layer.headDimV, 'v')
  if (key === undefined || value === undefined) return undefined
  return Math.max(1, Math.floor(layer.kvHeads / tensorParallel)) * (key + value) + indexer
}

/** Groups of equal size: as large as the smallest bucket, or as the largest where they are nearly the same. */
function hybridPool(buckets: readonly Bucket[], settings: PoolSettings): VllmPool {
  const widest = buckets.reduce((most, bucket) => Math.max(most, bucket.tokenBytes), 0)
  const state = buckets.reduce((most, bucket) => Math.max(most, bucket.stateBytes), 0)
  const blockTokens =
    state === 0 || widest === 0
      ? settings.blockTokens
      : Math.ceil(state / widest / settings.blockTokens) * settings.blockTokens
  const pageBytes = widest === 0 ? state : blockTokens * widest
  const counts = buckets.map((bucket) => bucket.layers)
  const smallest = Math.min(...counts)
  const largest = Math.max(...counts)
  const groupLayers = largest < 1.5 * smallest ? largest : smallest
  const groups = buckets.flatMap((bucket): BlockGroup[] => {
    const group = {
      kind: bucket.kind,
      // narrower layers hold more tokens in a page of the common size
      blockTokens: bucket.tokenBytes === 0 ? blockTokens : Math.floor(pageBytes / bucket.tokenBytes),
      windowTokens: bucket.windowTokens,
    }
    return Array.from({ length: Math.ceil(bucket.layers / groupLayers) }, () => group)
  })
  return { blockBytes: pageBytes * groupLayers, groups }
}

/** The layers of one pipeline stage: the remainder goes to the stages before the last (vllm/distributed/utils.py). */
export function stageLayers(
  architecture: ModelArchitecture,
  pipelineParallel: number,
): readonly (readonly Layer[])[] {
  const layers = layersOf(architecture)
  const sizes = new Array<number>(pipelineParallel).fill(Math.floor(layers.length / pipelineParallel))
  for (let i = 0; i < layers.length % pipelineParallel; i++) {
    const stage = Math.max(pipelineParallel - 2 - i, 0)
    sizes[stage] = (sizes[stage] ?? 0) + 1
  }
  let start = 0
  return sizes.map((size) => layers.slice(start, (start += size)))
}
