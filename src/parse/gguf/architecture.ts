import type {
  ModelArchitecture,
  MultiHeadLatentAttention,
  PerLayer,
  SparseAttentionIndexer,
} from '../../model/architecture.ts'
import { stated } from '../../core/stated.ts'
import type { ArchitectureReading } from '../architecture-reading.ts'
import { mixtureOfExperts } from './experts.ts'
import { familyOf } from './families.ts'
import type { GgufHeader } from './header.ts'
import { Keys } from './keys.ts'
import { recurrentState } from './recurrent.ts'
import type { GgufTensor } from './tensors.ts'
import { slidingWindow } from './windows.ts'

/**
 * The shape of the model in a GGUF file, as llama.cpp reads it. `part` names the file in faults.
 * Fails where a needed key is missing or can't be true; an architecture that llmtop does not know is read like an ordinary
 * transformer, with a doubt.
 */
export function ggufArchitecture(header: GgufHeader, part: string): ArchitectureReading {
  const keys = new Keys(header.metadata, part)
  const family = familyOf(keys.family)
  if (family.kind === 'part')
    keys.fail('general.architecture', `${keys.family}, which is ${family.what} and no model`)
  const blocks = keys.layers()
  const mtpLayers = keys.size('nextn_predict_layers') ?? 0
  const layers = blocks - mtpLayers
  if (layers < 1) keys.fail(`${keys.family}.nextn_predict_layers`, `${mtpLayers} of ${blocks} layers`)
  // nothing below may trust a layer count that is out of bounds
  const early = keys.firstFault()
  if (early !== undefined) return { kind: 'fault', fault: early }
  const architecture = {
    name: keys.text('general.name') ?? part,
    family: keys.family,
    layers,
    ...shapeOf(keys, layers, header.tensors, family.kind === 'encoder'),
    ...embeddings(keys, header.tensors),
    ...(mtpLayers === 0 ? {} : { mtpLayers }),
    parameters: parametersOf(header.tensors, layers),
  }
  const fault = keys.firstFault()
  if (fault !== undefined) return { kind: 'fault', fault }
  const doubts = family.kind === 'doubtful' ? [`architecture '${keys.family}': ${family.why}`] : []
  return { kind: 'read', architecture, doubts }
}

/** The layer that a tensor belongs to; undefined for those of no layer. */
export function layerOf(tensorName: string): number | undefined {
  const index = /^blk\.(\d{1,4})\./.exec(tensorName)?.[1]
  return index === undefined ? undefined : Number(index)
}

type Shape = Omit<ModelArchitecture, 'name' | 'family' | 'layers'>

function shapeOf(keys: Keys, layers: number, tensors: readonly GgufTensor[], encoder: boolean): Shape {
  const hiddenSize = keys.required('embedding_length')
  const feedForwardSize = keys.perLayer('feed_forward_length', layers) ?? 0
  const heads = keys.perLayer('attention.head_count', layers) ?? 0
  const cacheless = encoder || PURELY_RECURRENT.has(keys.family)
  const kvHeads = cacheless ? 0 : (keys.perLayer('attention.head_count_kv', layers) ?? heads)
  const recurrent = recurrentState(keys, { layers, hiddenSize, heads, kvHeads, feedForwardSize })
  return stated({
    hiddenSize,
    feedForwardSize,
    attentionHeads: heads,
    kvHeads,
    ...headDims(keys, hiddenSize, heads),
    contextLength: keys.size('context_length'),
    slidingWindow: slidingWindow(keys, layers, recurrent?.layers),
    mla: latentAttention(keys),
    moe: mixtureOfExperts(keys, layers, feedForwardSize, tensors),
    recurrent,
    indexer: sparseIndexer(keys, layers),
    kvSharedLayers: sharedLayers(keys, layers),
  })
}

