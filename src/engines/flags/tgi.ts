import { oncePerCommand } from './once-per-command.ts'
import { quantizationNamed } from './quantization-names.ts'
import type { FlagTable } from './flag-table.ts'
import { readFlags } from './read-flags.ts'
import { parseCount, parseFraction, parseWord, setting } from './rule.ts'
import { flagValue } from '../program.ts'
import { TGI_UNCOMPUTED } from './uncomputed.ts'
import { cacheType } from './vllm.ts'

/** The flags of text-generation-launcher, each of which is an environment variable too. Source: TGI's launcher. */
export const tgiFlags = oncePerCommand((args, environment) => {
  const flags = readFlags(TGI_TABLE, args, environment)
  const isWhole = (flagValue(args, 'sharded') ?? environment['SHARDED']) === 'false'
  return isWhole ? { ...flags, settings: { ...flags.settings, tensorParallel: 1 } } : flags
})

export const TGI_TABLE: FlagTable = {
  engine: 'tgi',
  rules: [
    {
      names: ['--model-id'],
      variable: 'MODEL_ID',
      takes: 'value',
      read: (text) => ({ model: { kind: 'name', text } }),
    },
    setting('contextTokens', ['--max-total-tokens'], parseCount, 'MAX_TOTAL_TOKENS'),
    setting('maxNumBatchedTokens', ['--max-batch-prefill-tokens'], parseCount, 'MAX_BATCH_PREFILL_TOKENS'),
    setting('maxTotalTokens', ['--max-batch-total-tokens'], parseCount, 'MAX_BATCH_TOTAL_TOKENS'),
    setting('maxNumSeqs', ['--max-batch-size', '--max-concurrent-requests'], parseCount, 'MAX_BATCH_SIZE'),
    setting('tensorParallel', ['--num-shard'], parseCount, 'NUM_SHARD'),
    setting('cudaMemoryFraction', ['--cuda-memory-fraction'], parseFraction, 'CUDA_MEMORY_FRACTION'),
    // of what is free after the warm-up (server/text_generation_server/models/globals.py)
    setting('freeMemoryFraction', [], parseFraction, 'TGI_WIGGLE_ROOM'),
    {
      names: ['--cuda-graphs'],
      variable: 'CUDA_GRAPHS',
      takes: 'value',
      read: (sizes) => ({ settings: { eager: sizes.split(',').every((size) => size.trim() === '0') } }),
    },
    cacheType(['--kv-cache-dtype'], 'KV_CACHE_DTYPE'),
    setting('dtype', ['--dtype'], parseWord, 'DTYPE'),
    {
      names: ['--quantize'],
      variable: 'QUANTIZE',
      takes: 'value',
      // at TGI the plain word means 8 bits
      read: (word) => {
        const found = word === 'bitsandbytes' ? { name: 'int8' } : quantizationNamed(word)
        return found === undefined ? {} : { quantization: found }
      },
    },
    ...TGI_UNCOMPUTED,
  ],
  switches:
    '--trust-remote-code --disable-custom-kernels --json-output --ngrok --disable-grammar-support --env -e'.split(
      ' ',
    ),
}
