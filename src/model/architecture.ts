/**
 * The shape of a model: `llmtop.architecture/1` without its `schema` key. Read from a GGUF header, a `config.json`,
 * a catalogue row or a file of the user. Optional means "not stated": what needs the field is then missing with a
 * reason, while the rest is still computed. Below the keys of the contract stand the few that only some models have.
 */
export interface ModelArchitecture {
  readonly name: string
  /** The model type as llama.cpp or Hugging Face spells it: `llama`, `qwen3moe`, `qwen3_moe`, `gemma3`. */
  readonly family: string
  /** Decoder layers, multi-token-prediction layers not counted. */
  readonly layers: number
  readonly hiddenSize?: number
  /** Width of the dense feed-forward network; one number per layer where they differ (0 = the layer has none). */
  readonly feedForwardSize?: PerLayer
  readonly attentionHeads?: PerLayer
  /**
   * One number, or one per layer (0 = no KV in that layer). With one number and a recurrent pattern that covers only
   * some layers, the recurrent layers have no KV; where it covers all layers, every layer has both (Falcon-H1).
   * MLA models cache one latent vector per token whatever stands here, unless it is 0 for a layer.
   */
  readonly kvHeads: PerLayer
  readonly headDimK: number
  readonly headDimV: number
  readonly vocabSize?: number
  /** The context that the model was trained for. */
  readonly contextLength?: number
  readonly tiedEmbeddings?: boolean
  /** All weights as published, MTP layers and vision encoder not counted. */
  readonly parameters?: number
  readonly slidingWindow?: SlidingWindow
  readonly mla?: MultiHeadLatentAttention
  readonly moe?: MixtureOfExperts
  readonly recurrent?: RecurrentState
  /** The last N layers read the KV of an earlier layer and own none (Gemma 3n and 4 E models). */
  readonly kvSharedLayers?: number
  /** The indexer of DeepSeek sparse attention: one more key vector per token and layer. */
  readonly indexer?: SparseAttentionIndexer
  /** Multi-token-prediction (NextN) layers behind the decoder; loaded only for speculative decoding. */
  readonly mtpLayers?: number
  /** Per-layer token embeddings (Gemma 3n and 4 E models), which llama.cpp keeps on the host. */
  readonly perLayerEmbeddings?: { readonly size: number; readonly vocabSize: number }
  /** Matrices of the dense feed-forward network: 3 with a gate (the default), 2 without (GPT-2, OPT, Nemotron). */
  readonly feedForwardMatrices?: 2 | 3
  /** The query projection also makes a gate of the same width (Qwen3-Next, Qwen3.5). */
  readonly attentionGate?: boolean
  /** Absolute position embeddings (GPT-2, OPT): positions that the table holds. */
  readonly learnedPositions?: number
  /** Weights of a vision or audio encoder that are loaded with the model. */
  readonly encoderParameters?: number
}

/** The same number for all layers, or one number per layer. */
export type PerLayer = number | readonly number[]

/** Layers that keep only the latest tokens. */
export interface SlidingWindow {
  readonly tokens: number
  /** Which layers are windowed; repeats over the layers. */
  readonly layers: readonly boolean[]
  /** Of windowed layers, where they differ from the others (Gemma 4). */
  readonly kvHeads?: number | null
  readonly headDimK?: number | null
  readonly headDimV?: number | null
  /** Attention within fixed chunks of `tokens` (Llama 4) instead of a sliding window. */
  readonly chunked?: boolean
}

/** One latent vector of `kvLoraRank + qkRopeHeadDim` per token and layer (DeepSeek V2/V3, Kimi K2, GLM 4.7 Flash). */
export interface MultiHeadLatentAttention {
  readonly kvLoraRank: number
  readonly qkRopeHeadDim: number
  /** For weights only. */
  readonly qLoraRank?: number
  readonly qkNopeHeadDim?: number
  readonly vHeadDim?: number
}

export interface MixtureOfExperts {
  readonly experts: number
  readonly expertsUsed: number
  readonly expertFeedForwardSize: number
  /** Width of the experts that every token passes, all of them together. */
  readonly sharedFeedForwardSize?: number
  /** The first N layers are dense and use `feedForwardSize`. */
  readonly leadingDenseLayers?: number
  /** Which layers have experts where it is not all of them; repeats over the layers (Llama 4, Jamba, Nemotron-H). */
  readonly layers?: readonly boolean[]
  /** Expert layers that have the dense network as well (Gemma 4 26B). */
  readonly besideDense?: boolean
}

/**
 * State per sequence that does not grow with its length:
 * (convKernel − 1) · (innerSize + 2 · groups · stateSize) values of convolution and innerSize · stateSize of state.
 * All kinds fit this form:
 * - Mamba 1 and 2: as their configs name them (Mamba 1 has 0 groups);
 * - gated delta net: innerSize = value heads · value dim, stateSize = key dim, groups = key heads;
 * - KDA (Kimi Linear): innerSize = heads · dim, stateSize = dim, groups = heads;
 * - short convolution (LFM2): innerSize = hidden size, stateSize 0, groups 0;
 * - RWKV: convKernel = token shifts + 1, innerSize = hidden size, stateSize = head size, groups 0;
 * - linear attention (MiniMax-01): convKernel 1, innerSize = heads · dim, stateSize = dim.
 */
export interface RecurrentState {
  /** Which layers have it; repeats over the layers. */
  readonly layers: readonly boolean[]
  readonly convKernel: number
  readonly innerSize: number
  readonly stateSize: number
  readonly groups: number
  /** What the config says of the state's type; without it each engine's default counts. */
  readonly stateType?: 'float32' | 'bfloat16' | 'float16'
}

export interface SparseAttentionIndexer {
  readonly headDim: number
  /** For weights only. */
  readonly heads?: number
  /** Layers that own an indexer; repeats. Absent: all of them. */
  readonly layers?: readonly boolean[]
}
