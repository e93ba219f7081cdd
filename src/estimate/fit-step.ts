import { both, known, type Reading } from '../core/reading.ts'
import type { WeightsSource } from '../model/weights.ts'
import type { Estimate } from './estimate-types.ts'
import type { FitJudgement, FitQuestion } from './fit.ts'
import { judgeFit, takesBudget } from './fit.ts'
import type { EngineSettings } from './settings.ts'

/** Settings to change, and how the weights are stored. */
export interface FitPatch {
  readonly settings?: Partial<EngineSettings>
  readonly weights?: { readonly name: string; readonly source: WeightsSource }
}

/** One change, worked out. */
export interface FitStep {
  readonly kind:
    | 'quantization'
    | 'context'
    | 'batch'
    | 'kv-type'
    | 'experts'
    | 'layers'
    | 'offload'
    | 'gpus'
    | 'budget'
    | 'together'
  readonly action: string
  readonly patch: FitPatch
  readonly judgement: FitJudgement
  /** Over all GPUs, of engines with a budget what the pool gains; on the fullest GPU where the model moves to more of them. */
  readonly freesBytes: number | undefined
  readonly addsTokens: number | undefined
  readonly enough: boolean
  /** The published price in quality or speed. */
  readonly quality: string | undefined
}

/** What a step is made of before it is worked out. */
export type StepPlan = Pick<FitStep, 'kind' | 'action' | 'patch' | 'quality'>

export function applyPatch(question: FitQuestion, patch: FitPatch): FitQuestion {
  const settings = { ...question.input.settings, ...patch.settings }
  const weights = patch.weights?.source ?? question.input.weights
  const quantization = patch.weights?.name ?? question.quantization
  return { ...question, quantization, input: { ...question.input, settings, weights } }
}

export function tryPatch(question: FitQuestion, patch: FitPatch): FitJudgement {
  return judgeFit(applyPatch(question, patch))
}

/** The step with its bytes and tokens; undefined when it changes nothing for the better on this engine. */
export function workOut(question: FitQuestion, before: FitJudgement, plan: StepPlan): FitStep | undefined {
  const judgement = tryPatch(question, plan.patch)
  const budget = takesBudget(question.input.settings.engine)
  const taken = plan.kind === 'gpus' ? fullestBytes : takenBytes
  const freesBytes = gain(taken(before.estimate, budget), taken(judgement.estimate, budget))
  const addsTokens = budget
    ? gain(judgement.estimate.kv.capacityTokens, before.estimate.kv.capacityTokens)
    : undefined
  const enough = judgement.fits.verdict === 'yes'
  if (!enough && (freesBytes ?? 0) < LEAST_WORTH_BYTES && addsTokens === undefined) return undefined
  return { ...plan, judgement, freesBytes, addsTokens, enough }
}

const LEAST_WORTH_BYTES = 32 * 1024 ** 2

/** Where a budget is taken whole, what is not left for its pool; else everything. */
function takenBytes(result: Estimate, budget: boolean): Reading<number> {
  if (!budget) return result.neededBytes
  return both(result.neededBytes, result.kv.bytes, (needed, kv) => needed - kv)
}

function fullestBytes({ perGpu }: Estimate, budget: boolean): Reading<number> {
  const taken = perGpu.map(({ neededBytes, kvBytes }) =>
    budget ? both(neededBytes, kvBytes, (needed, kv) => needed - kv) : neededBytes,
  )
  return taken.reduce<Reading<number>>(
    (most, next) => both(most, next, (a, b) => Math.max(a, b)),
    known(0, 'derived'),
  )
}

/** `a` − `b` where that is known and more than nothing. */
function gain(a: Reading<number>, b: Reading<number>): number | undefined {
  const difference = a.kind === 'known' && b.kind === 'known' ? Math.round(a.value - b.value) : 0
  return difference > 0 ? difference : undefined
}

/** What is published of each scheme. */
export const QUALITY: Readonly<Record<string, string>> = {
  Q8_0: '0.5 % worse than 16 bits',
  Q5_K_M: '1–2 % worse than 16 bits',
  Q4_K_M: '2–3 % worse than 16 bits',
  Q2_K: 'for emergencies only',
  nf4: '2–3 % worse than 16 bits',
  fp8: 'near lossless',
  q8_0: 'near lossless',
  q4_0: 'recall degrades',
  offload: 'lossless, 5–10 times slower',
}
