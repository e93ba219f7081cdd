import type { EngineSettings } from '../../estimate/settings.ts'
import type { EngineId } from '../../model/workload.ts'
import type { FlagChange } from './change-flags.ts'

export type SettingsToWrite = Partial<EngineSettings> & { readonly quantization?: string | undefined }

/**
 * The flags that say these settings to an engine; a setting that the engine has no flag for is left out.
 */
export function flagsFor(engine: EngineId, settings: SettingsToWrite): readonly FlagChange[] {
  const changes: FlagChange[] = []
  for (const [key, writer] of Object.entries(WRITERS[engine] ?? {})) {
    const value = settings[key as keyof SettingsToWrite]
    if (value !== undefined) changes.push({ names: writer.names, value: writer.write(value) })
  }
  return changes
}

interface Writer {
  readonly names: FlagChange['names']
  readonly write: (value: unknown) => string | undefined
}

type Writers = Readonly<Partial<Record<keyof SettingsToWrite, Writer>>>

function plain(...names: FlagChange['names']): Writer {
  return { names, write: (value) => (Array.isArray(value) ? value.join(',') : String(value)) }
}

/** A switch that stands for this value; any other takes it away. */
function switchFor(wanted: boolean, ...names: FlagChange['names']): Writer {
  return { names, write: (value) => (value === wanted ? '' : undefined) }
}

function onOff(...names: FlagChange['names']): Writer {
  return { names, write: (value) => (value === true ? 'on' : 'off') }
}

function gib(...names: FlagChange['names']): Writer {
  return { names, write: (value) => String(Number(value) / 1024 ** 3) }
}

const LLAMA_CPP: Writers = {
  contextTokens: plain('-c', '--ctx-size', '--n-ctx'),
  parallel: plain('-np', '--parallel'),
  kvUnified: switchFor(true, '-kvu', '--kv-unified'),
  batchTokens: plain('-b', '--batch-size', '--n-batch'),
  ubatchTokens: plain('-ub', '--ubatch-size', '--n-ubatch'),
  flashAttention: onOff('-fa', '--flash-attn'),
  kvTypeK: plain('-ctk', '--cache-type-k'),
  kvTypeV: plain('-ctv', '--cache-type-v'),
  kvOnGpu: switchFor(false, '-nkvo', '--no-kv-offload'),
  swaFull: switchFor(true, '--swa-full'),
  gpuLayers: plain('-ngl', '--gpu-layers', '--n-gpu-layers'),
  splitMode: plain('-sm', '--split-mode'),
  tensorSplit: plain('-ts', '--tensor-split'),
  cpuMoeLayers: {
    names: ['-ncmoe', '--n-cpu-moe'],
    write: (value) => (value === 'all' ? '999' : String(value)),
  },
}

const VLLM: Writers = {
  quantization: {
    names: ['--quantization', '-q'],
    write: (value) => VLLM_NAMES[String(value)] ?? String(value),
  },
  contextTokens: plain('--max-model-len'),
  maxNumSeqs: plain('--max-num-seqs'),
  maxNumBatchedTokens: plain('--max-num-batched-tokens'),
  kvTypeK: plain('--kv-cache-dtype'),
  gpuMemoryUtilization: plain('--gpu-memory-utilization'),
  tensorParallel: plain('--tensor-parallel-size', '-tp'),
  pipelineParallel: plain('--pipeline-parallel-size', '-pp'),
  dataParallel: plain('--data-parallel-size', '-dp'),
  decodeContextParallel: plain('--decode-context-parallel-size', '-dcp'),
  cpuOffloadBytes: gib('--cpu-offload-gb'),
}

/** vLLM's word for making NF4 while loading. */
const VLLM_NAMES: Readonly<Record<string, string>> = { nf4: 'bitsandbytes' }

const SGLANG: Writers = {
  quantization: plain('--quantization'),
  contextTokens: plain('--context-length'),
  maxNumSeqs: plain('--max-running-requests'),
  chunkedPrefillTokens: plain('--chunked-prefill-size'),
  cudaGraphMaxBatch: plain('--cuda-graph-max-bs'),
  kvTypeK: plain('--kv-cache-dtype'),
  memFractionStatic: plain('--mem-fraction-static'),
  tensorParallel: plain('--tp-size', '--tp', '--tensor-parallel-size'),
  pipelineParallel: plain('--pp-size', '--pp', '--pipeline-parallel-size'),
  cpuOffloadBytes: gib('--cpu-offload-gb'),
}

const TGI: Writers = {
  quantization: {
    names: ['--quantize'],
    write: (value) => (value === 'nf4' ? 'bitsandbytes-nf4' : String(value)),
  },
  contextTokens: plain('--max-total-tokens'),
  maxNumBatchedTokens: plain('--max-batch-prefill-tokens'),
  kvTypeK: plain('--kv-cache-dtype'),
  tensorParallel: plain('--num-shard'),
}

