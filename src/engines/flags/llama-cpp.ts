import type { EngineSettings } from '../../estimate/settings.ts'
import type { EngineFlags, Finding } from './engine-flags.ts'
import { NO_ENVIRONMENT, oncePerCommand } from './once-per-command.ts'
import type { FlagTable } from './flag-table.ts'
import type { Environment } from './read-flags.ts'
import { readFlags } from './read-flags.ts'
import { flagValue } from '../program.ts'
import { SPECULATION_RULES } from './llama-cpp-speculation.ts'
import { LLAMA_CPP_UNCOMPUTED } from './uncomputed.ts'
import type { FlagRule, Parsed } from './rule.ts'
import {
  OWN_CHOICE,
  parseCount,
  parseCountOrAuto,
  parseShareList,
  parseSwitch,
  parseWord,
  setting,
  toggle,
} from './rule.ts'

/**
 * The flags of llama-server and the other tools of llama.cpp, and their LLAMA_ARG_… variables.
 * `isServer`: without `-np` a server has 4 slots that share one cache, the other tools have one.
 * Source: llama.cpp's common/arg.cpp and tools/server/README.md; `-mla` is of ik_llama.cpp, `--n-ctx` of llama-cpp-python.
 */
export function llamaCppFlags(
  args: readonly string[],
  environment: Environment = NO_ENVIRONMENT,
  isServer = true,
): EngineFlags {
  return isServer ? serverFlags(args, environment) : toolFlags(args, environment)
}

const serverFlags = oncePerCommand((args, environment) => flagsOf(args, environment, true))
const toolFlags = oncePerCommand((args, environment) => flagsOf(args, environment, false))

function flagsOf(args: readonly string[], environment: Environment, isServer: boolean): EngineFlags {
  const flags = readFlags(LLAMA_CPP_TABLE, args, environment)
  const perSlot = Number(
    flagValue(args, 'kv-unified-per-slot') ?? environment['LLAMA_ARG_KV_UNIFIED_PER_SLOT'],
  )
  const own = isServer || flags.settings.parallel !== undefined ? {} : { parallel: 1 }
  const pooled = Number.isInteger(perSlot) && perSlot > 0 ? pool(flags.settings, perSlot) : {}
  return { ...flags, settings: { ...flags.settings, ...own, ...pooled } }
}

/** `--kv-unified-per-slot N`: one pool, of slots × N cells unless `-c` says how many. */
function pool({ contextTokens, parallel = 4 }: EngineSettings, perSlot: number): Partial<EngineSettings> {
  return { kvUnified: true, contextTokens: contextTokens ?? perSlot * parallel }
}

const offload: FlagRule = {
  names: ['-ot', '--override-tensor'],
  variable: 'LLAMA_ARG_OVERRIDE_TENSOR',
  takes: 'value',
  read: expertsToHost,
}

/** `exps=CPU` and its like, for all layers; anything finer is not computed. */
export function expertsToHost(value: string): Finding {
  const parts = value.split(',').map((part) => part.trim())
  const allExperts = parts.every((part) => part.includes('exps') && !/\d/.test(part) && /=CPU$/i.test(part))
  if (allExperts) return { settings: { cpuMoeLayers: 'all' } }
  return { problem: `what '-ot ${value.slice(0, 40)}' moves is not computed` }
}

const hfRepo: FlagRule = {
  names: ['-hf', '-hfr', '--hf-repo'],
  variable: 'LLAMA_ARG_HF_REPO',
  takes: 'value',
  read: (text) => ({ model: { kind: 'name', text } }),
}

const flashAttention: FlagRule = {
  names: ['-fa', '--flash-attn'],
  variable: 'LLAMA_ARG_FLASH_ATTN',
  takes: 'optional',
  read: (value) => {
    const isOn = value === '' ? true : parseSwitch(value)
    return isOn === undefined ? undefined : isOn === OWN_CHOICE ? {} : { settings: { flashAttention: isOn } }
  },
}

const splits = ['none', 'layer', 'row', 'tensor'] as const

/** How the model is divided; undefined for a word that is no mode. */
export function splitModeNamed(text: string): EngineSettings['splitMode'] {
  return splits.find((mode) => mode === text)
}

/** `none` leaves all to the CPU; which cards other names mean is not known. */
const devices: FlagRule = {
  names: ['-dev', '--device'],
  variable: 'LLAMA_ARG_DEVICE',
  takes: 'value',
  read: (names) =>
    names === 'none'
      ? { settings: { gpuLayers: 0 } }
      : { problem: `which GPUs '-dev ${names.slice(0, 40)}' means is not known` },
}

const projectorDevice: FlagRule = {
  names: ['-mmdev', '--mmproj-device'],
  takes: 'value',
  read: (name) => ({ settings: { mmprojOnGpu: name !== 'none' } }),
}

