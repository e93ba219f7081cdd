import { surelyFittingContext } from './fit-context.ts'
import { tryPatch, workOut, type FitPatch, type FitStep } from './fit-step.ts'
import type { FitJudgement, FitQuestion } from './fit.ts'

/** Changes that cost little; moving the model to the host is another matter. */
const CHEAP: ReadonlySet<FitStep['kind']> = new Set(['quantization', 'batch', 'kv-type', 'gpus', 'budget'])

/**
 * Where no cheap change is enough alone: the first of them in their order that are enough together, less those that were not
 * needed; where all together are not, with as much of the context as then fits. Undefined where that does not do either.
 */
export function together(
  question: FitQuestion,
  before: FitJudgement,
  steps: readonly FitStep[],
): FitStep | undefined {
  const cheap = steps.filter(({ kind }) => CHEAP.has(kind))
  const isSolved = steps.some(({ kind, enough }) => enough && (CHEAP.has(kind) || kind === 'context'))
  if (isSolved || cheap.length === 0) return undefined
  const count = cheap.findIndex((_, index) => isEnough(question, cheap.slice(0, index + 1)))
  if (count !== -1) return combined(question, before, needed(question, cheap.slice(0, count + 1)))
  const contextTokens = surelyFittingContext(question, patchOf(cheap))
  return contextTokens === undefined ? undefined : combined(question, before, cheap, contextTokens)
}

function isEnough(question: FitQuestion, steps: readonly FitStep[]): boolean {
  return tryPatch(question, patchOf(steps)).fits.verdict === 'yes'
}

function needed(question: FitQuestion, steps: readonly FitStep[]): readonly FitStep[] {
  return steps.reduce((kept, step) => {
    const without = kept.filter((other) => other !== step)
    return isEnough(question, without) ? without : kept
  }, steps)
}

/** Of several changes of one setting the later, stronger one counts. */
function patchOf(steps: readonly FitStep[]): FitPatch {
  return steps.reduce<FitPatch>((all, { patch }) => {
    const weights = patch.weights ?? all.weights
    return { settings: { ...all.settings, ...patch.settings }, ...(weights === undefined ? {} : { weights }) }
  }, {})
}

function combined(
  question: FitQuestion,
  before: FitJudgement,
  steps: readonly FitStep[],
  contextTokens?: number,
): FitStep | undefined {
  const all = patchOf(steps)
  const patch = contextTokens === undefined ? all : { ...all, settings: { ...all.settings, contextTokens } }
  const lasting = steps.filter((step, i) => !steps.slice(i + 1).some(({ kind }) => kind === step.kind))
  const quality = [...new Set(lasting.flatMap((step) => step.quality ?? []))].join('; ')
  const plan = { kind: 'together', action: 'several of these together', patch } as const
  return workOut(question, before, { ...plan, quality: quality === '' ? undefined : quality })
}
