import type { FitJudgement, FitQuestion } from './fit.ts'
import { isLlamaCpp, takesBudget } from './fit.ts'
import type { FitStep } from './fit-step.ts'
import { llamaCppSteps } from './fit-steps-llama-cpp.ts'
import { servedSteps } from './fit-steps-served.ts'
import { transformersSteps } from './fit-steps-transformers.ts'

/**
 * What to change when a model does not fit, in the order quantization, context, batch and parallel, KV type, layers and
 * offload; nothing when it fits, or when no GPU is known. Every step is worked out by the estimator and changes something.
 */
export function fitSteps(question: FitQuestion, judgement: FitJudgement): readonly FitStep[] {
  const { engine } = question.input.settings
  if (judgement.fits.verdict === 'yes' || question.input.topology.gpus.length === 0) return []
  if (isLlamaCpp(engine)) return llamaCppSteps(question, judgement)
  return takesBudget(engine) ? servedSteps(question, judgement) : transformersSteps(question, judgement)
}
