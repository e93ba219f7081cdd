/**
 * Sizes that an engine printed of itself when it started (`parse/engine-log`). Every field is optional, because logs are
 * cut, filtered by verbosity and differ by version; what is there is worth more than any formula.
 */
export interface ReportedMemory {
  readonly engine: 'llama.cpp' | 'vllm' | 'sglang'
  readonly version?: string
  /** Buffers by device (`CUDA0`, `CPU_Mapped`, `CUDA_Host`); the last load of the log. llama.cpp and Ollama only. */
  readonly devices: readonly DeviceBuffers[]
  /** Tokens that one sequence may have, and all sequences together. */
  readonly contextTokens?: number
  readonly contextTokensPerSlot?: number
  readonly slots?: number
  readonly batchTokens?: number
  readonly ubatchTokens?: number
  readonly flashAttention?: boolean
  readonly gpuLayers?: { readonly onGpu: number; readonly total: number }
  /** Per GPU, as vLLM and SGLang account for it. */
  readonly weightsBytes?: number
  readonly activationBytes?: number
  readonly nonTorchBytes?: number
  readonly cudaGraphBytes?: number
  readonly cudaGraphEstimatedBytes?: number
  readonly kvBytes?: number
  readonly stateBytes?: number
  readonly kvTokens?: number
  readonly maxConcurrency?: number
}

export interface DeviceBuffers {
  readonly device: string
  /** The name says host memory: `CPU…`, `…_Host`, `Host`. */
  readonly onHost: boolean
  readonly weightsBytes: number
  readonly kvBytes: number
  readonly stateBytes: number
  readonly computeBytes: number
  readonly outputBytes: number
}
