import { oncePerCommand } from './once-per-command.ts'
import type { FlagTable } from './flag-table.ts'
import { readFlags } from './read-flags.ts'
import type { FlagRule } from './rule.ts'
import { parseCount, setting } from './rule.ts'

/**
 * `lms load MODEL`, LM Studio's command to load a model; its own process and workers show none of this.
 * Source: lms's src/subcommands/load.ts.
 */
export const lmstudioFlags = oncePerCommand((args) =>
  readFlags(LMSTUDIO_TABLE, args[0] === 'load' ? args.slice(1) : []),
)

/** `off`, `max`, or a share of the layers, which is not known before the model is. */
const gpu: FlagRule = {
  names: ['--gpu'],
  takes: 'value',
  read: (value) => {
    if (value === 'off' || value === '0') return { settings: { gpuLayers: 0 } }
    if (value === 'max' || value === '1') return {}
    return /^0?\.\d+$/.test(value)
      ? { problem: `how many layers '--gpu ${value}' puts on the GPU is not computed` }
      : undefined
  },
}

export const LMSTUDIO_TABLE: FlagTable = {
  engine: 'lmstudio',
  rules: [
    setting('contextTokens', ['--context-length', '-c'], parseCount),
    setting('parallel', ['--parallel'], parseCount),
    gpu,
    {
      names: ['--speculative-draft-mtp'],
      takes: 'nothing',
      read: () => ({ settings: { specMethod: 'mtp' } }),
    },
    {
      names: ['--speculative-draft-model'],
      takes: 'value',
      read: (draft) => ({ files: { draft }, settings: { specMethod: 'draft-model' } }),
    },
    setting('specTokens', ['--speculative-draft-max-tokens'], parseCount),
  ],
  switches:
    '-y --yes --exact --local --estimate-only --no-speculative-draft-mtp --speculative-draft-simple'.split(
      ' ',
    ),
  positional: (text) => ({ model: { kind: 'name', text } }),
}
