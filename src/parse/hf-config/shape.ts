import { stated } from '../../core/stated.ts'
import type {
  ModelArchitecture,
  MultiHeadLatentAttention,
  PerLayer,
  SlidingWindow,
  SparseAttentionIndexer,
} from '../../model/architecture.ts'
import { shortestPattern } from '../shortest-pattern.ts'
import { mixtureOfExperts } from './experts.ts'
import { cachesLatent, feedForwardMatrices } from './families.ts'
import type { Fields } from './fields.ts'
import type { LayerType } from './layer-types.ts'
import { layerTypes } from './layer-types.ts'
import { recurrentState } from './recurrent.ts'

type Shape = Omit<ModelArchitecture, 'name' | 'family'>

/** The shape by the fields of a config; what is wrong with them is kept in `fields`. */
export function shapeOf(fields: Fields): Shape {
  const layers = fields.layers(layerCount(fields))
  const hiddenSize = fields.required('hidden_size', 'n_embd', 'd_model')
  const heads = fields.size('num_attention_heads', 'n_head', 'n_heads', 'num_heads') ?? 0
  const denseSize = denseWidth(fields, hiddenSize)
  const types = layerTypes(fields, layers)
  const recurrent = recurrentState(fields, types, hiddenSize)
  const window = slidingWindow(fields, types)
  const kvHeads = kvHeadsOf(fields, types, heads)
  return stated({
    layers,
    hiddenSize,
    feedForwardSize: feedForwardPerLayer(fields, layers, types, denseSize),
    attentionHeads: heads,
    kvHeads: window?.kvHeads === undefined ? kvHeads : (fields.size('num_global_key_value_heads') ?? kvHeads),
    ...headDims(fields, hiddenSize, heads),
    vocabSize: fields.size('vocab_size', 'padded_vocab_size'),
    contextLength: fields.size(...CONTEXT_FIELDS),
    tiedEmbeddings: fields.flag('tie_word_embeddings') ?? false,
    slidingWindow: window,
    mla: cachesLatent(fields.family) ? latentAttention(fields) : undefined,
    moe: mixtureOfExperts(
      fields,
      layers,
      fields.family === 'llama4' ? fields.required('intermediate_size') : denseSize,
    ),
    recurrent,
    indexer: sparseIndexer(fields, layers),
    kvSharedLayers: positive(fields.size('num_kv_shared_layers')),
    mtpLayers: positive(fields.size('num_nextn_predict_layers', 'mtp_num_hidden_layers')),
    ...extras(fields),
  })
}

const CONTEXT_FIELDS = [
  'max_position_embeddings',
  'n_positions',
  'max_sequence_length',
  'model_max_length',
  'seq_length',
  'max_seq_len',
]

function layerCount(fields: Fields): number {
  const pattern = fields.text('hybrid_override_pattern')
  const blocks = fields.texts('layers_block_type')
  // Nemotron-H: the list of its blocks wins over the number
  if (fields.family === 'nemotron_h' && (pattern ?? blocks) !== undefined)
    return pattern?.length ?? blocks?.length ?? 0
  return fields.required('num_hidden_layers', 'n_layer', 'n_layers', 'num_layers')
}

function denseWidth(fields: Fields, hiddenSize: number): number {
  if (fields.family === 'llama4') return fields.required('intermediate_size_mlp', 'intermediate_size')
  if (fields.family === 'lfm2') return lfm2Width(fields)
  if (fields.family === 'granitemoehybrid' && fields.size('num_local_experts') === 0) {
    return fields.required('shared_intermediate_size')
  }
  const [first] = fields.sizes('intermediate_size') ?? []
  if (first !== undefined) return first
  const stated = fields.size(
    'block_ff_dim',
    'intermediate_size',
    'ffn_dim',
    'n_inner',
    'ffn_hidden_size',
    'ffn_size',
  )
  return stated ?? (RECURRENT_ONLY.has(fields.family) ? 0 : 4 * hiddenSize)
}

const RECURRENT_ONLY: ReadonlySet<string> = new Set(['mamba', 'mamba2', 'falcon_mamba'])

/** LFM2 states a width of which two thirds, rounded up, are built. Source: Lfm2MLP in transformers 5.18. */
function lfm2Width(fields: Fields): number {
  const stated = fields.required('block_ff_dim', 'intermediate_size')
  if (fields.flag('block_auto_adjust_ff_dim') === false) return stated
  const multiple = Math.max(fields.size('block_multiple_of') ?? 256, 1)
  const adjusted = Math.floor((2 * stated) / 3) * (fields.size('block_ffn_dim_multiplier') ?? 1)
  return Math.ceil(adjusted / multiple) * multiple
}

/** Nemotron-H has attention, state and feed-forward network in layers of their own. */
function feedForwardPerLayer(
  fields: Fields,
  layers: number,
  types: readonly LayerType[] | undefined,
  denseSize: number,
): PerLayer {
  const perLayer = fields.sizes('intermediate_size')
  if (perLayer !== undefined) return simplest(fields, layers, perLayer)
  if (RECURRENT_ONLY.has(fields.family)) return 0
  if (fields.flag('use_double_wide_mlp') === true) return doubleWide(fields, layers, denseSize)
  if (fields.family !== 'nemotron_h' || types === undefined) return denseSize
  return types.map((type) => (type === 'feed-forward' ? denseSize : 0))
}

