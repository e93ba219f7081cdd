import { stated } from '../../core/stated.ts'
import type { SlidingWindow } from '../../model/architecture.ts'
import { shortestPattern } from '../shortest-pattern.ts'
import type { Keys } from './keys.ts'

/** What llama.cpp assumes of a family whose file has no pattern. */
interface WindowRule {
  /** Of every N layers one attends to everything: the last, or with `fullFirst` the first. 1: no layer is windowed. */
  readonly every: number
  readonly fullFirst?: boolean
  /** Used where the key is not there. */
  readonly defaultTokens?: number
  /** Used whatever the key says, unless it says 0. */
  readonly fixedTokens?: number
  readonly chunked?: boolean
  /** Only models of this many layers are windowed. */
  readonly onlyLayers?: number
}

/**
 * Which layers of a model see only a window of the latest tokens. Families that are not in the table are never windowed by
 * llama.cpp, even where their file has the key (Mistral 7B v0.1, Phi-3).
 */
export function slidingWindow(
  keys: Keys,
  layers: number,
  recurrent: readonly boolean[] | undefined,
): SlidingWindow | undefined {
  const rule = RULES[keys.family]
  if (rule === undefined || (rule.onlyLayers ?? layers) !== layers) return undefined
  const tokens = windowTokens(keys, rule)
  if (tokens === 0) return undefined
  return stated({
    tokens,
    layers: shortestPattern(
      keys.flags('attention.sliding_window_pattern', layers) ?? patternOf(keys, rule, recurrent),
    ),
    headDimK: keys.size('attention.key_length_swa'),
    headDimV: keys.size('attention.value_length_swa'),
    chunked: rule.chunked,
  })
}

function windowTokens(keys: Keys, rule: WindowRule): number {
  const tokens = keys.size('attention.sliding_window') ?? rule.defaultTokens ?? 0
  return tokens === 0 ? 0 : (rule.fixedTokens ?? tokens)
}

function patternOf(
  keys: Keys,
  rule: WindowRule,
  recurrent: readonly boolean[] | undefined,
): readonly boolean[] {
  // LFM2: all attention layers are windowed
  if (recurrent !== undefined) return recurrent.map((isRecurrent) => !isRecurrent)
  const every = keys.size('attention.sliding_window_pattern') ?? rule.every
  if (every === 0) return [true]
  const full = rule.fullFirst === true ? 0 : every - 1
  return Array.from({ length: Math.min(every, 4096) }, (_, i) => i !== full)
}

// Source: load_arch_hparams in llama.cpp v0.5.0, src/models/*.cpp
const BY_FILE: WindowRule = { every: 1 }
const RULES: Readonly<Record<string, WindowRule>> = {
  afmoe: { every: 4 },
  cohere2: { every: 4 },
  cohere2moe: { every: 4, fullFirst: true },
  'exaone-moe': { every: 4, defaultTokens: 128 },
  exaone4: { every: 4, defaultTokens: 4096, onlyLayers: 64 },
  gemma2: { every: 2, defaultTokens: 4096 },
  gemma3: { every: 6 },
  gemma3n: { every: 5 },
  gemma4: BY_FILE,
  'gpt-oss': { every: 2 },
  granite_swa: BY_FILE,
  laguna: { every: 4, fullFirst: true },
  lfm2: BY_FILE,
  lfm2moe: BY_FILE,
  llama4: { every: 4, defaultTokens: 8192, fixedTokens: 8192, chunked: true },
  maple: BY_FILE,
  mellum: { every: 4 },
  mimo2: BY_FILE,
  'muse-glimmer': { every: 4 },
  olmo2: { every: 4 },
  plamo3: { every: 8 },
  smallthinker: { every: 4, fullFirst: true, fixedTokens: 4096 },
  spark2_5: BY_FILE,
  step35: BY_FILE,
}
