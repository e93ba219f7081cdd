import type { EngineFlags } from './engine-flags.ts'
import type { FlagTable } from './flag-table.ts'
import { readFlags } from './read-flags.ts'
import { parseCount, parseFraction, parseWord, setting } from './rule.ts'

/**
 * The flags behind `lmdeploy serve api_server` and `lmdeploy chat`, and of the server's module. Source: LMDeploy's
 * lmdeploy/cli/utils.py.
 */
export function lmdeployFlags(args: readonly string[]): EngineFlags {
  return readFlags(LMDEPLOY_TABLE, args)
}

/** `--quant-policy`: 0 is none. */
const KV_TYPES = new Map([
  ['4', 'int4'],
  ['8', 'int8'],
])

export const LMDEPLOY_TABLE: FlagTable = {
  engine: 'lmdeploy',
  rules: [
    setting('contextTokens', ['--session-len'], parseCount),
    setting('maxNumSeqs', ['--max-batch-size'], parseCount),
    setting('maxNumBatchedTokens', ['--max-prefill-token-num'], parseCount),
    setting('freeMemoryFraction', ['--cache-max-entry-count'], parseFraction),
    setting('blockTokens', ['--cache-block-seq-len'], parseCount),
    setting('tensorParallel', ['--tp'], parseCount),
    setting('dataParallel', ['--dp'], parseCount),
    setting('dtype', ['--dtype'], parseWord),
    {
      names: ['--quant-policy'],
      takes: 'value',
      read: (value) => {
        const type = KV_TYPES.get(value)
        return type === undefined ? {} : { settings: { kvTypeK: type, kvTypeV: type } }
      },
    },
  ],
  switchesBegin: /^--(?:enable|disable)-/,
  switches: '--eager-mode --allow-terminate-by-client --ssl --trust-remote-code'.split(' '),
  positional: (text) => ({ model: { kind: 'name', text } }),
}
