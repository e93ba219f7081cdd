import type { EngineId } from '../../model/workload.ts'
import { flagValue } from '../program.ts'
import type { EngineFlags, Finding } from './engine-flags.ts'
import { cacheBits } from './exllama.ts'
import { splitModeNamed } from './llama-cpp.ts'
import { oncePerCommand } from './once-per-command.ts'
import type { FlagTable } from './flag-table.ts'
import { readFlags } from './read-flags.ts'
import type { FlagRule } from './rule.ts'
import { OWN_CHOICE, parseCount, parseCountOrAuto, parseShareList, setting, toggle } from './rule.ts'

/**
 * The flags of text-generation-webui. Its settings are those of the loader that it runs in itself: Transformers, ExLlama, or
 * llama.cpp before that had a process of its own. Source: its modules/shared.py, loaders.py and models_settings.py.
 */
export const webuiFlags = oncePerCommand((args) => {
  const flags = readFlags(WEBUI_TABLE, args)
  const loader = loaderOf(flags, args)
  const own = loader === 'llama.cpp' ? { parallel: 1 } : { contextTokens: WEBUI_CONTEXT }
  return { ...flags, settings: { ...own, ...flags.settings, ...kvTypes(flags, loader), engine: loader } }
})

/** What it takes for loaders other than llama.cpp where nothing is said. */
export const WEBUI_CONTEXT = 8192

/** Where a model lies that is no path itself: below `--model-dir`, in the folder that it runs in. */
export function webuiFolder({ model }: EngineFlags, modelFolder: string | undefined): string | undefined {
  if (model === undefined) return undefined
  if (model.text.startsWith('/')) return model.text
  const folder = `${modelFolder ?? 'user_data/models'}/${model.text}`
  return folder.startsWith('/') ? folder : `./${folder}`
}

const LOADERS: readonly (readonly [RegExp, EngineId])[] = [
  [/^llama\.?cpp|^llamacpp/i, 'llama.cpp'],
  [/^exllama/i, 'exllama'],
  [/^tensorrt/i, 'tensorrt-llm'],
]

const BY_NAME: typeof LOADERS = [
  [/\.gguf$/i, 'llama.cpp'],
  [/exl[23]/i, 'exllama'],
]

/** The loader that is named, else the one that it chooses by the name of the model. */
function loaderOf({ model }: EngineFlags, args: readonly string[]): EngineId {
  const named = flagValue(args, 'loader')
  const [table, text] = named === undefined ? [BY_NAME, model?.text ?? ''] : [LOADERS, named]
  return table.find(([pattern]) => pattern.test(text))?.[1] ?? 'transformers'
}

/** `q4` and `q8` are types of ExLlama, `q4_0` and `q8_0` those of llama.cpp; Transformers has only its own. */
function kvTypes({ settings }: EngineFlags, loader: EngineId): Finding['settings'] {
  if (settings.kvTypeK === undefined || loader !== 'transformers') return {}
  return { kvTypeK: 'bfloat16', kvTypeV: 'bfloat16' }
}

const cacheType: FlagRule = {
  names: ['--cache-type'],
  takes: 'value',
  read: (value) => {
    const type = value.toLowerCase()
    if (type === 'q8_0' || type === 'q4_0') return { settings: { kvTypeK: type, kvTypeV: type } }
    return cacheBits(type)
  },
}

/** `0` is the loader's own choice. */
function parseContext(text: string): number | typeof OWN_CHOICE | undefined {
  const count = parseCount(text)
  return count === 0 ? OWN_CHOICE : count
}

export const WEBUI_TABLE: FlagTable = {
  engine: 'text-generation-webui',
  rules: [
    { names: ['--model'], takes: 'value', read: (text) => ({ model: { kind: 'name', text } }) },
    setting('contextTokens', ['--ctx-size', '--n-ctx', '--max-seq-len'], parseContext),
    cacheType,
    setting('gpuLayers', ['--gpu-layers', '--n-gpu-layers'], parseCountOrAuto),
    setting('parallel', ['--parallel'], parseCount),
    setting('batchTokens', ['--batch-size', '--n-batch'], parseCount),
    setting('ubatchTokens', ['--ubatch-size'], parseCount),
    setting('tensorSplit', ['--tensor-split', '--gpu-split'], parseShareList),
    setting('splitMode', ['--split-mode'], splitModeNamed),
    { names: ['--cpu-moe'], takes: 'nothing', read: () => ({ settings: { cpuMoeLayers: 'all' } }) },
    toggle('kvOnGpu', ['--no-kv-offload', '--no-offload-kqv'], false),
    toggle('cutOverGpus', ['--enable-tp']),
    { names: ['--load-in-8bit'], takes: 'nothing', read: () => ({ quantization: { name: 'int8' } }) },
    { names: ['--load-in-4bit'], takes: 'nothing', read: () => ({ quantization: { name: 'nf4' } }) },
    toggle('swaFull', ['--streaming-llm']),
    { names: ['--mmproj'], takes: 'value', read: (mmproj) => ({ files: { mmproj } }) },
    {
      names: ['--model-draft'],
      takes: 'value',
      read: (draft) => ({ files: { draft }, settings: { specMethod: 'draft-model' } }),
    },
    setting('specTokens', ['--draft-max'], parseCount),
    {
      names: ['--extra-flags'],
      takes: 'value',
      read: (flags) => ({ problem: `what '${flags.slice(0, 40)}' says to llama-server is not read` }),
    },
    { names: ['--cpu'], takes: 'nothing', read: () => ({ settings: { gpuLayers: 0 } }) },
    // lists that do not matter here
    { names: ['--lora', '--extensions'], takes: 'list', read: () => ({}) },
  ],
  switchesBegin: /^--(?:no-|enable-|listen$|api$|public-api$|image-(?:cpu-offload|compile)$)/,
  switches:
    '--multi-user --model-menu --verbose --mlock --numa --ik --disk --bf16 --trust-remote-code --force-safetensors --use-double-quant --cfg-cache --share --auto-launch --old-colors --portable --nowebui --api-enable-ipv6 --api-disable-ipv4'.split(
      ' ',
    ),
}
