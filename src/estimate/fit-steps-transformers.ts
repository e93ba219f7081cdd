import { surelyFittingContext } from './fit-context.ts'
import type { FitStep, StepPlan } from './fit-step.ts'
import { QUALITY, workOut } from './fit-step.ts'
import type { FitJudgement, FitQuestion } from './fit.ts'

/** For transformers, and for engines that llmtop has no rules of its own for. */
export function transformersSteps(question: FitQuestion, before: FitJudgement): readonly FitStep[] {
  const plans = [fourBits(question), shorterContext(question), smallerBatch(question)]
  return plans.flatMap((plan) => (plan === undefined ? [] : (workOut(question, before, plan) ?? [])))
}

function fourBits({ quantization }: FitQuestion): StepPlan | undefined {
  if (quantization?.startsWith('nf4') === true) return undefined
  const name = 'nf4-double-quant'
  return {
    kind: 'quantization',
    action: 'weights in 4 bits (NF4)',
    patch: { weights: { name, source: { kind: 'quantization', name } } },
    quality: QUALITY['nf4'],
  }
}

function shorterContext(question: FitQuestion): StepPlan | undefined {
  const contextTokens = surelyFittingContext(question)
  if (contextTokens === undefined) return undefined
  return {
    kind: 'context',
    action: 'shorter conversations',
    patch: { settings: { contextTokens } },
    quality: undefined,
  }
}

function smallerBatch({ input: { settings } }: FitQuestion): StepPlan | undefined {
  if ((settings.parallel ?? 1) <= 1) return undefined
  return {
    kind: 'batch',
    action: 'one sequence at a time',
    patch: { settings: { parallel: 1 } },
    quality: undefined,
  }
}
