import { asNumber, asObject, parseJson } from '../../core/decode.ts'
import type { EngineSettings } from '../../estimate/settings.ts'
import { oncePerCommand } from './once-per-command.ts'
import { quantizationNamed } from './quantization-names.ts'
import type { FlagTable } from './flag-table.ts'
import { readFlags } from './read-flags.ts'
import { SGLANG_UNCOMPUTED } from './uncomputed.ts'
import type { FlagRule } from './rule.ts'
import {
  parseCount,
  parseCountOrAuto,
  parseFraction,
  parseGib,
  parseGigabytes,
  parseHumanCount,
  parseRatio,
  parseWord,
  setting,
  settingsFile,
  toggle,
} from './rule.ts'
import { flagValue, hasFlag } from '../program.ts'
import { cacheType } from './vllm.ts'

/**
 * The flags of `python -m sglang.launch_server` and `sglang serve`. Source: python/sglang/srt/server_args.py, and SGLang's page of
 * server arguments.
 */
export const sglangFlags = oncePerCommand((args, environment) => {
  const flags = readFlags(SGLANG_TABLE, args[0] === 'serve' ? args.slice(1) : args, environment)
  const { kvOffloadBytes, kvOffloadRatio, ...settings } = flags.settings
  return {
    ...flags,
    settings: {
      ...settings,
      // with DP attention the replicas share the ranks of tensor parallelism instead of multiplying them
      ...(hasFlag(args, 'enable-dp-attention') ? { dataParallel: 1 } : {}),
      ...(isWhole(args) ? { chunkedPrefillTokens: settings.maxNumBatchedTokens ?? PREFILL_TOKENS } : {}),
      ...(hasFlag(args, 'enable-hierarchical-cache') ? hostCache(kvOffloadBytes, kvOffloadRatio) : {}),
    },
  }
})

/** `--max-prefill-tokens` where it is not given. */
const PREFILL_TOKENS = 16_384

/** Without chunks a prefill may have as many tokens as a batch. */
function isWhole(args: readonly string[]): boolean {
  return flagValue(args, 'chunked-prefill-size')?.startsWith('-') === true
}

/** A stated size wins over the ratio, which is 2 by default. */
function hostCache(bytes: number | undefined, ratio: number | undefined): Partial<EngineSettings> {
  return bytes === undefined || bytes === 0 ? { kvOffloadRatio: ratio ?? 2 } : { kvOffloadBytes: bytes }
}

/** The largest batch of a list of sizes. */
const graphSizes: FlagRule = {
  names: ['--cuda-graph-bs', '--cuda-graph-bs-decode'],
  takes: 'list',
  read: (words) => {
    const sizes = words.split(/[\s,]+/).map(Number)
    return sizes.every(Number.isInteger) ? { settings: { cudaGraphMaxBatch: Math.max(...sizes) } } : undefined
  },
}

/** `{"decode":{"backend":"disabled","max_bs":64}}`; it wins over the single flags. */
const graphConfig: FlagRule = {
  names: ['--cuda-graph-config'],
  takes: 'value',
  read: (text) => {
    const config = asObject(parseJson(text))
    if (config === undefined) return undefined
    const decode = asObject(config['decode']) ?? {}
    const largest = asNumber(decode['max_bs'])
    return {
      settings: {
        ...(decode['backend'] === 'disabled' ? { eager: true } : {}),
        ...(largest === undefined ? {} : { cudaGraphMaxBatch: largest }),
      },
    }
  },
}

const algorithm: FlagRule = {
  names: ['--speculative-algorithm', '--speculative-algo'],
  takes: 'value',
  read: (name) => {
    const specMethod = SPECULATION[name.toUpperCase()]
    return specMethod === undefined ? {} : { settings: { specMethod } }
  },
}

const SPECULATION: Readonly<Record<string, EngineSettings['specMethod']>> = {
  EAGLE: 'eagle',
  EAGLE3: 'eagle',
  NEXTN: 'mtp',
  STANDALONE: 'draft-model',
  // small draft models, for which as much is kept free as for EAGLE
  DFLASH: 'eagle',
  DSPARK: 'eagle',
}

const quantization: FlagRule = {
  names: ['--quantization'],
  takes: 'value',
  read: (word) => {
    const found = quantizationNamed(word)
    return found === undefined ? {} : { quantization: found }
  },
}

