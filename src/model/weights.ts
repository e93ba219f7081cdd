/** What is known of a model's weights; in falling order of trust. */
export type WeightsSource =
  | {
      /** Read from the tensors of a GGUF or safetensors header: exact. */
      readonly kind: 'tensors'
      readonly layout: WeightsLayout
    }
  | {
      /** Only the size of the whole model is known: all GPUs and the host together. */
      readonly kind: 'total-bytes'
      readonly bytes: number
      /** The mixture's name where known (`Q4_K_M`): it says how the total is spread over embedding and layers. */
      readonly quantization?: string
    }
  | {
      /** Nothing but a name: `Q4_K_M`, `bf16`, `nf4`, `awq`, `fp8`, `mxfp4`, …; parameters × bits per weight. */
      readonly kind: 'quantization'
      readonly name: string
      /** Group size of GPTQ and AWQ where stated. */
      readonly groupSize?: number
    }

/** A tensor as a header lists it. */
export type Tensor =
  | {
      readonly kind: 'ggml'
      readonly name: string
      /** In the file's order: the row length first. */
      readonly shape: readonly number[]
      readonly typeId: number
      /** The length in the file, where its reader could tell: for types of forks, which ggml does not know. */
      readonly bytes?: number
    }
  | {
      readonly kind: 'safetensors'
      readonly name: string
      readonly shape: readonly number[]
      readonly dtype: string
      readonly bytes: number
    }

/** The bytes of all tensors by the role that decides on which device they land. */
export interface WeightsLayout {
  readonly totalBytes: number
  readonly tokenEmbeddingBytes: number
  /** Per-layer token embeddings (Gemma 3n and 4 E models), which llama.cpp never moves to a GPU. */
  readonly perLayerEmbeddingBytes: number
  /** The output matrix; 0 where it is tied to the token embedding. */
  readonly outputBytes: number
  /** Final norms, rope factors and what else belongs to no layer. */
  readonly otherBytes: number
  /** A vision or audio encoder inside the same files. */
  readonly encoderBytes: number
  /** Multi-token-prediction layers: not loaded unless they are used. */
  readonly mtpBytes: number
  readonly layers: readonly LayerWeights[]
}

export interface LayerWeights {
  /** Attention or recurrent part, norms and router. */
  readonly attentionBytes: number
  /** Dense feed-forward network, shared experts included. */
  readonly denseBytes: number
  /** Routed experts. */
  readonly expertBytes: number
}
