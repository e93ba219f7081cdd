import { stated } from '../../core/stated.ts'
import type { MixtureOfExperts, PerLayer } from '../../model/architecture.ts'
import { shortestPattern } from '../shortest-pattern.ts'
import type { Keys } from './keys.ts'
import type { GgufTensor } from './tensors.ts'

/** The experts of a model, or undefined for a dense one. Which layers have them is read from the tensors. */
export function mixtureOfExperts(
  keys: Keys,
  layers: number,
  feedForwardSize: PerLayer,
  tensors: readonly GgufTensor[],
): MixtureOfExperts | undefined {
  const experts = keys.size('expert_count') ?? 0
  // a dense Hunyuan model says 1
  if (experts <= 1) return undefined
  const width = keys.perLayer('expert_feed_forward_length', layers) ?? feedForwardSize
  const sharedExperts = keys.size('expert_shared_count') ?? 0
  const shared = keys.size('expert_shared_feed_forward_length') ?? sharedExperts * largest(width)
  return stated({
    experts,
    expertsUsed: largest(keys.perLayer('expert_used_count', layers) ?? 0),
    expertFeedForwardSize: largest(width),
    sharedFeedForwardSize: shared === 0 ? undefined : shared,
    layers: layersWithExperts(layers, tensors),
  })
}

const EXPERT_LAYER = /^blk\.(\d{1,4})\.ffn_(?:up|down|gate|gate_up)(?:_exps\.|\.\d)/

/** undefined where all layers have them, or where the tensors are not known. */
function layersWithExperts(layers: number, tensors: readonly GgufTensor[]): readonly boolean[] | undefined {
  const found = new Set(tensors.map(({ name }) => Number(EXPERT_LAYER.exec(name)?.[1] ?? -1)))
  const withExperts = Array.from({ length: layers }, (_, index) => found.has(index))
  return withExperts.includes(true) && withExperts.includes(false) ? shortestPattern(withExperts) : undefined
}

function largest(value: PerLayer): number {
  return typeof value === 'number' ? value : value.reduce((a, b) => Math.max(a, b), 0)
}
