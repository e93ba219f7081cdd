/** What a name says, as far as one can tell from a name. */
export interface ModelName {
  /** The words that tell one model from another, sorted: `Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf` is `3.1 8b llama`. */
  readonly key: string
  readonly words: readonly string[]
  /** `Q4_K_M`, `awq`, `fp8`, …, as the name spells it; undefined where it says none. */
  readonly quantization: string | undefined
}

/** Takes apart a file name, a repository, or an Ollama tag. */
export function readModelName(name: string): ModelName {
  const base = lastPart(name.trim())
    .replace(/\.gguf$/i, '')
    .replace(/-\d{5}-of-\d{5}$/, '')
  const quantization = QUANTIZATION.exec(base)?.[0].replace(/^[-_.:]/, '')
  const words = base
    .replace(QUANTIZATIONS, ' ')
    .toLowerCase()
    .match(WORDS)
    ?.filter((word) => !DECORATION.has(word))
    .sort()
  return { key: words?.join(' ') ?? '', words: words ?? [], quantization }
}

/** `org/name` is `name`; a path is its last part; `hf.co/org/name:Q4_K_M` is `name:Q4_K_M`. */
function lastPart(name: string): string {
  return name.split(/[/\\]/).findLast((part) => part !== '') ?? ''
}

// GGUF mixtures, then the schemes of Hugging Face repositories; a name may hold several of them (`w4a16-gptq`).
const SCHEMES = [
  '(?:UD-)?I?Q\\d(?:_[0-9A-Z]+)*',
  'TQ[12]_0',
  'MXFP4(?:_MOE)?',
  'NVFP4',
  'FP8(?:-dynamic|-block)?',
  'BF16',
  'FP16',
  'F16',
  'F32',
  'AWQ(?:-int4)?',
  'GPTQ(?:-int[48])?',
  'bnb-[48]bit',
  'bnb',
  'NF4',
  'w\\da\\d+',
  'int[48]',
  '[48]bit',
].join('|')
const QUANTIZATION = new RegExp(`(?:^|[-_.:])(?:${SCHEMES})(?=$|[-_.:])`, 'i')
const QUANTIZATIONS = new RegExp(`(?<=^|[-_.:])(?:${SCHEMES})(?=$|[-_.:])`, 'gi')

/** Letters and numbers apart, so that `llama3.1:8b` and `Llama-3.1-8B` have the same words. */
const WORDS = /\d+(?:\.\d+)*[a-z]*|[a-z]+/g

/** Words that do not change the shape of a model. */
const DECORATION: ReadonlySet<string> = new Set(
  'meta instruct chat it pt base hf gguf ggml latest unsloth qat thinking reasoning plus text quantized distilled'.split(
    ' ',
  ),
)
