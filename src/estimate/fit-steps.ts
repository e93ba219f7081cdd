import type { EngineId } from '../model/workload.ts'
import type { FitJudgement, FitQuestion } from './fit.ts'
import { isLlamaCpp, takesBudget } from './fit.ts'
import type { FitStep } from './fit-step.ts'
import { exllamaSteps } from './fit-steps-exllama.ts'
import { llamaCppSteps } from './fit-steps-llama-cpp.ts'
import { servedSteps } from './fit-steps-served.ts'
import { together } from './fit-together.ts'
import { transformersSteps } from './fit-steps-transformers.ts'

/**
 * What to change when a model does not fit, in the order quantization, context, batch and parallel, KV type, layers and
 * offload; nothing when it fits, or when no GPU is known. Every step is worked out by the estimator and changes something.
 */
export function fitSteps(question: FitQuestion, judgement: FitJudgement): readonly FitStep[] {
  if (judgement.fits.verdict === 'yes' || question.input.topology.gpus.length === 0) return []
  const steps = stepsFor(question, judgement)
  const joint = together(question, judgement, steps)
  if (joint === undefined) return steps
  const firstDear = steps.findIndex(({ kind }) => DEAR.has(kind))
  return firstDear === -1 ? [...steps, joint] : steps.toSpliced(firstDear, 0, joint)
}

/** Every single change that brings something, whether or not it is needed. */
export function stepsFor(question: FitQuestion, judgement: FitJudgement): readonly FitStep[] {
  return stepsOf(question.input.settings.engine)(question, judgement)
}

/** Parts of the model on the host: last, because every token pays for it. */
const DEAR: ReadonlySet<FitStep['kind']> = new Set(['experts', 'layers', 'offload'])

function stepsOf(engine: EngineId): (question: FitQuestion, judgement: FitJudgement) => readonly FitStep[] {
  if (isLlamaCpp(engine)) return llamaCppSteps
  if (engine === 'exllama') return exllamaSteps
  return takesBudget(engine) ? servedSteps : transformersSteps
}
