import { stated } from '../../core/stated.ts'
import type { MixtureOfExperts } from '../../model/architecture.ts'
import { shortestPattern } from '../shortest-pattern.ts'
import type { Fields } from './fields.ts'

/** The experts of a config, or undefined for a dense model. `denseSize` is the width of the dense network. */
export function mixtureOfExperts(
  fields: Fields,
  layers: number,
  denseSize: number,
): MixtureOfExperts | undefined {
  const experts = fields.size('num_local_experts', 'n_routed_experts', 'num_experts', 'moe_num_experts') ?? 0
  if (experts <= 1 || fields.flag('enable_moe_block') === false) return undefined
  const width = fields.size('moe_intermediate_size') ?? denseSize
  return stated({
    experts,
    expertsUsed:
      fields.size('num_experts_per_tok', 'num_experts_per_token', 'moe_k', 'top_k_experts', 'moe_topk') ?? 0,
    expertFeedForwardSize: width,
    sharedFeedForwardSize: sharedSize(fields, width),
    leadingDenseLayers: positive(
      fields.size('first_k_dense_replace', 'num_dense_layers', 'moe_layer_start_index'),
    ),
    layers: expertLayers(fields, layers),
    besideDense: fields.family === 'gemma4' ? true : undefined,
  })
}

function sharedSize(fields: Fields, width: number): number | undefined {
  const whole = fields.size('shared_expert_intermediate_size', 'shared_intermediate_size')
  if (whole !== undefined) return positive(whole)
  if (fields.family === 'llama4') return width
  const each = fields.size('moe_shared_expert_intermediate_size') ?? width
  return positive(
    (fields.size('n_shared_experts', 'num_shared_experts', 'moe_num_shared_experts') ?? 0) * each,
  )
}

/** Which layers have experts, where it is neither all of them nor all behind the leading dense ones. */
function expertLayers(fields: Fields, layers: number): readonly boolean[] | undefined {
  const has = expertRule(fields)
  if (has === undefined) return undefined
  const list = Array.from({ length: layers }, (_, index) => has(index))
  return list.includes(false) ? shortestPattern(list) : undefined
}

function expertRule(fields: Fields): ((index: number) => boolean) | undefined {
  const types = fields.texts('mlp_layer_types')
  if (types !== undefined) return (index) => types[index] === 'sparse'
  const pattern = fields.text('hybrid_override_pattern')
  if (pattern !== undefined) return (index) => pattern[index] === 'E'
  const blocks = fields.texts('layers_block_type')
  if (blocks !== undefined && fields.family === 'nemotron_h') return (index) => blocks[index] === 'moe'
  const listed = fields.sizes('moe_layers')
  if (listed !== undefined) return (index) => listed.includes(index)
  return periodicRule(fields)
}

function periodicRule(fields: Fields): ((index: number) => boolean) | undefined {
  const period = fields.size('expert_layer_period')
  const offset = fields.size('expert_layer_offset') ?? 0
  if (period !== undefined) return (index) => index % Math.max(period, 1) === offset
  const step = fields.size('interleave_moe_layer_step', 'decoder_sparse_step')
  const dense = fields.sizes('mlp_only_layers') ?? []
  if (step === undefined && dense.length === 0) return undefined
  return (index) => (index + 1) % Math.max(step ?? 1, 1) === 0 && !dense.includes(index)
}

function positive(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 ? value : undefined
}
