import { formatBytes } from '../core/format.ts'
import { lastPart } from '../core/text.ts'
import type { Ceiling } from '../model/ceiling.ts'
import { etaWords, type EtaWords } from '../model/eta-words.ts'
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
  const name = lastPart(program ?? '')
  return name === '' ? undefined : name.slice(0, LONGEST_NAME)
}

/** `4–6 min`, `about 110 s`, `less than 1 s`, `a moment`, or `at least 4 min` where no upper end is known. */
export function formatEta(eta: EtaRange): string {
  if (eta.highSeconds === undefined && eta.lowSeconds < 1) return 'a moment'
  const { kind, text } = etaWords(eta)
  return `${ETA_WORDS[kind]}${text}`
}

const ETA_WORDS: Readonly<Record<EtaWords['kind'], string>> = {
  about: 'about ',
  between: '',
  'at-least': 'at least ',
  'less-than': 'less than ',
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
