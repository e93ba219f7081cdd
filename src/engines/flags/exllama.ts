import type { EngineFlags, Finding } from './engine-flags.ts'
import { oncePerCommand } from './once-per-command.ts'
import type { FlagTable } from './flag-table.ts'
import { readFlags } from './read-flags.ts'
import type { FlagRule } from './rule.ts'
import { parseCount, parseCountOrAuto, parseShareList, parseSwitch, setting, settingsFile } from './rule.ts'

/**
 * The flags of TabbyAPI, which are those of its config.yml, with a variable each; and of ExLlamaV3's own programs.
 * Sources: tabbyAPI's common/config_models.py, args.py and tabby_config.py; exllamav3/model_init.py.
 */
export const exllamaFlags = oncePerCommand((args, environment) => readFlags(EXLLAMA_TABLE, args, environment))

/** Where TabbyAPI's models lie: below `--model-dir`, in the folder that it runs in. */
export function exllamaFolder({ model }: EngineFlags, modelFolder: string | undefined): string | undefined {
  if (model === undefined) return undefined
  if (model.kind === 'file') return model.text
  const folder = `${modelFolder ?? 'models'}/${model.text}`
  return folder.startsWith('/') ? folder : `./${folder}`
}

/** `FP16`, `Q8`, and bits of keys and values: `8,6`; one number is both. */
export function cacheBits(text: string): Finding | undefined {
  const mode = text.trim().toLowerCase()
  if (mode === 'fp16') return { settings: { kvTypeK: 'f16', kvTypeV: 'f16' } }
  const [, k, v = k] = /^q?([2-8])(?:\s*[,_]\s*q?([2-8]))?$/.exec(mode) ?? []
  return k === undefined || v === undefined ? undefined : { settings: { kvTypeK: `q${k}`, kvTypeV: `q${v}` } }
}

const cacheMode: FlagRule = {
  names: ['--cache-mode', '-cq', '--cache-quant'],
  variable: 'TABBY_MODEL_CACHE_MODE',
  takes: 'value',
  read: cacheBits,
}

/** In TabbyAPI it takes `true`, in ExLlamaV3's programs nothing; how many cards share the model is not said. */
const tensorParallel: FlagRule = {
  names: ['--tensor-parallel', '-tp'],
  variable: 'TABBY_MODEL_TENSOR_PARALLEL',
  takes: 'optional',
  read: (value) => {
    const isOn = value === '' ? true : parseSwitch(value)
    return isOn === undefined ? undefined : isOn === true ? { settings: { cutOverGpus: true } } : {}
  },
}

export const EXLLAMA_TABLE: FlagTable = {
  engine: 'exllama',
  rules: [
    {
      names: ['--model-name'],
      variable: 'TABBY_MODEL_MODEL_NAME',
      takes: 'value',
      read: (text) => ({ model: { kind: 'name', text } }),
    },
    { names: ['-m'], takes: 'value', read: (text) => ({ model: { kind: 'file', text } }) },
    setting('contextTokens', ['--max-seq-len'], parseCountOrAuto, 'TABBY_MODEL_MAX_SEQ_LEN'),
    setting('maxTotalTokens', ['--cache-size', '-cs'], parseCount, 'TABBY_MODEL_CACHE_SIZE'),
    cacheMode,
    setting('maxNumSeqs', ['--max-batch-size'], parseCount, 'TABBY_MODEL_MAX_BATCH_SIZE'),
    setting('maxNumBatchedTokens', ['--chunk-size'], parseCount, 'TABBY_MODEL_CHUNK_SIZE'),
    tensorParallel,
    {
      ...setting('tensorSplit', ['--gpu-split', '-gs'], parseShareList, 'TABBY_MODEL_GPU_SPLIT'),
      takes: 'list',
    },
    setting(
      'cpuMoeLayers',
      ['--cpu-moe-offload-layers', '-mcl', '--moe-cpu-offload'],
      parseCount,
      'TABBY_MODEL_CPU_MOE_OFFLOAD_LAYERS',
    ),
    {
      names: ['--draft-model-name', '-dm', '--draft-model-dir'],
      takes: 'value',
      read: (draft) => ({ files: { draft }, settings: { specMethod: 'draft-model' } }),
    },
    setting('specTokens', ['--draft-num-tokens', '-ndt', '--num-draft-tokens'], parseCount),
    settingsFile(['--config'], ', and all else on the command line does not count'),
    // lists that do not matter here
    { names: ['--autosplit-reserve', '--api-servers', '--loras'], takes: 'list', read: () => ({}) },
  ],
}
