import type { Fields } from './fields.ts'

/** What a layer does with the tokens before its own. */
export type LayerType = 'full' | 'window' | 'chunk' | 'recurrent' | 'feed-forward'

/** One type per layer, as the config lists or implies them; undefined where all layers attend to everything. */
export function layerTypes(fields: Fields, layers: number): readonly LayerType[] | undefined {
  const listed = fields.texts('layer_types') ?? fields.texts('layers_block_type') ?? kimiTypes(fields, layers)
  if (listed !== undefined) {
    if (listed.length >= layers) return listed.slice(0, layers).map(typeNamed)
    fail(fields, listed.length, layers)
  }
  const pattern = fields.text('hybrid_override_pattern')
  if (pattern !== undefined) return Array.from(pattern.slice(0, layers), typeOfLetter)
  const isSpecial = RULES[fields.family]?.(fields)
  return isSpecial === undefined
    ? undefined
    : Array.from({ length: layers }, (_, i) => (isSpecial.is(i) ? isSpecial.type : 'full'))
}

function fail(fields: Fields, found: number, layers: number): void {
  fields.fail('layer_types', `${found} entries for ${layers} layers`)
}

function typeNamed(name: string): LayerType {
  if (name === 'sliding_attention') return 'window'
  if (name === 'chunked_attention') return 'chunk'
  if (name === 'mlp' || name === 'moe') return 'feed-forward'
  return name.includes('attention') && !name.startsWith('linear') ? 'full' : 'recurrent'
}

/** Nemotron-H writes its layers as letters: M Mamba, * attention, - feed-forward network, E experts. */
function typeOfLetter(letter: string): LayerType {
  if (letter === 'M') return 'recurrent'
  return letter === '*' ? 'full' : 'feed-forward'
}

/** Kimi Linear lists its layers in two lists that count from 1. */
function kimiTypes(fields: Fields, layers: number): readonly string[] | undefined {
  const lists = fields.object('linear_attn_config')
  const recurrent = lists?.['kda_layers']
  if (!Array.isArray(recurrent)) return undefined
  return Array.from({ length: layers }, (_, i) =>
    recurrent.includes(i + 1) ? 'linear_attention' : 'full_attention',
  )
}

interface SpecialLayers {
  readonly type: LayerType
  readonly is: (index: number) => boolean
}

/** All but every nth layer, counted from 1. */
function allButEvery(n: number, type: LayerType): SpecialLayers {
  return { type, is: (index) => n > 0 && (index + 1) % n !== 0 }
}

function allFrom(first: number, type: LayerType): SpecialLayers {
  return { type, is: (index) => index >= first }
}

/** A window in all layers, where the config has one. */
function windowed(fields: Fields): SpecialLayers | undefined {
  return fields.size('sliding_window') === undefined ? undefined : allFrom(0, 'window')
}

/** Qwen's switch: the layers from `max_window_layers` on. */
function switchable(fields: Fields): SpecialLayers | undefined {
  if (fields.flag('use_sliding_window') !== true || fields.size('sliding_window') === undefined)
    return undefined
  return allFrom(fields.size('max_window_layers') ?? 28, 'window')
}

function llama4(fields: Fields): SpecialLayers | undefined {
  if (fields.size('attention_chunk_size') === undefined) return undefined
  const withRope = fields.sizes('no_rope_layers') ?? []
  if (withRope.length === 0) return allButEvery(fields.size('no_rope_layer_interval') ?? 4, 'chunk')
  return { type: 'chunk', is: (index) => withRope[index] === 1 }
}

function jamba(fields: Fields): SpecialLayers {
  const period = Math.max(fields.size('attn_layer_period') ?? 8, 1)
  const offset = fields.size('attn_layer_offset') ?? 4
  return { type: 'recurrent', is: (index) => index % period !== offset }
}

function bamba(fields: Fields): SpecialLayers {
  const attention = fields.sizes('attn_layer_indices') ?? []
  return { type: 'recurrent', is: (index) => !attention.includes(index) }
}

function lfm2(fields: Fields): SpecialLayers | undefined {
  const attention = fields.sizes('full_attn_idxs')
  return attention === undefined
    ? undefined
    : { type: 'recurrent', is: (index) => !attention.includes(index) }
}

function minimax01(fields: Fields): SpecialLayers | undefined {
  const attention = fields.sizes('attn_type_list')
  return attention === undefined ? undefined : { type: 'recurrent', is: (index) => attention[index] === 0 }
}

// Source: __post_init__ of the configuration classes in transformers 5.18
const everyWindow = (usual: number) => (fields: Fields) =>
  fields.size('sliding_window') === undefined
    ? undefined
    : allButEvery(fields.size('sliding_window_pattern') ?? usual, 'window')
const interval = (fields: Fields) => allButEvery(fields.size('full_attention_interval') ?? 4, 'recurrent')
const allRecurrent = () => allFrom(0, 'recurrent')

const RULES: Readonly<Record<string, (fields: Fields) => SpecialLayers | undefined>> = {
  bamba,
  cohere2: everyWindow(4),
  exaone4: everyWindow(4),
  falcon_mamba: allRecurrent,
  gemma2: everyWindow(2),
  gemma3: everyWindow(6),
  gemma3n: everyWindow(5),
  gemma4: everyWindow(6),
  gpt_oss: everyWindow(2),
  jamba,
  lfm2,
  llama4,
  mamba: allRecurrent,
  mamba2: allRecurrent,
  minimax: minimax01,
  ministral: windowed,
  mistral: windowed,
  mixtral: windowed,
  olmo3: everyWindow(4),
  phi3: windowed,
  qwen2: switchable,
  qwen2_moe: switchable,
  qwen3: switchable,
  qwen3_5: interval,
  qwen3_5_moe: interval,
  qwen3_moe: switchable,
  qwen3_next: interval,
  starcoder2: windowed,
}
