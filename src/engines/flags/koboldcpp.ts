import type { EngineFlags, Finding } from './engine-flags.ts'
import { expertsToHost, splitModeNamed } from './llama-cpp.ts'
import { oncePerCommand } from './once-per-command.ts'
import type { FlagTable } from './flag-table.ts'
import { readFlags } from './read-flags.ts'
import type { FlagRule } from './rule.ts'
import {
  notComputed,
  OWN_CHOICE,
  parseCount,
  parseCountOrAuto,
  parseShareList,
  setting,
  settingsFile,
  toggle,
} from './rule.ts'

/**
 * The flags of KoboldCpp, which has those of llama.cpp as second names. Values of `--quantkv` go without the cache of values where
 * flash attention is off. Source: koboldcpp.py of 1.117.1 and of 2024-10, whose numbers for `--quantkv` it still takes.
 */
export const koboldcppFlags = oncePerCommand((args) =>
  withoutFlashAttention(readFlags(KOBOLDCPP_TABLE, args)),
)

/** What it takes where nothing is said (`default_maxctx` of 1.117.1; 4,096 in 2024). */
export const KOBOLDCPP_CONTEXT = 12_288

function withoutFlashAttention(flags: EngineFlags): EngineFlags {
  const { kvTypeV, flashAttention } = flags.settings
  const isKept = kvTypeV === undefined || flashAttention !== false || kvTypeV === 'bf16'
  return isKept ? flags : { ...flags, settings: { ...flags.settings, kvTypeV: 'f16' } }
}

/** `normal`, `lowvram`, `rowsplit`, `mmq`, and the number of the only card to use. */
const cuda: FlagRule = {
  names: ['--usecuda', '--usecublas', '--usehipblas'],
  takes: 'list',
  read: (words) => {
    const given = words.split(' ')
    const gpu = given.find((word) => /^\d$/.test(word))
    return {
      settings: {
        ...(given.includes('lowvram') ? { kvOnGpu: false } : {}),
        ...(given.includes('rowsplit') ? { splitMode: 'row' as const } : {}),
        ...(gpu === undefined ? {} : { splitMode: 'none' as const, mainGpu: Number(gpu) }),
      },
    }
  },
}

const quantKv: FlagRule = {
  names: ['--quantkv'],
  takes: 'value',
  read: (value) => {
    const type = KV_TYPES.get(value.toLowerCase())
    return type === undefined ? undefined : { settings: { kvTypeK: type, kvTypeV: type } }
  },
}

const KV_TYPES: ReadonlyMap<string, string> = new Map([
  ...['f16', 'bf16', 'q8_0', 'q5_1', 'q4_0'].map((type): [string, string] => [type, type]),
  ['0', 'f16'],
  ['1', 'q8_0'],
  ['2', 'q4_0'],
  ['3', 'bf16'],
])

/** Given without a number it is one layer; −1 is its own choice. */
const gpuLayers: FlagRule = {
  names: ['--gpulayers', '--gpu-layers', '--n-gpu-layers', '-ngl'],
  takes: 'optional',
  read: (value) => {
    const count = value === '' ? 1 : parseCountOrAuto(value)
    return count === undefined ? undefined : count === OWN_CHOICE ? {} : { settings: { gpuLayers: count } }
  },
}

/** Given without a number it is all layers. */
const expertsOnCpu: FlagRule = {
  names: ['--moecpu', '--n-cpu-moe', '-ncmoe'],
  takes: 'optional',
  read: (value) => {
    const count = value === '' ? 'all' : parseCount(value)
    return count === undefined ? undefined : { settings: { cpuMoeLayers: count } }
  },
}

/** Logical and micro-batch are the same; −1 takes prompts token by token. */
const batch: FlagRule = {
  names: ['--batchsize', '--blasbatchsize', '--batch-size', '-b'],
  takes: 'value',
  read: (value) => {
    const tokens = value === '-1' ? 1 : parseCount(value)
    return tokens === undefined ? undefined : { settings: { batchTokens: tokens, ubatchTokens: tokens } }
  },
}

