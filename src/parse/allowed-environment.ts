import { printable } from '../core/text.ts'
import { maskSecrets } from './mask-secrets.ts'

// What decides how much memory an engine takes, and where its models lie. Nothing else of an environment is read.
export const ALLOWED_PREFIXES = ['OLLAMA_', 'LLAMA_ARG_', 'TABBY_MODEL_'] as const
export const ALLOWED_NAMES: ReadonlySet<string> = new Set([
  // CUDA, its allocators and its sharing
  'CUDA_DEVICE_ORDER',
  'CUDA_MPS_PINNED_DEVICE_MEM_LIMIT',
  'CUDA_VISIBLE_DEVICES',
  'GGML_CUDA_ENABLE_UNIFIED_MEMORY',
  'GGML_CUDA_NO_PINNED',
  'NVIDIA_VISIBLE_DEVICES',
  'PYTORCH_ALLOC_CONF',
  'PYTORCH_CUDA_ALLOC_CONF',
  // where models lie
  'HF_HOME',
  'HF_HUB_CACHE',
  'HOME',
  'HUGGINGFACE_HUB_CACHE',
  'LLAMA_CACHE',
  'MODELSCOPE_CACHE',
  'XDG_CACHE_HOME',
  // llama-server's router, vLLM
  'LLAMA_SERVER_ROUTER_PORT',
  'VLLM_ENABLE_V1_MULTIPROCESSING',
  'VLLM_MEMORY_PROFILER_ESTIMATE_CUDAGRAPHS',
  'VLLM_PROCESS_NAME_PREFIX',
  'VLLM_USE_MODELSCOPE',
  'VLLM_WORKER_MULTIPROC_METHOD',
  // Dynamo's worker of TensorRT-LLM
  'DYN_TRTLLM_FREE_GPU_MEMORY_FRACTION',
  'DYN_TRTLLM_KV_BLOCK_SIZE',
  'DYN_TRTLLM_MAX_BATCH_SIZE',
  'DYN_TRTLLM_MAX_NUM_TOKENS',
  'DYN_TRTLLM_MAX_SEQ_LEN',
  'DYN_TRTLLM_MODEL',
  'DYN_TRTLLM_PIPELINE_PARALLEL_SIZE',
  'DYN_TRTLLM_TENSOR_PARALLEL_SIZE',
  // TGI takes every flag from here too
  'CUDA_GRAPHS',
  'CUDA_MEMORY_FRACTION',
  'DTYPE',
  'ENABLE_PREFILL_LOGPROBS',
  'KV_CACHE_DTYPE',
  'LORA_ADAPTERS',
  'MAX_BATCH_PREFILL_TOKENS',
  'MAX_BATCH_SIZE',
  'MAX_BATCH_TOTAL_TOKENS',
  'MAX_INPUT_LENGTH',
  'MAX_INPUT_TOKENS',
  'MAX_TOTAL_TOKENS',
  'MODEL_ID',
  'NUM_SHARD',
  'QUANTIZE',
  'SHARDED',
  'SPECULATE',
  'TGI_WIGGLE_ROOM',
])

const SECRET_NAME = /_(?:KEY|TOKEN|SECRET|PASSWORD)$/

/**
 * The variables of /proc/PID/environ that llmtop may keep, one `NAME=value` per line. The input is separated by NULs;
 * an output of this function comes out as it went in.
 */
export function allowedEnvironment(text: string): string {
  return text
    .split(text.includes('\0') ? '\0' : '\n')
    .filter((variable) => isAllowed(variable.slice(0, Math.max(0, variable.indexOf('=')))))
    .map((variable) => `${printable(maskSecrets(variable))}\n`)
    .join('')
}

function isAllowed(name: string): boolean {
  if (SECRET_NAME.test(name)) return false
  return ALLOWED_NAMES.has(name) || ALLOWED_PREFIXES.some((prefix) => name.startsWith(prefix))
}
