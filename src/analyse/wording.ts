import { formatBytes, formatDuration } from '../core/format.ts'
import type { Ceiling } from '../model/ceiling.ts'
import type { EtaRange } from '../model/risk.ts'
import type { EngineId, Workload } from '../model/workload.ts'
import { engineOf } from '../engines/index.ts'

/** `transformers 9120 (alice)`, or `vLLM with m` of one that is known by its metrics, without any process. */
export function nameOf({ engine, rootPid, user, command, model }: NamedWorkload): string {
  const label = engine === 'unknown' ? (programIn(command) ?? 'process') : engineOf(engine).label
  if (rootPid.kind === 'missing')
    return model.name.kind === 'known' ? `${label} with ${model.name.value}` : label
  return `${label} ${rootPid.value}${user.kind === 'known' ? ` (${user.value})` : ''}`
}

type NamedWorkload = Pick<Workload, 'engine' | 'rootPid' | 'user' | 'command' | 'model'>

const LONGEST_NAME = 24

function programIn([program]: readonly string[]): string | undefined {
  const name = program?.slice(Math.max(program.lastIndexOf('/'), program.lastIndexOf('\\')) + 1)
  return name === undefined || name === '' ? undefined : name.slice(0, LONGEST_NAME)
}

/** `4–6 min`, `40–75 s`, `a moment`, or `at least 4 min` where no upper end is known: rounded outwards, so that the truth is within. */
export function formatEta({ lowSeconds, highSeconds }: EtaRange): string {
  if (highSeconds === undefined)
    return lowSeconds < 1 ? 'a moment' : `at least ${formatDuration(lowSeconds * 1000)}`
  const [unit, size] = highSeconds < 120 ? ['s', 1] : highSeconds < 7200 ? ['min', 60] : ['h', 3600]
  const low = Math.floor(lowSeconds / size)
  const high = Math.max(1, Math.ceil(highSeconds / size))
  if (low === 0) return `less than ${high} ${unit}`
  return high - low <= 1 && size > 1 && low === Math.round(highSeconds / size)
    ? `${low} ${unit}`
    : `${low}–${high} ${unit}`
}

/** `3.6 GiB/min`, `18 MiB/min`. */
export function formatPace(bytesPerSecond: number): string {
  return `${formatBytes(Math.abs(bytesPerSecond) * 60)}/min`
}

/** What an allocation that fails on the card means to this engine (reference: the engines' own behaviour). */
export function failureOf(engine: EngineId): string {
  switch (engine) {
    case 'transformers':
    case 'text-generation-webui':
      return 'its request or the process then fails'
    case 'pytorch':
      return 'its program then fails'
    case 'vllm':
      return 'its engine then dies with every request'
    case 'sglang':
    case 'tgi':
    case 'tensorrt-llm':
    case 'lmdeploy':
    case 'exllama':
      return 'the server then dies with every request'
    case 'llama.cpp':
    case 'ollama':
    case 'koboldcpp':
    case 'lmstudio':
      return 'the process then aborts'
    case 'unknown':
      return 'it then fails'
  }
}

/** Where a prediction comes from: `predicted … by formula from its configuration`. */
export function nameOfBasis(basis: Ceiling['basis']): string {
  return BASES[basis]
}

const BASES: Readonly<Record<Ceiling['basis'], string>> = {
  'engine-log': "the engine's own log",
  tensors: 'the tensors of its file',
  formula: 'formula from its configuration',
  catalogue: "formula from llmtop's catalogue",
}
