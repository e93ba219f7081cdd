import { asNumber, asObject, asText, parseJson } from '../../core/decode.ts'
import type { EngineSettings } from '../../estimate/settings.ts'
import type { Finding } from './engine-flags.ts'
import { oncePerCommand } from './once-per-command.ts'
import { quantizationNamed } from './quantization-names.ts'
import type { FlagTable } from './flag-table.ts'
import { readFlags } from './read-flags.ts'
import type { FlagRule } from './rule.ts'
import { VLLM_UNCOMPUTED } from './uncomputed.ts'
import {
  OWN_CHOICE,
  parseCount,
  parseFraction,
  parseGib,
  parseHumanCount,
  parseWord,
  setting,
  settingsFile,
  toggle,
} from './rule.ts'

/**
 * The flags behind `vllm serve` or vLLM's API server module. The model is what stands alone, which wins over `--model`.
 * Source: vllm/engine/arg_utils.py, vLLM's documentation, and the parser of v0.22.1 as it lists its own flags.
 */
export const vllmFlags = oncePerCommand((args, environment) => {
  const words = args[0] === 'bench' ? 2 : SUBCOMMANDS.has(args[0] ?? '') ? 1 : 0
  return readFlags(VLLM_TABLE, args.slice(words), environment)
})

const SUBCOMMANDS: ReadonlySet<string> = new Set(['serve', 'run-batch', 'latency', 'throughput'])

const quantization: FlagRule = {
  names: ['--quantization', '-q'],
  takes: 'value',
  read: (word) => {
    const found = quantizationNamed(word)
    return found === undefined ? {} : { quantization: found }
  },
}

const dtype: FlagRule = setting('dtype', ['--dtype'], (text) => {
  const name = parseWord(text)
  if (name === 'half') return 'float16'
  return name === 'float' ? 'float32' : name
})

const speculation: FlagRule = {
  names: ['--speculative-config', '-sc'],
  takes: 'value',
  read: (text) => {
    const config = asObject(parseJson(text))
    if (config === undefined) return undefined
    return speculative(asNumber(config['num_speculative_tokens']), asText(config['method']) ?? 'draft-model')
  },
}

function speculative(tokens: number | undefined, method: string): Finding {
  const specMethod = specMethodNamed(method)
  return {
    settings: {
      ...(tokens === undefined ? {} : { specTokens: tokens }),
      ...(specMethod === undefined ? {} : { specMethod }),
    },
  }
}

/** Methods that guess from the text itself take no memory. */
function specMethodNamed(method: string): EngineSettings['specMethod'] {
  if (method.includes('ngram') || method === 'suffix') return undefined
  if (method.endsWith('mtp')) return 'mtp'
  return method.includes('eagle') || method === 'medusa' ? 'eagle' : 'draft-model'
}

/** `-O0`, or no graphs by name: as eager as `--enforce-eager` (OPTIMIZATION_LEVEL_00 in vllm/config/vllm.py). */
const compilation: FlagRule = {
  names: ['--compilation-config', '-cc', '--optimization-level', '-O'],
  takes: 'value',
  read: (text) => {
    if (/^\d$/.test(text)) return text === '0' ? EAGER : {}
    const config = asObject(parseJson(text))
    return config === undefined ? undefined : graphMode(asText(config['cudagraph_mode']))
  },
}

const EAGER: Finding = { settings: { eager: true } }

function graphMode(name: string | undefined): Finding {
  return name?.toUpperCase() === 'NONE' ? EAGER : {}
}

/** As it was until 0.8: the draft model, or what stands for it. */
const speculativeModel: FlagRule = {
  names: ['--speculative-model'],
  takes: 'value',
  read: (name) => speculative(undefined, name === '[ngram]' ? 'ngram' : 'draft-model'),
}

const model: FlagRule = {
  // `--model-path` is FastChat's worker, which runs vLLM in itself
  names: ['--model', '--model-path'],
  takes: 'value',
  read: (text) => ({ model: { kind: 'name', text } }),
}