function headDims(keys: Keys, hiddenSize: number, heads: PerLayer): Pick<Shape, 'headDimK' | 'headDimV'> {
  const usual = Math.floor(hiddenSize / Math.max(firstAboveZero(heads), 1))
  return {
    headDimK: keys.size('attention.key_length') ?? usual,
    headDimV: keys.size('attention.value_length') ?? usual,
  }
}

const PURELY_RECURRENT: ReadonlySet<string> = new Set([
  'mamba',
  'mamba2',
  'rwkv6',
  'rwkv6qwen2',
  'rwkv7',
  'arwkv7',
])

/** Only files with both MLA lengths cache the latent vector; older conversions of DeepSeek V2 cache whole heads. */
function latentAttention(keys: Keys): MultiHeadLatentAttention | undefined {
  const keyLength = keys.size('attention.key_length_mla') ?? 0
  const vHeadDim = keys.size('attention.value_length_mla') ?? 0
  if (keyLength === 0 || vHeadDim === 0) return undefined
  const kvLoraRank = keys.required('attention.kv_lora_rank')
  const qkRopeHeadDim = keys.required('attention.key_length') - kvLoraRank
  if (qkRopeHeadDim < 0)
    keys.fail(`${keys.family}.attention.kv_lora_rank`, `${kvLoraRank}, longer than its key`)
  return stated({
    kvLoraRank,
    qkRopeHeadDim,
    qLoraRank: positive(keys.size('attention.q_lora_rank')),
    qkNopeHeadDim: Math.max(keyLength - qkRopeHeadDim, 0),
    vHeadDim,
  })
}

/** GLM 5.2 and later share the indexer of the first of every four layers after the first two. */
const GLM_5_2_CONTEXT = 1_048_576

function sparseIndexer(keys: Keys, layers: number): SparseAttentionIndexer | undefined {
  const headDim = keys.size('attention.indexer.key_length') ?? 0
  if (headDim === 0) return undefined
  const longGlm = keys.family === 'glm-dsa' && (keys.size('context_length') ?? 0) >= GLM_5_2_CONTEXT
  const usual = longGlm ? Array.from({ length: layers }, (_, i) => i < 2 || i % 4 === 2) : undefined
  return stated({
    headDim,
    heads: keys.size('attention.indexer.head_count'),
    layers: keys.flags('attention.indexer.types', layers) ?? usual,
  })
}

/** llama.cpp has Gemma 3n's number built in: the first 20 layers own KV, whatever the file says. */
function sharedLayers(keys: Keys, layers: number): number | undefined {
  const shared = keys.family === 'gemma3n' ? layers - 20 : (keys.size('attention.shared_kv_layers') ?? 0)
  if (shared > layers) keys.fail(`${keys.family}.attention.shared_kv_layers`, `${shared} of ${layers} layers`)
  return positive(shared)
}

function embeddings(keys: Keys, tensors: readonly GgufTensor[]): Partial<Shape> {
  const rowsOf = (name: string): number | undefined =>
    tensors.find((tensor) => tensor.name === name)?.shape[1]
  const vocabSize =
    rowsOf('token_embd.weight') ?? keys.size('vocab_size') ?? keys.length('tokenizer.ggml.tokens')
  const perLayer = positive(keys.size('embedding_length_per_layer_input'))
  return stated({
    vocabSize,
    tiedEmbeddings: !tensors.some((tensor) => tensor.name === 'output.weight'),
    perLayerEmbeddings:
      perLayer === undefined
        ? undefined
        : { size: perLayer, vocabSize: rowsOf('per_layer_token_embd.weight') ?? vocabSize ?? 0 },
  })
}

function parametersOf(tensors: readonly GgufTensor[], layers: number): number {
  return tensors
    .filter(({ name }) => (layerOf(name) ?? 0) < layers)
    .reduce((sum, { shape }) => sum + shape.reduce((product, length) => product * length, 1), 0)
}

function firstAboveZero(value: PerLayer): number {
  return typeof value === 'number' ? value : (value.find((heads) => heads > 0) ?? 0)
}

function positive(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 ? value : undefined
}
