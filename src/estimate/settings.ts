import type { EngineId } from '../model/workload.ts'

/**
 * The settings of an engine that decide memory, in one flat form for all engines. Absent means "not stated":
 * the engine's own default of that version counts (`defaults.ts`). Each engine ignores what it does not know.
 */
export interface EngineSettings {
  readonly engine: EngineId
  /** `0.21.0`, `b4701`; decides rules that changed over time. Absent: a current version. */
  readonly version?: string

  // requests
  /** llama.cpp `-c` (all slots together), Ollama `num_ctx` (per slot), vLLM `--max-model-len`, SGLang `--context-length`, … */
  readonly contextTokens?: number
  /** llama-server slots (`-np`), Ollama's `OLLAMA_NUM_PARALLEL`, the batch of transformers. */
  readonly parallel?: number
  /** llama-server: one pool for all slots. */
  readonly kvUnified?: boolean
  readonly maxNumSeqs?: number
  readonly maxNumBatchedTokens?: number
  readonly chunkedPrefillTokens?: number

  // KV cache
  readonly kvTypeK?: string
  readonly kvTypeV?: string
  /** llama.cpp `-nkvo` is false: KV stays on the host. */
  readonly kvOnGpu?: boolean
  /** ik_llama.cpp `-mla 1` and some older llama.cpp builds: a copy of the latent vector as value. */
  readonly mlaValueCopy?: boolean
  /** llama.cpp `--swa-full`. */
  readonly swaFull?: boolean
  readonly blockTokens?: number
  /** vLLM without `--disable-hybrid-kv-cache-manager` is true. */
  readonly hybridKvManager?: boolean
  /** vLLM `--kv-cache-memory-bytes`, per GPU: instead of what the budget leaves. */
  readonly kvCacheBytes?: number
  /** vLLM `--num-gpu-blocks-override`: so many blocks, whatever the budget leaves. */
  readonly gpuBlocks?: number
  readonly prefixCaching?: boolean
  /** SGLang: tokens of the window pool ÷ tokens of the full pool. */
  readonly swaFullTokensRatio?: number
  /** SGLang: memory for recurrent state ÷ memory for KV. */
  readonly mambaFullMemoryRatio?: number
  /** SGLang `--max-total-tokens`, TGI `--max-batch-total-tokens`, TabbyAPI `--cache-size`. */
  readonly maxTotalTokens?: number

  // compute
  /** llama.cpp `-b` and `-ub`. */
  readonly batchTokens?: number
  readonly ubatchTokens?: number
  readonly flashAttention?: boolean
  /** Rows of logits that the compute buffer holds: `all` in llama-bench, perplexity and servers before the outputs limit. */
  readonly logitsRows?: 'all' | 'per-slot'
  /** vLLM `--enforce-eager`, SGLang `--disable-cuda-graph`. */
  readonly eager?: boolean
  readonly cudaGraphMaxBatch?: number
  /** `bfloat16`, `float16`, `float32`: type of activations, and of KV where nothing else is said. */
  readonly dtype?: string

  // placement
  /** llama.cpp `-ngl`: layers on GPUs counted with the output layer; absent = all. */
  readonly gpuLayers?: number
  readonly splitMode?: 'none' | 'layer' | 'row' | 'tensor'
  /** Shares of the GPUs; of ExLlama (`--gpu-split`) the GB that each may take, filled one after the other. */
  readonly tensorSplit?: readonly number[]
  readonly mainGpu?: number
  /** llama.cpp `--fit off` is false: nothing is shortened until it fits. */
  readonly ownFit?: boolean
  /** llama.cpp `-cmoe`: `all`; `-ncmoe N`, TabbyAPI `--cpu-moe-offload-layers`: the experts of the first N layers stay on the host. */
  readonly cpuMoeLayers?: number | 'all'
  /** llama.cpp `-ncffn N`: dense feed-forward networks of the first N layers stay on the host. */
  readonly cpuFfnLayers?: number
  readonly tensorParallel?: number
  /** ExLlama's tensor parallelism: every card that it sees has a part of every layer. */
  readonly cutOverGpus?: boolean
  readonly pipelineParallel?: number
  readonly dataParallel?: number
  readonly decodeContextParallel?: number
  readonly expertParallel?: boolean
  /** vLLM and SGLang `--cpu-offload-gb`, per GPU. */
  readonly cpuOffloadBytes?: number

  // budgets
  readonly gpuMemoryUtilization?: number
  /** SGLang `--mem-fraction-static`. */
  readonly memFractionStatic?: number
  /** TGI `--cuda-memory-fraction`. */
  readonly cudaMemoryFraction?: number
  /** TensorRT-LLM `--free_gpu_memory_fraction`, LMDeploy `--cache-max-entry-count`, TGI `TGI_WIGGLE_ROOM`: of what is free once the weights are loaded. */
  readonly freeMemoryFraction?: number

  // host
  /** llama-server `--cache-ram`: −1 = no limit, 0 = off. */
  readonly cacheRamBytes?: number
  /** llama-server `--ctx-checkpoints` per slot. */
  readonly contextCheckpoints?: number
  /** vLLM `--mm-processor-cache-gb`. */
  readonly multimodalCacheBytes?: number
  /** vLLM `--kv-offloading-size`, of all GPUs together; SGLang `--hicache-size`, per GPU. */
  readonly kvOffloadBytes?: number
  /** SGLang `--hicache-ratio`: the host's pool ÷ the GPU's. */
  readonly kvOffloadRatio?: number
  /** vLLM sleeping at level 1: weights move to the host. */
  readonly sleepLevel?: 0 | 1 | 2

  // additions
  /** A vision projector file (`--mmproj`): its size. */
  readonly mmprojBytes?: number
  readonly mmprojOnGpu?: boolean
  /** Draft tokens of speculative decoding, and whether the model's own MTP layers make them. */
  readonly specTokens?: number
  /** `eagle`: by a small model made for it, `draft-model`: by any other. */
  readonly specMethod?: 'mtp' | 'eagle' | 'draft-model'
  /** vLLM and SGLang `--enable-lora`: there are slots for adapters. */
  readonly lora?: boolean
  readonly loraRank?: number
  readonly maxLoras?: number
}
