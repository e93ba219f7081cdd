import { surelyFittingContext } from './fit-context.ts'
import { QUALITY, tryPatch, workOut, type FitPatch, type FitStep, type StepPlan } from './fit-step.ts'
import type { FitJudgement, FitQuestion } from './fit.ts'

/** For ExLlama: its weights are quantised in the file, so the cache is what can be changed. */
export function exllamaSteps(question: FitQuestion, before: FitJudgement): readonly FitStep[] {
  const plans = [shorterCache(question), cacheOf(question, 'q8'), cacheOf(question, 'q4')]
  return plans.flatMap((plan) => (plan === undefined ? [] : (workOut(question, before, plan) ?? [])))
}

/** `--cache-size`, where it is said, decides how much is taken; else the longest request does. */
function shorterCache(question: FitQuestion): StepPlan | undefined {
  const isSaid = question.input.settings.maxTotalTokens !== undefined
  const tokens = surelyFittingContext(isSaid ? withoutCacheSize(question) : question)
  if (tokens === undefined) return undefined
  const patch: FitPatch = { settings: isSaid ? { maxTotalTokens: tokens } : { contextTokens: tokens } }
  return {
    kind: 'context',
    action: isSaid ? 'a smaller cache' : 'shorter requests at most',
    patch,
    quality: undefined,
  }
}

function withoutCacheSize(question: FitQuestion): FitQuestion {
  const { maxTotalTokens, ...settings } = question.input.settings
  return maxTotalTokens === undefined ? question : { ...question, input: { ...question.input, settings } }
}

function cacheOf(question: FitQuestion, type: 'q8' | 'q4'): StepPlan | undefined {
  if (bitsOf(question.input.settings.kvTypeK) <= bitsOf(type)) return undefined
  const patch: FitPatch = { settings: { kvTypeK: type, kvTypeV: type } }
  const isSaid = question.input.settings.maxTotalTokens !== undefined
  const isEnough = tryPatch(question, patch).fits.verdict === 'yes'
  const tokens = isSaid || isEnough ? undefined : surelyFittingContext(question, patch)
  return {
    kind: 'kv-type',
    action: `the KV cache in ${bitsOf(type)} bits`,
    patch: tokens === undefined ? patch : { settings: { ...patch.settings, contextTokens: tokens } },
    quality: QUALITY[`${type}_0`],
  }
}

function bitsOf(type = 'f16'): number {
  return Number(/^q(\d)$/.exec(type)?.[1] ?? 16)
}
