import type { FitQuestion } from './fit.ts'
import type { FitPatch } from './fit-step.ts'
import { tryPatch } from './fit-step.ts'

/** Contexts are given in steps of this many tokens, as llama.cpp pads them. */
const STEP = 256
const SHORTEST = 512

/**
 * The longest context, in the engine's own way of counting, with which the model surely fits; undefined when even a short
 * one does not. The estimator's own figure is where the best guess meets the limit: the sure one is a little below.
 */
export function surelyFittingContext(question: FitQuestion, patch: FitPatch = {}): number | undefined {
  const { estimate } = tryPatch(question, patch)
  const longest = estimate.kv.maxContextTokens
  if (longest.kind === 'missing') return undefined
  for (const share of [1, 0.98, 0.95, 0.9, 0.85, 0.75, 0.6, 0.4]) {
    const tokens = Math.floor((longest.value * share) / STEP) * STEP
    if (tokens < SHORTEST) return undefined
    const contextTokens = tokens * slotsInContext(question)
    if (
      tryPatch(question, { ...patch, settings: { ...patch.settings, contextTokens } }).fits.verdict === 'yes'
    ) {
      return contextTokens
    }
  }
  return undefined
}

/** llama.cpp divides `-c` among its slots unless they share one cache. */
function slotsInContext({ input: { settings } }: FitQuestion): number {
  if (settings.engine !== 'llama.cpp' || settings.kvUnified === true) return 1
  return settings.parallel ?? 1
}