const model: FlagRule = {
  names: ['--model-path', '--model'],
  takes: 'value',
  read: (text) => ({ model: { kind: 'name', text } }),
}

const dtype: FlagRule = setting('dtype', ['--dtype'], (text) => {
  const name = parseWord(text)
  if (name === 'half') return 'float16'
  return name === 'float' ? 'float32' : name
})

export const SGLANG_TABLE: FlagTable = {
  engine: 'sglang',
  rules: [
    model,
    setting('contextTokens', ['--context-length'], parseHumanCount),
    setting('memFractionStatic', ['--mem-fraction-static'], parseFraction),
    setting('maxNumSeqs', ['--max-running-requests'], parseCount),
    setting('maxTotalTokens', ['--max-total-tokens'], parseHumanCount),
    setting('chunkedPrefillTokens', ['--chunked-prefill-size'], parseCountOrAuto),
    setting('blockTokens', ['--page-size'], parseCount),
    cacheType(['--kv-cache-dtype']),
    quantization,
    dtype,
    setting('tensorParallel', ['--tp-size', '--tensor-parallel-size', '--tp'], parseCount),
    setting('pipelineParallel', ['--pp-size', '--pipeline-parallel-size', '--pp'], parseCount),
    setting('dataParallel', ['--dp-size', '--data-parallel-size', '--dp'], parseCount),
    setting('maxNumBatchedTokens', ['--max-prefill-tokens'], parseHumanCount),
    setting('cudaGraphMaxBatch', ['--cuda-graph-max-bs', '--cuda-graph-max-bs-decode'], parseCount),
    graphSizes,
    graphConfig,
    {
      names: ['--cuda-graph-backend-decode'],
      takes: 'value',
      read: (backend) => (backend === 'disabled' ? { settings: { eager: true } } : {}),
    },
    toggle('eager', ['--disable-cuda-graph', '--disable-decode-cuda-graph']),
    toggle('prefixCaching', ['--disable-radix-cache'], false),
    // then window layers have as many tokens as the others
    {
      names: ['--disable-hybrid-swa-memory'],
      takes: 'nothing',
      read: () => ({ settings: { swaFullTokensRatio: 1 } }),
    },
    setting('swaFullTokensRatio', ['--swa-full-tokens-ratio'], parseFraction),
    setting('mambaFullMemoryRatio', ['--mamba-full-memory-ratio'], parseFraction),
    setting('cpuOffloadBytes', ['--cpu-offload-gb'], parseGib),
    setting('kvOffloadBytes', ['--hicache-size'], parseGigabytes),
    setting('kvOffloadRatio', ['--hicache-ratio'], parseRatio),
    toggle('lora', ['--enable-lora']),
    { names: ['--lora-paths'], takes: 'list', read: () => ({ settings: { lora: true } }) },
    setting('loraRank', ['--max-lora-rank'], parseCount),
    setting('maxLoras', ['--max-loras-per-batch'], parseCount),
    algorithm,
    settingsFile(['--config'], '; give them on the command line'),
    setting('specTokens', ['--speculative-num-draft-tokens', '--speculative-dflash-block-size'], parseCount),
    ...SGLANG_UNCOMPUTED,
  ],
  // those of argparse that take no value; further ones do not end in a path or a number
  switchesBegin: /^--(?:enable|disable|skip|enforce)-/,
  switches:
    '--trust-remote-code --is-embedding --grpc-mode --log-requests --show-time-cost --sleep-on-idle --collect-tokens-histogram --export-metrics-to-file --quantize-and-serve --incremental-streaming-output --abort-on-priority-when-disabled --schedule-low-priority-values-first --speculative-use-rejection-sampling --speculative-adaptive --speculative-skip-dp-mlp-sync --elastic-ep-rejoin --triton-attention-reduce-in-fp32 --flashinfer-mla-disable-ragged --delete-ckpt-after-loading --allow-auto-truncate --keep-mm-feature-on-device --mm-enable-dp-encoder --pre-warm-nccl --debug-cuda-graph --constrained-json-disable-any-whitespace --checkpoint-engine-wait-weights-before-ready --trust-mm-content-hashes'.split(
      ' ',
    ),
}
