import { asNumber } from '../../core/decode.ts'
import { stated } from '../../core/stated.ts'
import type { RecurrentState } from '../../model/architecture.ts'
import { shortestPattern } from '../shortest-pattern.ts'
import type { Fields } from './fields.ts'
import type { LayerType } from './layer-types.ts'

/** What the recurrent layers of a config keep of a sequence; undefined for a model that has none. */
export function recurrentState(
  fields: Fields,
  types: readonly LayerType[] | undefined,
  hiddenSize: number,
): RecurrentState | undefined {
  const everywhere = fields.family === 'falcon_h1'
  const layers = everywhere ? [true] : (types?.map((type) => type === 'recurrent') ?? [])
  if (!layers.includes(true)) return undefined
  const size = stateSizes(fields, hiddenSize)
  if (size === undefined) {
    fields.fail('layer_types', `recurrent layers of a kind that llmtop does not know`)
    return undefined
  }
  return stated({ layers: shortestPattern(layers), ...size, stateType: stateType(fields) })
}

type StateSizes = Pick<RecurrentState, 'convKernel' | 'innerSize' | 'stateSize' | 'groups'>

function stateSizes(fields: Fields, hiddenSize: number): StateSizes | undefined {
  return RULES[fields.family]?.(fields, hiddenSize)
}

function stateType(fields: Fields): RecurrentState['stateType'] {
  const name = fields.text('mamba_ssm_dtype') ?? fields.text('mamba_ssm_cache_dtype')
  return name === 'float32' || name === 'bfloat16' || name === 'float16' ? name : undefined
}

function gatedDeltaNet(fields: Fields): StateSizes {
  return {
    convKernel: fields.required('linear_conv_kernel_dim'),
    innerSize: fields.required('linear_num_value_heads') * fields.required('linear_value_head_dim'),
    stateSize: fields.required('linear_key_head_dim'),
    groups: fields.required('linear_num_key_heads'),
  }
}

function mamba1(fields: Fields, hiddenSize: number): StateSizes {
  return {
    convKernel: fields.required('conv_kernel', 'mamba_d_conv'),
    innerSize: fields.size('intermediate_size') ?? fields.required('expand', 'mamba_expand') * hiddenSize,
    stateSize: fields.required('state_size', 'mamba_d_state'),
    groups: 0,
  }
}

function jamba(fields: Fields, hiddenSize: number): StateSizes {
  return {
    convKernel: fields.required('mamba_d_conv'),
    innerSize: fields.required('mamba_expand') * hiddenSize,
    stateSize: fields.required('mamba_d_state'),
    groups: 0,
  }
}

function mamba2(fields: Fields, hiddenSize: number): StateSizes {
  return {
    convKernel: fields.required('conv_kernel', 'mamba_d_conv'),
    innerSize: fields.size('mamba_d_ssm') ?? fields.required('expand', 'mamba_expand') * hiddenSize,
    stateSize: fields.required('state_size', 'mamba_d_state'),
    groups: fields.required('n_groups', 'mamba_n_groups'),
  }
}

function nemotronH(fields: Fields): StateSizes {
  return {
    convKernel: fields.required('mamba_d_conv', 'conv_kernel'),
    innerSize: fields.required('mamba_num_heads') * fields.required('mamba_head_dim'),
    stateSize: fields.required('ssm_state_size'),
    groups: fields.required('mamba_n_groups', 'n_groups'),
  }
}

function shortConvolution(fields: Fields, hiddenSize: number): StateSizes {
  return { convKernel: fields.required('conv_L_cache'), innerSize: hiddenSize, stateSize: 0, groups: 0 }
}

function kimiDelta(fields: Fields): StateSizes {
  const linear = fields.object('linear_attn_config')
  const heads = asNumber(linear?.['num_heads']) ?? fields.required('linear_num_heads')
  const headDim = asNumber(linear?.['head_dim']) ?? fields.required('linear_head_dim')
  const kernel = asNumber(linear?.['short_conv_kernel_size']) ?? fields.size('linear_conv_kernel_dim') ?? 4
  return { convKernel: kernel, innerSize: heads * headDim, stateSize: headDim, groups: heads }
}

function lightning(fields: Fields, hiddenSize: number): StateSizes {
  const heads = fields.required('num_attention_heads')
  const headDim = fields.size('head_dim') ?? Math.floor(hiddenSize / Math.max(heads, 1))
  return { convKernel: 1, innerSize: heads * headDim, stateSize: headDim, groups: 0 }
}

const RULES: Readonly<Record<string, (fields: Fields, hiddenSize: number) => StateSizes>> = {
  bamba: mamba2,
  falcon_h1: mamba2,
  falcon_mamba: mamba1,
  granitemoehybrid: mamba2,
  jamba,
  kimi_linear: kimiDelta,
  lfm2: shortConvolution,
  lfm2_moe: shortConvolution,
  mamba: mamba1,
  mamba2,
  minimax: lightning,
  nemotron_h: nemotronH,
  qwen3_5: gatedDeltaNet,
  qwen3_5_moe: gatedDeltaNet,
  qwen3_next: gatedDeltaNet,
}
