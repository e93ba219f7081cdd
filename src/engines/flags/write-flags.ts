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

const WRITERS: Readonly<Partial<Record<EngineId, Writers>>> = {
  'llama.cpp': LLAMA_CPP,
  vllm: VLLM,
  sglang: SGLANG,
  tgi: TGI,
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
