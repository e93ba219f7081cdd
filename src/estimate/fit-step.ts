import { both, type Reading } from '../core/reading.ts'
import type { WeightsSource } from '../model/weights.ts'
import type { Estimate } from './estimate-types.ts'
import type { FitJudgement, FitQuestion } from './fit.ts'
import { judgeFit, takesBudget } from './fit.ts'
import type { EngineSettings } from './settings.ts'

/** Settings to change, and how the weights are stored. */
export interface FitPatch {
  readonly settings?: Partial<EngineSettings>
  /** Settings to take back, so that the engine chooses. */
  readonly without?: readonly (keyof EngineSettings)[]
  readonly weights?: { readonly name: string; readonly source: WeightsSource }
}

/** One change, worked out. */
export interface FitStep {
  readonly kind:
    'quantization' | 'context' | 'batch' | 'kv-type' | 'experts' | 'layers' | 'offload' | 'gpus' | 'budget'
  readonly action: string
  readonly patch: FitPatch
  readonly judgement: FitJudgement
  /** Over all GPUs; of engines with a budget, what the pool gains. */
  readonly freesBytes: number | undefined
  readonly addsTokens: number | undefined
  readonly enough: boolean
  /** The published price in quality or speed. */
  readonly quality: string | undefined
}

/** What a step is made of before it is worked out. */
export type StepPlan = Pick<FitStep, 'kind' | 'action' | 'patch' | 'quality'>

export function applyPatch(question: FitQuestion, patch: FitPatch): FitQuestion {
  const without = new Set<string>(patch.without ?? [])
  const kept = Object.entries(question.input.settings).filter(([key]) => !without.has(key))
  const settings = { ...Object.fromEntries(kept), ...patch.settings, engine: question.input.settings.engine }
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
  const frees = difference(takenBytes(before.estimate, budget), takenBytes(judgement.estimate, budget))
  const adds = budget
    ? difference(judgement.estimate.kv.capacityTokens, before.estimate.kv.capacityTokens)
    : undefined
  const enough = judgement.fits.verdict === 'yes'
  if (!enough && !isWorthwhile(frees) && (adds ?? 0) <= 0) return undefined
  return {
    ...plan,
    judgement,
    freesBytes: frees === undefined || frees <= 0 ? undefined : frees,
    addsTokens: adds === undefined || adds <= 0 ? undefined : Math.round(adds),
    enough,
  }
}

const LEAST_WORTH_BYTES = 32 * 1024 ** 2

function isWorthwhile(frees: number | undefined): boolean {
  return frees !== undefined && frees >= LEAST_WORTH_BYTES
}

/** Where a budget is taken whole, what is not left for its pool; else everything. */
function takenBytes(result: Estimate, budget: boolean): Reading<number> {
  if (!budget) return result.neededBytes
  return both(result.neededBytes, result.kv.bytes, (needed, kv) => needed - kv)
}

function difference(a: Reading<number>, b: Reading<number>): number | undefined {
  return a.kind === 'known' && b.kind === 'known' ? a.value - b.value : undefined
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