// bnb-4bit is NF4 with double quantization: transformers' src/transformers/cli/serving/model_manager.py
const TRANSFORMERS: Writers = {
  quantization: {
    names: ['--quantization'],
    write: (value) => (String(value).startsWith('nf4') ? 'bnb-4bit' : 'bnb-8bit'),
  },
}

const KOBOLDCPP: Writers = {
  contextTokens: plain('--contextsize', '--ctx-size', '-c'),
  parallel: plain('--parallelrequests', '--continuous-batching', '--contbatch'),
  ubatchTokens: plain('--batchsize', '--blasbatchsize', '--batch-size', '-b'),
  flashAttention: switchFor(false, '--noflashattention', '--no-flash-attn', '-nofa'),
  kvTypeK: plain('--quantkv'),
  kvOnGpu: switchFor(false, '--lowvram', '-nkvo', '--no-kv-offload'),
  swaFull: switchFor(true, '--noswa', '--swa-full'),
  gpuLayers: plain('--gpulayers', '--gpu-layers', '--n-gpu-layers', '-ngl'),
  cpuMoeLayers: {
    names: ['--moecpu', '--n-cpu-moe', '-ncmoe'],
    write: (value) => (value === 'all' ? '999' : String(value)),
  },
}

/** Bits of keys and values: `q8` is `8,8`. */
const EXLLAMA: Writers = {
  contextTokens: plain('--max-seq-len'),
  maxTotalTokens: plain('--cache-size', '-cs'),
  kvTypeK: {
    names: ['--cache-mode', '-cq', '--cache-quant'],
    write: (value) => (/^q\d$/.test(String(value)) ? String(value).replace(/^q(\d)$/, '$1,$1') : 'FP16'),
  },
}

/** As the loader in it takes them. */
const WEBUI: Writers = {
  contextTokens: plain('--ctx-size', '--n-ctx', '--max-seq-len'),
  kvTypeK: plain('--cache-type'),
  gpuLayers: plain('--gpu-layers', '--n-gpu-layers'),
  ubatchTokens: plain('--ubatch-size'),
}

const TENSORRT_LLM: Writers = {
  contextTokens: plain('--max_seq_len', '--max-seq-len'),
  maxNumSeqs: plain('--max_batch_size', '--max-batch-size'),
  maxNumBatchedTokens: plain('--max_num_tokens', '--max-num-tokens'),
  kvTypeK: plain('--kv_cache_dtype', '--kv-cache-dtype'),
  freeMemoryFraction: plain(
    '--free_gpu_memory_fraction',
    '--free-gpu-memory-fraction',
    '--kv-cache-free-gpu-memory-fraction',
  ),
  tensorParallel: plain('--tp_size', '--tp-size', '--tensor-parallel-size'),
  pipelineParallel: plain('--pp_size', '--pp-size', '--pipeline-parallel-size'),
}

const LMDEPLOY: Writers = {
  contextTokens: plain('--session-len'),
  maxNumBatchedTokens: plain('--max-prefill-token-num'),
  freeMemoryFraction: plain('--cache-max-entry-count'),
  kvTypeK: { names: ['--quant-policy'], write: (value) => (value === 'int4' ? '4' : '8') },
  tensorParallel: plain('--tp'),
}

const LMSTUDIO: Writers = {
  contextTokens: plain('--context-length', '-c'),
  parallel: plain('--parallel'),
}

const WRITERS: Readonly<Partial<Record<EngineId, Writers>>> = {
  'llama.cpp': LLAMA_CPP,
  vllm: VLLM,
  sglang: SGLANG,
  tgi: TGI,
  transformers: TRANSFORMERS,
  koboldcpp: KOBOLDCPP,
  exllama: EXLLAMA,
  'text-generation-webui': WEBUI,
  'tensorrt-llm': TENSORRT_LLM,
  lmdeploy: LMDEPLOY,
  lmstudio: LMSTUDIO,
}

/** Ollama's settings are variables of its server; the number of layers is one of the model. */
export function ollamaVariables(settings: SettingsToWrite): Readonly<Record<string, string>> {
  const { contextTokens, parallel, kvTypeK, flashAttention } = settings
  const pairs: readonly (readonly [string, string | undefined])[] = [
    ['OLLAMA_CONTEXT_LENGTH', contextTokens?.toString()],
    ['OLLAMA_NUM_PARALLEL', parallel?.toString()],
    ['OLLAMA_FLASH_ATTENTION', flashAttention === undefined ? undefined : flashAttention ? '1' : '0'],
    ['OLLAMA_KV_CACHE_TYPE', kvTypeK],
  ]
  return Object.fromEntries(pairs.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}
