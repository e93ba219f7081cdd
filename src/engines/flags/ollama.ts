import type { EngineFlags, Finding } from './engine-flags.ts'
import { oncePerCommand } from './once-per-command.ts'
import type { FlagTable } from './flag-table.ts'
import { readFlags } from './read-flags.ts'
import type { FlagRule } from './rule.ts'
import { OWN_CHOICE, parseCount, parseCountOrAuto, parseSwitch, setting } from './rule.ts'
import { cacheType } from './vllm.ts'

/** `ollama run MODEL`, `ollama serve` and their environment. Source: Ollama's envconfig/config.go. */
export const ollamaFlags = oncePerCommand((args, environment) => {
  const [subcommand = '', ...rest] = args
  return readFlags(OLLAMA_TABLE, WITH_MODEL.has(subcommand) ? rest : [], environment)
})

/**
 * A Modelfile: `FROM`, and those of its parameters that decide memory. `num_gpu` is a number of layers.
 * Source: Ollama's description of the Modelfile.
 */
export function modelfileFlags(text: string): EngineFlags {
  const args = text.split(/\r?\n/).flatMap((line) => {
    const [, from] = /^\s*FROM\s+(\S+)/i.exec(line) ?? []
    if (from !== undefined) return [from]
    const [, name, value] = /^\s*PARAMETER\s+(\w+)\s+(\S+)/i.exec(line) ?? []
    return name === undefined || value === undefined ? [] : [`--${name}`, value]
  })
  return readFlags(MODELFILE, args)
}

const WITH_MODEL: ReadonlySet<string> = new Set(['run', 'show', 'pull'])

const flashAttention: FlagRule = {
  names: [],
  variable: 'OLLAMA_FLASH_ATTENTION',
  takes: 'value',
  read: (value) => {
    const isOn = parseSwitch(value)
    return isOn === undefined ? undefined : isOn === OWN_CHOICE ? {} : { settings: { flashAttention: isOn } }
  },
}

/** 0 is Ollama's own choice. */
function parseAboveZero(text: string): number | typeof OWN_CHOICE | undefined {
  const count = parseCount(text)
  return count === 0 ? OWN_CHOICE : count
}

function modelOrFile(text: string): Finding {
  return { model: { kind: /^[./~]|\.gguf$/.test(text) ? 'file' : 'name', text } }
}

export const OLLAMA_TABLE: FlagTable = {
  engine: 'ollama',
  rules: [
    setting('contextTokens', [], parseAboveZero, 'OLLAMA_CONTEXT_LENGTH'),
    setting('parallel', [], parseAboveZero, 'OLLAMA_NUM_PARALLEL'),
    cacheType([], 'OLLAMA_KV_CACHE_TYPE'),
    flashAttention,
  ],
  // behind the model stands the prompt
  switches: ['--verbose', '--nowordwrap', '--insecure', '--hidethinking', '--think'],
  positional: modelOrFile,
}

const MODELFILE: FlagTable = {
  engine: 'ollama',
  rules: [
    setting('contextTokens', ['--num-ctx'], parseCount),
    setting('gpuLayers', ['--num-gpu'], parseCountOrAuto),
    {
      names: ['--num-batch'],
      takes: 'value',
      // since 0.30 it is both batch sizes of llama-server
      read: (text) => {
        const tokens = parseCount(text)
        return tokens === undefined ? undefined : { settings: { batchTokens: tokens, ubatchTokens: tokens } }
      },
    },
    setting('mainGpu', ['--main-gpu'], parseCount),
    {
      names: ['--low-vram'],
      takes: 'value',
      read: (text) => (parseSwitch(text) === true ? { settings: { kvOnGpu: false } } : {}),
    },
  ],
  positional: modelOrFile,
}
