import type { PerLayer, RecurrentState } from '../../model/architecture.ts'
import { shortestPattern } from '../shortest-pattern.ts'
import type { Keys } from './keys.ts'

/** What decides whether a layer is recurrent. */
export interface LayerHeads {
  readonly layers: number
  readonly hiddenSize: number
  readonly heads: PerLayer
  readonly kvHeads: PerLayer
  readonly feedForwardSize: PerLayer
}

/** The recurrent part of a model, or undefined for one with attention only. Source: llama.cpp v0.5.0, src/models/*.cpp. */
export function recurrentState(keys: Keys, shape: LayerHeads): RecurrentState | undefined {
  const layers = recurrentLayers(keys, shape)
  if (layers?.includes(true) !== true) return undefined
  return { layers: shortestPattern(layers), ...stateOf(keys, shape) }
}

/** The layers that are recurrent in a family that has any. */
function recurrentLayers(keys: Keys, shape: LayerHeads): readonly boolean[] | undefined {
  const { layers, kvHeads, feedForwardSize } = shape
  const everyLayer = (isRecurrent: (index: number) => boolean): boolean[] =>
    Array.from({ length: layers }, (_, index) => isRecurrent(index))
  const rule = RULES[keys.family]
  if (rule === undefined) return undefined
  switch (rule) {
    case 'all':
      return [true]
    case 'without-kv-heads':
      return everyLayer((index) => at(kvHeads, index) === 0)
    case 'without-kv-heads-and-ffn':
      return everyLayer((index) => at(kvHeads, index) === 0 && at(feedForwardSize, index) === 0)
    case 'interval-4':
      return keys.flags('attention.recurrent_layers', layers) ?? interval(keys, 4)
    case 'interval-8':
      return keys.flags('attention.recurrent_layers', layers) ?? interval(keys, 8)
  }
}

function interval(keys: Keys, usual: number): readonly boolean[] {
  const every = Math.min(Math.max(keys.size('full_attention_interval') ?? usual, 1), 4096)
  return Array.from({ length: every }, (_, index) => index !== every - 1)
}

function stateOf(keys: Keys, { hiddenSize, heads }: LayerHeads): Omit<RecurrentState, 'layers'> {
  const wkvHead = keys.size('wkv.head_size')
  if (wkvHead !== undefined) {
    const shifts = keys.size('token_shift_count') ?? 2
    return { convKernel: shifts + 1, innerSize: hiddenSize, stateSize: wkvHead, groups: 0 }
  }
  const shortConvolution = keys.size('shortconv.l_cache')
  if (shortConvolution !== undefined) {
    return { convKernel: shortConvolution, innerSize: hiddenSize, stateSize: 0, groups: 0 }
  }
  const headCount = at(heads, 0)
  const kdaHead = keys.size('kda.head_dim')
  if (kdaHead !== undefined) {
    const convKernel = keys.size('ssm.conv_kernel') ?? 4
    return { convKernel, innerSize: headCount * kdaHead, stateSize: kdaHead, groups: headCount }
  }
  if (RULES[keys.family] === 'interval-8') {
    const headDim = keys.size('attention.key_length') ?? hiddenSize / Math.max(headCount, 1)
    return { convKernel: 1, innerSize: headCount * headDim, stateSize: headDim, groups: 0 }
  }
  return {
    convKernel: keys.required('ssm.conv_kernel'),
    innerSize: keys.required('ssm.inner_size'),
    stateSize: keys.required('ssm.state_size'),
    groups: keys.size('ssm.group_count') ?? 0,
  }
}

function at(value: PerLayer, index: number): number {
  return typeof value === 'number' ? value : (value[index] ?? 0)
}

type Rule = 'all' | 'without-kv-heads' | 'without-kv-heads-and-ffn' | 'interval-4' | 'interval-8'

const RULES: Readonly<Record<string, Rule>> = {
  mamba: 'all',
  mamba2: 'all',
  rwkv6: 'all',
  rwkv6qwen2: 'all',
  rwkv7: 'all',
  arwkv7: 'all',
  'falcon-h1': 'all',
  jamba: 'without-kv-heads',
  granitehybrid: 'without-kv-heads',
  plamo2: 'without-kv-heads',
  lfm2: 'without-kv-heads',
  lfm2moe: 'without-kv-heads',
  'kimi-linear': 'without-kv-heads',
  'kimi-k3': 'without-kv-heads',
  bailingmoe3: 'without-kv-heads',
  nemotron_h: 'without-kv-heads-and-ffn',
  nemotron_h_moe: 'without-kv-heads-and-ffn',
  qwen3next: 'interval-4',
  qwen35: 'interval-4',
  qwen35moe: 'interval-4',
  qwen4exp: 'interval-4',
  'minimax-01': 'interval-8',
}
