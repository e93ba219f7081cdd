import { gibibytes } from '../core/units.ts'
import { cudaContextBytes } from './cuda-context.ts'
import type { EstimateInput } from './estimate-types.ts'
import { availableBytes, type GpuCapacity } from './topology.ts'

/**
 * The share of each card in what there is to place, 0–1: equal parts of a model that is cut (`--tensor-parallel`), else each card
 * is filled before the next, up to what `--gpu-split` allows.
 */
export function exllamaShares({ settings, topology }: EstimateInput, bytes: number): readonly number[] {
  const gpus = topology.gpus
  if (gpus.length < 2 || bytes <= 0) return [1]
  if (settings.cutOverGpus === true) return gpus.map(() => 1 / gpus.length)
  let left = bytes
  return gpus.map((gpu, at) => {
    const isLast = at === gpus.length - 1
    const placed = isLast ? left : Math.min(left, roomOn(gpu, settings.tensorSplit?.[at]))
    left -= placed
    return placed / bytes
  })
}

/** What it leaves free of a card: its own context, and some for a prompt (`autosplit_reserve` and the run of a chunk). */
const LEFT_FREE_BYTES = gibibytes(0.75)

function roomOn(gpu: GpuCapacity, statedGb: number | undefined): number {
  if (statedGb !== undefined) return gibibytes(statedGb)
  const available = availableBytes(gpu)
  const bytes = available.kind === 'known' ? available.value : Number.POSITIVE_INFINITY
  return Math.max(bytes - cudaContextBytes(gpu, 'torch') - LEFT_FREE_BYTES, 0)
}