export const VLLM_TABLE: FlagTable = {
  engine: 'vllm',
  rules: [
    model,
    setting('contextTokens', ['--max-model-len'], parseHumanCount),
    setting('maxNumSeqs', ['--max-num-seqs'], parseHumanCount),
    setting('maxNumBatchedTokens', ['--max-num-batched-tokens'], parseHumanCount),
    setting('gpuMemoryUtilization', ['--gpu-memory-utilization'], parseFraction),
    setting('kvCacheBytes', ['--kv-cache-memory-bytes', '--kv-cache-memory'], parseHumanCount),
    setting('blockTokens', ['--block-size'], parseCount),
    setting('gpuBlocks', ['--num-gpu-blocks-override'], parseCount),
    cacheType(['--kv-cache-dtype']),
    quantization,
    dtype,
    setting('tensorParallel', ['--tensor-parallel-size', '-tp'], parseCount),
    setting('pipelineParallel', ['--pipeline-parallel-size', '-pp'], parseCount),
    setting('dataParallel', ['--data-parallel-size', '-dp'], parseCount),
    setting('decodeContextParallel', ['--decode-context-parallel-size', '-dcp'], parseCount),
    toggle('expertParallel', ['--enable-expert-parallel', '-ep']),
    setting('cpuOffloadBytes', ['--cpu-offload-gb'], parseGib),
    setting('kvOffloadBytes', ['--kv-offloading-size'], parseGib),
    toggle('eager', ['--enforce-eager']),
    toggle('eager', ['--no-enforce-eager'], false),
    toggle('hybridKvManager', ['--disable-hybrid-kv-cache-manager'], false),
    toggle('hybridKvManager', ['--no-disable-hybrid-kv-cache-manager']),
    toggle('prefixCaching', ['--enable-prefix-caching']),
    toggle('prefixCaching', ['--no-enable-prefix-caching'], false),
    { names: ['-O0'], takes: 'nothing', read: () => EAGER },
    compilation,
    {
      names: ['--compilation-config.cudagraph-mode', '-cc.cudagraph_mode', '-O.cudagraph_mode'],
      takes: 'value',
      read: graphMode,
    },
    setting('multimodalCacheBytes', ['--mm-processor-cache-gb'], parseGib),
    {
      names: ['--disable-mm-preprocessor-cache'],
      takes: 'nothing',
      read: () => ({ settings: { multimodalCacheBytes: 0 } }),
    },
    toggle('lora', ['--enable-lora']),
    toggle('lora', ['--no-enable-lora'], false),
    setting('loraRank', ['--max-lora-rank'], parseCount),
    setting('maxLoras', ['--max-loras'], parseCount),
    speculation,
    speculativeModel,
    setting(
      'specTokens',
      ['--speculative-config.num-speculative-tokens', '--num-speculative-tokens', '--spec-tokens'],
      parseCount,
    ),
    {
      names: ['--speculative-config.method', '--spec-method'],
      takes: 'value',
      read: (method) => speculative(undefined, method),
    },
    settingsFile(['--config'], '; give them on the command line'),
    ...VLLM_UNCOMPUTED,
  ],
  // those of argparse that take no value: `--enable-lora`, `--no-enable-chunked-prefill`
  switchesBegin: /^--(?:enable|disable|no|skip)-/,
  switches:
    '--trust-remote-code --headless --async-scheduling --eplb-log-balancedness --guided-decoding-disable-fallback --guided-decoding-disable-any-whitespace --guided-decoding-disable-additional-properties --worker-use-ray --engine-use-ray --allow-credentials --calculate-kv-scales --fully-sharded-loras --return-tokens-as-token-ids --data-parallel-hybrid-lb --data-parallel-external-lb --ray-workers-use-nsight --use-v2-block-manager --multi-step-stream-outputs --allow-deprecated-quantization --grpc --trust-request-chat-template --exclude-tools-when-tool-choice-none --log-error-stack --tokens-only --data-parallel-multi-port-external-lb -dpm -dph -dpe --numa-bind --kv-sharing-fast-prefill --interleave-mm-strings --use-fp64-gumbel --use-tqdm-on-load --specialize-active-lora --kv-cache-metrics --cudagraph-metrics --scheduler-reserve-full-isl --aggregate-engine-logging --fail-on-environ-validation -O1 -O2 -O3'.split(
      ' ',
    ),
  // nargs="+" in argparse
  lists:
    '--served-model-name --lora-modules --prompt-adapters --api-key --allowed-media-domains --logits-processors --ignore-patterns --numa-bind-nodes --numa-bind-cpus --cpu-offload-params --offload-params --lora-target-modules --collect-detailed-traces --cudagraph-capture-sizes'.split(
      ' ',
    ),
  positional: (text) => ({ model: { kind: 'name', text } }),
}

/** One flag for keys and values. */
export function cacheType(names: readonly string[], variable?: string): FlagRule {
  const read = (text: string): Finding | undefined => {
    const type = parseWord(text)
    if (type === undefined) return undefined
    return type === OWN_CHOICE ? {} : { settings: { kvTypeK: type, kvTypeV: type } }
  }
  return {
    names,
    takes: 'value',
    sets: ['kvTypeK', 'kvTypeV'],
    read,
    ...(variable === undefined ? {} : { variable }),
  }
}
