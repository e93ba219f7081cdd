import { InvalidArgumentError, Option, type Command } from 'commander'
import { stated } from '../../core/stated.ts'
import { knownKvTypes } from '../../estimate/kv-types.ts'
import type { EngineSettings } from '../../estimate/settings.ts'
import { bitsPerWeight } from '../../estimate/weight-types.ts'
import { parseGpu, type StatedGpu } from './stated-gpu.ts'

/** What commander makes of the flags of `llmtop fit`. */
export interface FitOptions {
  readonly engine?: FitEngine
  readonly engineVersion?: string
  readonly arch?: string
  readonly weightsBytes?: number
  readonly quant?: string
  readonly gpu?: readonly StatedGpu[]
  readonly ctx?: number
  readonly parallel?: number
  readonly kvType?: string
  readonly kvTypeK?: string
  readonly kvTypeV?: string
  readonly kvUnified?: boolean
  readonly swaFull?: boolean
  readonly batch?: number
  readonly ubatch?: number
  readonly flashAttn?: boolean
  readonly gpuLayers?: number
  readonly tp?: number
  readonly pp?: number
  readonly dcp?: number
  readonly maxNumSeqs?: number
  readonly maxNumBatchedTokens?: number
  readonly gpuMemoryUtilization?: number
  readonly specTokens?: number
  readonly json?: boolean
  readonly compare?: boolean
  readonly check?: boolean
  /** `auto`: as the screen does. */
  readonly ascii: boolean | 'auto'
}

/** Those that the estimator has rules for. */
export const FIT_ENGINES = [
  'llama.cpp',
  'ollama',
  'vllm',
  'sglang',
  'tgi',
  'transformers',
  'koboldcpp',
  'exllama',
  'tensorrt-llm',
  'lmdeploy',
  'lmstudio',
] as const
export type FitEngine = (typeof FIT_ENGINES)[number]

export function withFitOptions(command: Command): Command {
  return command
    .addOption(new Option('--engine <name>', 'who will run it').choices(FIT_ENGINES))
    .option('--engine-version <version>', 'decides rules that changed over time')
    .option(
      '--gpu <[name:]size>',
      "a card to fit, such as 24GiB, 2x24GiB or 'RTX 3090:24GiB'; repeatable",
      collectGpus,
    )
    .option('--ctx <tokens>', 'context; of all slots together for llama.cpp', parseTokens)
    .option('--parallel <n>', 'slots, or the batch of transformers', parseWhole)
    .option('--quant <name>', 'as if the weights were Q4_K_M, fp8, awq, ...', parseQuant)
    .option('--kv-type <type>', 'cache type of keys and values: f16, q8_0, fp8, ...', parseKvType)
    .option('--kv-type-k <type>', 'of keys', parseKvType)
    .option('--kv-type-v <type>', 'of values', parseKvType)
    .option('--batch <tokens>', 'logical batch of llama.cpp', parseTokens)
    .option('--ubatch <tokens>', 'micro-batch of llama.cpp', parseTokens)
    .option('--flash-attn <on|off>', 'flash attention of llama.cpp', parseOnOff)
    .option('--gpu-layers <n>', 'layers on the GPUs, the output layer counted', parseNatural)
    .option('--swa-full', 'windowed layers keep the whole context')
    .option('--kv-unified', 'one cache for all slots')
    .option('--no-kv-unified', 'one cache per slot')
    .option('--tp <n>', 'tensor parallel', parseWhole)
    .option('--pp <n>', 'pipeline parallel', parseWhole)
    .option('--dcp <n>', 'decode context parallel', parseWhole)
    .option('--max-num-seqs <n>', 'of vLLM and SGLang', parseWhole)
    .option('--max-num-batched-tokens <n>', 'of vLLM', parseTokens)
    .option('--gpu-memory-utilization <0-1>', 'of vLLM', parseShare)
    .option('--spec-tokens <n>', 'draft tokens of speculative decoding', parseNatural)
    .option('--weights-bytes <n>', 'size of the whole model, GPUs and host together', parseWhole)
    .option('--arch <file>', 'a model llmtop does not know: llmtop.architecture/1')
    .option('--compare', 'a table over quantisations, contexts and cache types')
    .option('--check', 'exit with 3 unless it fits')
    .option('--json', 'as a JSON object (llmtop.fit/1)')
}

/** The settings among the flags; what is not given stays unstated. */
export function settingsOf(options: FitOptions): Omit<EngineSettings, 'engine'> {
  return stated({
    version: options.engineVersion,
    contextTokens: options.ctx,
    parallel: options.parallel,
    kvTypeK: options.kvTypeK ?? options.kvType,
    kvTypeV: options.kvTypeV ?? options.kvType,
    kvUnified: options.kvUnified,
    swaFull: options.swaFull,
    batchTokens: options.batch,
    ubatchTokens: options.ubatch,
    flashAttention: options.flashAttn,
    gpuLayers: options.gpuLayers,
    tensorParallel: options.tp,
    pipelineParallel: options.pp,
    decodeContextParallel: options.dcp,
    maxNumSeqs: options.maxNumSeqs,
    maxNumBatchedTokens: options.maxNumBatchedTokens,
    gpuMemoryUtilization: options.gpuMemoryUtilization,
    specTokens: options.specTokens,
  })
}

function collectGpus(text: string, previous: readonly StatedGpu[] = []): readonly StatedGpu[] {
  const [, count = '1', card = ''] = /^(?:(\d{1,2})x)?(.*)$/s.exec(text) ?? []
  const gpu = parseGpu(card)
  if (gpu === undefined || Number(count) === 0)
    throw new InvalidArgumentError("give a size, such as '24GiB' or 'RTX 3090:24GiB'.")
  return [...previous, ...new Array<StatedGpu>(Number(count)).fill(gpu)]
}

/** `32768`, or `32k` for the same. */
function parseTokens(text: string): number {
  const [, digits = '', unit = ''] = /^(\d{1,12})([kK]?)$/.exec(text) ?? []
  const tokens = Number(digits) * (unit === '' ? 1 : 1024)
  if (digits === '' || tokens === 0)
    throw new InvalidArgumentError("give a number of tokens, such as '32768' or '32k'.")
  return tokens
}

function parseWhole(text: string): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : 0
  if (value === 0) throw new InvalidArgumentError('give a whole number from 1 up.')
  return value
}

function parseNatural(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('give a whole number from 0 up.')
  return Number(text)
}

function parseShare(text: string): number {
  const value = /^\d*\.?\d+$/.test(text) ? Number(text) : 0
  if (value <= 0 || value > 1) throw new InvalidArgumentError("give a share of the card, such as '0.9'.")
  return value
}

function parseOnOff(text: string): boolean {
  if (text !== 'on' && text !== 'off') throw new InvalidArgumentError("give 'on' or 'off'.")
  return text === 'on'
}

function parseKvType(text: string): string {
  const type = text.toLowerCase()
  if (type === 'auto' || knownKvTypes().includes(type)) return type
  throw new InvalidArgumentError(`known types are ${knownKvTypes().join(', ')}.`)
}

function parseQuant(text: string): string {
  if (bitsPerWeight(text) !== undefined) return text
  throw new InvalidArgumentError(
    "llmtop does not know it; try 'Q4_K_M', 'Q8_0', 'bf16', 'fp8', 'awq' or 'nf4'.",
  )
}