export const LLAMA_CPP_TABLE: FlagTable = {
  engine: 'llama.cpp',
  rules: [
    {
      names: ['-m', '--model'],
      variable: 'LLAMA_ARG_MODEL',
      takes: 'value',
      read: (text) => ({ model: { kind: 'file', text } }),
    },
    hfRepo,
    {
      names: ['-mu', '--model-url'],
      variable: 'LLAMA_ARG_MODEL_URL',
      takes: 'value',
      read: (text) => ({ model: { kind: 'name', text } }),
    },
    {
      names: ['-dr', '--docker-repo'],
      variable: 'LLAMA_ARG_DOCKER_REPO',
      takes: 'value',
      read: (text) => ({ model: { kind: 'name', text } }),
    },
    devices,
    setting(
      'contextTokens',
      ['-c', '--ctx-size', '--n-ctx'],
      zeroIsDefault(parseCount),
      'LLAMA_ARG_CTX_SIZE',
    ),
    setting('parallel', ['-np', '--parallel'], parseCountOrAuto, 'LLAMA_ARG_N_PARALLEL'),
    toggle('kvUnified', ['-kvu', '--kv-unified'], true, 'LLAMA_ARG_KV_UNIFIED'),
    toggle('kvUnified', ['-no-kvu', '--no-kv-unified'], false),
    setting('batchTokens', ['-b', '--batch-size', '--n-batch'], parseCount, 'LLAMA_ARG_BATCH'),
    setting('ubatchTokens', ['-ub', '--ubatch-size', '--n-ubatch'], parseCount, 'LLAMA_ARG_UBATCH'),
    setting('kvTypeK', ['-ctk', '--cache-type-k'], parseWord, 'LLAMA_ARG_CACHE_TYPE_K'),
    setting('kvTypeV', ['-ctv', '--cache-type-v'], parseWord, 'LLAMA_ARG_CACHE_TYPE_V'),
    flashAttention,
    toggle('kvOnGpu', ['-kvo', '--kv-offload'], true, 'LLAMA_ARG_KV_OFFLOAD'),
    toggle('kvOnGpu', ['-nkvo', '--no-kv-offload'], false),
    toggle('swaFull', ['--swa-full'], true, 'LLAMA_ARG_SWA_FULL'),
    setting('gpuLayers', ['-ngl', '--gpu-layers', '--n-gpu-layers'], parseLayers, 'LLAMA_ARG_N_GPU_LAYERS'),
    setting('splitMode', ['-sm', '--split-mode'], splitModeNamed, 'LLAMA_ARG_SPLIT_MODE'),
    setting('tensorSplit', ['-ts', '--tensor-split'], parseShareList, 'LLAMA_ARG_TENSOR_SPLIT'),
    setting('mainGpu', ['-mg', '--main-gpu'], parseCount, 'LLAMA_ARG_MAIN_GPU'),
    {
      names: ['-cmoe', '--cpu-moe'],
      variable: 'LLAMA_ARG_CPU_MOE',
      takes: 'nothing',
      read: () => ({ settings: { cpuMoeLayers: 'all' } }),
    },
    setting('cpuMoeLayers', ['-ncmoe', '--n-cpu-moe'], parseCount, 'LLAMA_ARG_N_CPU_MOE'),
    setting('cpuFfnLayers', ['-ncffn', '--n-cpu-ffn'], parseCount, 'LLAMA_ARG_N_CPU_FFN'),
    setting('ownFit', ['-fit', '--fit'], parseSwitch, 'LLAMA_ARG_FIT'),
    offload,
    setting('cacheRamBytes', ['-cram', '--cache-ram'], parseMebibytes, 'LLAMA_ARG_CACHE_RAM'),
    setting(
      'contextCheckpoints',
      ['-ctxcp', '--ctx-checkpoints', '--swa-checkpoints'],
      parseCount,
      'LLAMA_ARG_CTX_CHECKPOINTS',
    ),
    {
      names: ['-mm', '--mmproj'],
      variable: 'LLAMA_ARG_MMPROJ',
      takes: 'value',
      read: (mmproj) => ({ files: { mmproj } }),
    },
    toggle('mmprojOnGpu', ['--mmproj-offload'], true, 'LLAMA_ARG_MMPROJ_OFFLOAD'),
    toggle('mmprojOnGpu', ['--no-mmproj-offload'], false),
    projectorDevice,
    ...SPECULATION_RULES,
    setting('mlaValueCopy', ['-mla', '--mla-use'], (text) =>
      parseCount(text) === undefined ? undefined : text === '1',
    ),
    ...LLAMA_CPP_UNCOMPUTED,
  ],
  switches:
    '-v --verbose --jinja --no-jinja --metrics --props --slots --no-slots --no-mmap --no-repack -nr --no-host --check-tensors --op-offload --no-cache-prompt --cache-prompt --cache-idle-slots --no-cache-idle-slots --warmup --mmproj-auto --no-mmproj-auto --rerank --no-webui --webui --ui --no-ui --cont-batching --no-cont-batching --spec-default --spec-draft-cpu-moe -cmoed --cpu-moe-draft --lora-init-without-apply --special -sp --ignore-eos --perf --no-perf --escape -e --no-escape --log-disable --log-verbose --agent -ag --no-agent -no-ag --reuse-port -bs --backend-sampling -cnv -no-cnv -i -cb -nocb --offline --embedding --embeddings --reranking --no-warmup --no-mmproj --context-shift --no-context-shift -fmoe -rtr'.split(
      ' ',
    ),
}

/** `auto` and `all`, and what older versions wrote as −1, put all layers on the GPUs as far as they fit. */
function parseLayers(text: string): Parsed<number> {
  return text === 'all' ? OWN_CHOICE : parseCountOrAuto(text)
}

/** `-cram` counts MiB; −1 is no limit. */
function parseMebibytes(text: string): number | undefined {
  if (text === '-1') return -1
  const count = parseCount(text)
  return count === undefined ? undefined : count * 1024 ** 2
}

function zeroIsDefault(parse: (text: string) => number | undefined): (text: string) => Parsed<number> {
  return (text) => {
    const count = parse(text)
    return count === 0 ? OWN_CHOICE : count
  }
}
