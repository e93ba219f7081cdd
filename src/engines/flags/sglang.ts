import type { EngineSettings } from '../../estimate/settings.ts'
import { oncePerCommand } from './once-per-command.ts'
import { quantizationNamed } from './quantization-names.ts'
import type { FlagTable } from './flag-table.ts'
import { readFlags } from './read-flags.ts'
import type { FlagRule } from './rule.ts'
import {
  parseCount,
  parseCountOrAuto,
  parseFraction,
  parseGib,
  parseWord,
  setting,
  settingsFile,
  toggle,
} from './rule.ts'
import { cacheType } from './vllm.ts'

/** The flags of `python -m sglang.launch_server` and `sglang serve`. Source: SGLang's page of server arguments. */
export const sglangFlags = oncePerCommand((args, environment) => {
  const flags = readFlags(SGLANG_TABLE, args[0] === 'serve' ? args.slice(1) : args, environment)
  // with DP attention the replicas share the ranks of tensor parallelism instead of multiplying them
  const sharesRanks = args.some((arg) => arg.replaceAll('_', '-') === '--enable-dp-attention')
  return sharesRanks ? { ...flags, settings: { ...flags.settings, dataParallel: 1 } } : flags
})

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
    setting('contextTokens', ['--context-length'], parseCount),
    setting('memFractionStatic', ['--mem-fraction-static'], parseFraction),
    setting('maxNumSeqs', ['--max-running-requests'], parseCount),
    setting('maxTotalTokens', ['--max-total-tokens'], parseCount),
    setting('chunkedPrefillTokens', ['--chunked-prefill-size'], parseCountOrAuto),
    setting('blockTokens', ['--page-size'], parseCount),
    cacheType(['--kv-cache-dtype']),
    quantization,
    dtype,
    setting('tensorParallel', ['--tp-size', '--tensor-parallel-size', '--tp'], parseCount),
    setting('pipelineParallel', ['--pp-size', '--pipeline-parallel-size', '--pp'], parseCount),
    setting('dataParallel', ['--dp-size', '--data-parallel-size', '--dp'], parseCount),
    setting('cudaGraphMaxBatch', ['--cuda-graph-max-bs'], parseCount),
    toggle('eager', ['--disable-cuda-graph']),
    toggle('prefixCaching', ['--disable-radix-cache'], false),
    setting('swaFullTokensRatio', ['--swa-full-tokens-ratio'], parseFraction),
    setting('mambaFullMemoryRatio', ['--mamba-full-memory-ratio'], parseFraction),
    setting('cpuOffloadBytes', ['--cpu-offload-gb'], parseGib),
    setting('kvOffloadBytes', ['--hicache-size'], parseGib),
    algorithm,
    settingsFile(['--config'], '; give them on the command line'),
    setting('specTokens', ['--speculative-num-draft-tokens'], parseCount),
  ],
}