function modelFile(text: string): Finding {
  const [file = ''] = text.split(' ')
  return file === '' ? {} : { model: { kind: 'file', text: file } }
}

export const KOBOLDCPP_TABLE: FlagTable = {
  engine: 'koboldcpp',
  rules: [
    { names: ['--model', '-m'], takes: 'list', read: modelFile },
    setting('contextTokens', ['--contextsize', '--ctx-size', '-c'], parseCount),
    setting('parallel', ['--parallelrequests', '--continuous-batching', '--contbatch'], parseCount),
    gpuLayers,
    {
      names: ['--usecpu', '--noblas'],
      takes: 'nothing',
      read: () => ({ settings: { gpuLayers: 0 } }),
    },
    cuda,
    {
      names: ['--usevulkan', '--useclblast', '--lora', '--ropeconfig', '--ssl'],
      takes: 'list',
      read: () => ({}),
    },
    quantKv,
    toggle('flashAttention', ['--flashattention', '--flash-attn', '-fa']),
    toggle('flashAttention', ['--noflashattention', '--no-flash-attn', '-nofa'], false),
    toggle('kvOnGpu', ['--lowvram', '-nkvo', '--no-kv-offload'], false),
    toggle('swaFull', ['--noswa', '--swa-full']),
    batch,
    { ...setting('tensorSplit', ['--tensor-split', '--tensorsplit', '-ts'], parseShareList), takes: 'list' },
    setting('splitMode', ['--splitmode', '--split-mode', '-sm'], splitModeNamed),
    setting('mainGpu', ['--maingpu', '--main-gpu', '-mg'], parseCount),
    expertsOnCpu,
    {
      names: ['--overridetensors', '--override-tensor', '-ot'],
      takes: 'value',
      read: (value) => expertsToHost(value),
    },
    { names: ['--mmproj'], takes: 'value', read: (mmproj) => ({ files: { mmproj } }) },
    toggle('mmprojOnGpu', ['--mmprojcpu', '--no-mmproj-offload'], false),
    {
      names: ['--draftmodel', '--model-draft', '-md'],
      takes: 'value',
      read: (draft) => ({ files: { draft }, settings: { specMethod: 'draft-model' } }),
    },
    { names: ['--usemtp'], takes: 'nothing', read: () => ({ settings: { specMethod: 'mtp' } }) },
    setting('specTokens', ['--draftamount', '--draft-max', '--draft-n', '--spec-draft-n-max'], parseCount),
    notComputed(['--enableguidance'], 'the second cache of --enableguidance is not counted', {
      takes: 'nothing',
    }),
    settingsFile(['--config'], ', and all else on the command line does not count'),
    notComputed(['--sdmodel'], 'the image model is not counted'),
    notComputed(['--whispermodel'], 'the speech model is not counted'),
    notComputed(['--ttsmodel'], 'the voice model is not counted'),
    notComputed(['--embeddingsmodel'], 'the embedding model is not counted'),
  ],
  switchesBegin: /^--(?:no|use|jinja$|sd(?:vaeauto|offloadcpu|flashattention)$)/,
  switches:
    '--launch --autofit --fit -fit --cli --failsafe --foreground --highpriority --ignoremissing --jinja-tools --jinjatools --quiet --remotetunnel --singleinstance --smartcontext --websearch --showgui --skiplauncher --multiplayer --admin --routermode --autoswapmode --ttsgpu --embeddingsgpu --musiclowvram --gendefaultsoverwrite --allow-config-onready --version --testmemory --mlock'.split(
      ' ',
    ),
  positional: (text) => (/\.(?:gguf|ggml|bin|kcpps|kcppt)$/i.test(text) ? modelFile(text) : {}),
}