/** Gemma 4 E2B: the layers that share KV have a feed-forward network of twice the width. */
function doubleWide(fields: Fields, layers: number, denseSize: number): PerLayer {
  const own = layers - (fields.size('num_kv_shared_layers') ?? 0)
  return Array.from({ length: layers }, (_, index) => (index < own ? denseSize : 2 * denseSize))
}

function simplest(fields: Fields, layers: number, perLayer: readonly number[]): PerLayer {
  if (perLayer.length < layers)
    fields.fail('intermediate_size', `${perLayer.length} entries for ${layers} layers`)
  const [first = 0] = perLayer
  return perLayer.every((size) => size === first) ? first : perLayer
}

function kvHeadsOf(fields: Fields, types: readonly LayerType[] | undefined, heads: number): PerLayer {
  if (RECURRENT_ONLY.has(fields.family)) return 0
  const stated = fields.size('num_key_value_heads', 'num_kv_heads', 'n_head_kv', 'multi_query_group_num')
  const newFalcon = fields.flag('new_decoder_architecture') === true
  const kvHeads = fields.flag('multi_query') === true && !newFalcon ? 1 : (stated ?? heads)
  if (types?.includes('feed-forward') !== true) return kvHeads
  return types.map((type) => (type === 'full' || type === 'window' ? kvHeads : 0))
}

function headDims(fields: Fields, hiddenSize: number, heads: number): Pick<Shape, 'headDimK' | 'headDimV'> {
  if (cachesLatent(fields.family)) {
    const { qkRopeHeadDim, qkNopeHeadDim = 0, vHeadDim = 0 } = latentAttention(fields)
    return { headDimK: qkNopeHeadDim + qkRopeHeadDim, headDimV: vHeadDim }
  }
  const usual = Math.floor(hiddenSize / Math.max(heads, 1))
  const headDim = fields.size('global_head_dim', 'head_dim', 'attention_head_dim', 'kv_channels') ?? usual
  return { headDimK: headDim, headDimV: fields.size('v_head_dim') ?? headDim }
}

function slidingWindow(fields: Fields, types: readonly LayerType[] | undefined): SlidingWindow | undefined {
  if (types?.some((type) => type === 'window' || type === 'chunk') !== true) return undefined
  const chunked = types.includes('chunk')
  return stated({
    tokens: fields.required(chunked ? 'attention_chunk_size' : 'sliding_window'),
    layers: shortestPattern(types.map((type) => type === 'window' || type === 'chunk')),
    ...(fields.family === 'gemma4' ? gemma4Window(fields) : {}),
    chunked: chunked ? true : undefined,
  })
}

/** Gemma 4's own fields are those of its windowed layers; the others have fields that begin with `global`. */
function gemma4Window(fields: Fields): Partial<SlidingWindow> {
  const headDim = fields.size('head_dim')
  const ownHeads = fields.flag('attention_k_eq_v') === true
  return stated({
    kvHeads: ownHeads ? fields.size('num_key_value_heads') : undefined,
    headDimK: headDim,
    headDimV: headDim,
  })
}

function latentAttention(fields: Fields): MultiHeadLatentAttention {
  return stated({
    kvLoraRank: fields.required('kv_lora_rank'),
    qkRopeHeadDim: fields.required('qk_rope_head_dim'),
    qLoraRank: positive(fields.size('q_lora_rank')),
    qkNopeHeadDim: fields.size('qk_nope_head_dim'),
    vHeadDim: fields.size('v_head_dim'),
  })
}

function sparseIndexer(fields: Fields, layers: number): SparseAttentionIndexer | undefined {
  const headDim = positive(fields.size('index_head_dim'))
  if (headDim === undefined) return undefined
  const types = fields.texts('indexer_types')
  const owners =
    types === undefined || types.length < layers ? undefined : types.map((type) => type === 'full')
  return stated({ headDim, heads: fields.size('index_n_heads'), layers: owners })
}

function extras(fields: Fields): Partial<Shape> {
  const matrices = feedForwardMatrices(fields.family)
  const perLayer = positive(fields.size('hidden_size_per_layer_input'))
  const positions = fields.size('n_positions', 'max_position_embeddings')
  return stated({
    feedForwardMatrices: matrices === 2 ? matrices : undefined,
    attentionGate: GATED_ATTENTION.has(fields.family) ? true : undefined,
    learnedPositions: LEARNED_POSITIONS.has(fields.family) ? positions : undefined,
    perLayerEmbeddings:
      perLayer === undefined
        ? undefined
        : { size: perLayer, vocabSize: fields.required('vocab_size_per_layer_input') },
  })
}

const GATED_ATTENTION: ReadonlySet<string> = new Set(['qwen3_next', 'qwen3_5', 'qwen3_5_moe'])
const LEARNED_POSITIONS: ReadonlySet<string> = new Set(['gpt2', 'opt', 'gpt_bigcode'])

function positive(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 ? value : undefined
}
