import type { WeightsLayout } from '../model/weights.ts'
import type { EngineSettings } from './settings.ts'
import type { GpuCapacity, GpuTopology } from './topology.ts'

/** The host, in place of a GPU's number. */
export const HOST = -1

/** On which device llama.cpp puts each layer. */
export interface Placement {
  readonly gpuCount: number
  /** By layer: the number of a GPU, or `HOST`. */
  readonly layers: readonly number[]
  readonly output: number
  /** Modes that cut every matrix: the share of each GPU. */
  readonly weightShares: readonly number[] | undefined
  /** Where KV follows the shares too (`tensor`), instead of the layer (`layer`) or the main GPU (`row`). */
  readonly kvShares: readonly number[] | undefined
  readonly everythingOnGpu: boolean
  /** Weights that stay on the host by choice: their matrices pass through the compute buffer. */
  readonly hasOverrides: boolean
}

/**
 * Layer `il` goes to the first GPU whose cumulative share exceeds (il − first) ÷ offloaded layers; the output matrix
 * counts as one more layer, MTP layers count too (llama-model.cpp, load_tensors).
 */
export function placement(
  layerCount: number,
  mtpLayers: number,
  settings: EngineSettings,
  topology: GpuTopology,
): Placement {
  const allLayers = layerCount + mtpLayers
  const gpuLayers = Math.min(settings.gpuLayers ?? allLayers + 1, allLayers + 1)
  const first = Math.max(allLayers + 1 - gpuLayers, 0)
  const mode = settings.splitMode ?? 'layer'
  const gpuCount = mode === 'none' ? 1 : Math.max(topology.gpus.length, 1)
  const shares = sharesOf(settings.tensorSplit, topology.gpus, gpuCount)
  const ends = cumulative(shares)
  const mainGpu = Math.min(settings.mainGpu ?? 0, gpuCount - 1)
  const device = (layer: number) => {
    if (layer < first) return HOST
    if (mode === 'row') return mainGpu
    const position = Math.fround((layer - first) / gpuLayers)
    const found = ends.findIndex((end) => end > position)
    return found === -1 ? gpuCount - 1 : found
  }
  return {
    gpuCount,
    layers: Array.from({ length: layerCount }, (_, layer) => device(layer)),
    output: device(allLayers),
    weightShares: mode === 'row' || mode === 'tensor' ? shares : undefined,
    kvShares: mode === 'tensor' ? shares : undefined,
    everythingOnGpu: first === 0,
    hasOverrides: settings.cpuMoeLayers !== undefined || settings.cpuFfnLayers !== undefined,
  }
}

/** Weights by device, and the largest matrix that stays on the host. */
export interface PlacedWeights {
  readonly perGpu: readonly number[]
  readonly hostBytes: number
  readonly largestHostMatrixBytes: number
}

/**
 * The token embedding stays on the host; a tied model has a second copy of it as output matrix on the output's device.
 * `loadMtp`: the MTP layers are loaded too, behind the last layer.
 */
export function placeWeights(
  layout: WeightsLayout,
  placed: Placement,
  settings: EngineSettings,
  loadMtp: boolean,
): PlacedWeights {
  const perGpu = new Array<number>(placed.gpuCount).fill(0)
  let hostBytes = layout.tokenEmbeddingBytes + layout.perLayerEmbeddingBytes
  let largestHostMatrixBytes = 0
  const put = (device: number, bytes: number) => {
    if (device === HOST) hostBytes += bytes
    else spreadOver(perGpu, placed.weightShares, device, bytes)
  }
  const keep = (bytes: number) => {
    hostBytes += bytes
    // gate, up and down are the same size
    largestHostMatrixBytes = Math.max(largestHostMatrixBytes, Math.round(bytes / 3))
  }
  layout.layers.forEach((layer, index) => {
    // MTP layers stand behind the decoder's in a file, and are left out unless they draft
    const device = placed.layers[index] ?? placed.output
    if (index >= placed.layers.length && !loadMtp) return
    const { expertBytes, denseBytes } = layer
    put(device, layer.attentionBytes)
    if (device === HOST || index < firstLayers(settings.cpuMoeLayers)) keep(expertBytes)
    else put(device, expertBytes)
    if (device === HOST || index < (settings.cpuFfnLayers ?? 0)) keep(denseBytes)
    else put(device, denseBytes)
  })
  const output = layout.outputBytes === 0 ? layout.tokenEmbeddingBytes : layout.outputBytes
  put(placed.output, output + layout.otherBytes + (loadMtp ? layout.mtpBytes : 0))
  return { perGpu, hostBytes, largestHostMatrixBytes }
}

/** Adds bytes to one GPU, or to all of them by their shares. */
export function spreadOver(
  perGpu: number[],
  shares: readonly number[] | undefined,
  device: number,
  bytes: number,
): void {
  perGpu.forEach((sum, gpu) => {
    const share = shares === undefined ? (gpu === device ? 1 : 0) : (shares[gpu] ?? 0)
    perGpu[gpu] = sum + Math.round(bytes * share)
  })
}

function firstLayers(layers: number | 'all' | undefined): number {
  if (layers === 'all') return Number.POSITIVE_INFINITY
  return layers ?? 0
}

/** As the user said, else by free memory, else equal. */
function sharesOf(
  tensorSplit: readonly number[] | undefined,
  gpus: readonly GpuCapacity[],
  count: number,
): readonly number[] {
  const weights = Array.from({ length: count }, (_, gpu) =>
    tensorSplit === undefined ? freeOf(gpus[gpu]) : (tensorSplit[gpu] ?? 0),
  )
  const sum = weights.reduce((a, b) => a + b, 0)
  return weights.map((weight) => (sum > 0 ? weight / sum : 1 / count))
}

function freeOf(gpu: GpuCapacity | undefined): number {
  if (gpu === undefined) return 1
  if (gpu.freeBytes.kind === 'known') return gpu.freeBytes.value
  return gpu.totalBytes.kind === 'known' ? gpu.totalBytes.value : 1
}

function cumulative(shares: readonly number[]): readonly number[] {
  let end = 0
  return shares.map((share) => {
    end += share
    return Math.fround(end)
  })
}
