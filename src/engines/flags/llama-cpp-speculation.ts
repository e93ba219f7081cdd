import type { EngineSettings } from '../../estimate/settings.ts'
import type { FlagRule } from './rule.ts'
import { parseCount, setting } from './rule.ts'

const specType: FlagRule = {
  names: ['--spec-type'],
  variable: 'LLAMA_ARG_SPEC_TYPE',
  takes: 'value',
  read: (value) => {
    const specMethod = METHODS.find(([word]) => value.includes(word))?.[1]
    return specMethod === undefined ? {} : { settings: { specMethod } }
  },
}

/** Those that guess from the text itself take nothing. */
const METHODS: readonly (readonly [string, Exclude<EngineSettings['specMethod'], undefined>])[] = [
  ['mtp', 'mtp'],
  ['draft-simple', 'draft-model'],
  ['eagle3', 'eagle'],
  ['dflash', 'eagle'],
  ['dspark', 'eagle'],
]

/** llama.cpp's flags of speculative decoding: who drafts, and how many tokens at once. */
export const SPECULATION_RULES: readonly FlagRule[] = [
  {
    names: ['-md', '--model-draft', '--spec-draft-model'],
    variable: 'LLAMA_ARG_SPEC_DRAFT_MODEL',
    takes: 'value',
    read: (draft) => ({ files: { draft }, settings: { specMethod: 'draft-model' } }),
  },
  {
    names: ['-hfd', '-hfrd', '--hf-repo-draft', '--spec-draft-hf'],
    variable: 'LLAMA_ARG_SPEC_DRAFT_HF_REPO',
    takes: 'value',
    read: () => ({ settings: { specMethod: 'draft-model' } }),
  },
  specType,
  setting(
    'specTokens',
    ['--spec-draft-n-max', '--draft-max', '--draft', '--draft-n'],
    parseCount,
    'LLAMA_ARG_SPEC_DRAFT_N_MAX',
  ),
]
