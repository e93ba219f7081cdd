import type { WeightsSource } from '../model/weights.ts'
import { surelyFittingContext } from './fit-context.ts'
import { hasOtherForms } from './fit-quantization.ts'
import type { FitPatch, FitStep, StepPlan } from './fit-step.ts'
import { QUALITY, tryPatch, workOut } from './fit-step.ts'
import type { FitJudgement, FitQuestion } from './fit.ts'
import { usualSlots } from './llama-cpp-settings.ts'
import type { EngineSettings } from './settings.ts'
import { layoutOf } from './weights.ts'

/** For llama.cpp and what is built on it. */
export function llamaCppSteps(question: FitQuestion, before: FitJudgement): readonly FitStep[] {
  const plans: readonly (StepPlan | undefined)[] = [
    smallerFile(question),
    shorterContext(question),
    smallerBatch(question),
    fewerSlots(question),
    cacheStep(question, 'q8_0'),
    cacheStep(question, 'q4_0'),
    expertsOnHost(question),
    fewerLayers(question),
    cacheOnHost(question),
  ]
  return plans.flatMap((plan) => (plan === undefined ? [] : (workOut(question, before, plan) ?? [])))
}

/** Down to where answers begin to suffer more than from a shorter context. */
const MIXTURES = ['Q8_0', 'Q6_K', 'Q5_K_M', 'Q4_K_M', 'IQ4_XS', 'Q3_K_M']

/** The best mixture with which it fits, else the smallest. */
function smallerFile(question: FitQuestion): StepPlan | undefined {
  if (!hasOtherForms(question.input.architecture)) return undefined
  const present = sizeOf(question, question.input.weights)
  const smaller = MIXTURES.filter((name) => {
    const size = sizeOf(question, { kind: 'quantization', name })
    return size !== undefined && present !== undefined && size < 0.97 * present
  })
  const patchOf = (name: string): FitPatch => ({ weights: { name, source: { kind: 'quantization', name } } })
  const found =
    smaller.find((name) => tryPatch(question, patchOf(name)).fits.verdict === 'yes') ?? smaller.at(-1)
  if (found === undefined) return undefined
  return {
    kind: 'quantization',
    action: `a smaller file: ${found}`,
    patch: patchOf(found),
    quality: QUALITY[found],
  }
}

function sizeOf(question: FitQuestion, weights: WeightsSource): number | undefined {
  const layout = layoutOf(weights, question.input.architecture)
  return layout.kind === 'known' ? layout.value.totalBytes : undefined
}

function shorterContext(question: FitQuestion): StepPlan | undefined {
  const contextTokens = surelyFittingContext(question)
  if (contextTokens === undefined) return undefined
  return {
    kind: 'context',
    action: 'a shorter context',
    patch: { settings: { contextTokens } },
    quality: undefined,
  }
}

function smallerBatch({ input: { settings } }: FitQuestion): StepPlan | undefined {
  const { engine, ubatchTokens = 512, batchTokens = 2048 } = settings
  // Ollama chooses its batch by the context, and LM Studio has no flag for it
  if (engine === 'ollama' || engine === 'lmstudio' || Math.min(ubatchTokens, batchTokens) <= 256)
    return undefined
  const patch = { settings: { ubatchTokens: 256 } }
  return { kind: 'batch', action: 'a smaller micro-batch', patch, quality: 'prompts are read more slowly' }
}

/** Windows and recurrent state are kept per slot, and without a shared cache the whole context is. */
function fewerSlots({ input: { settings } }: FitQuestion): StepPlan | undefined {
  const slots = settings.parallel ?? usualSlots(settings.engine)
  if (slots <= 1) return undefined
  const contextTokens = isShared(settings)
    ? settings.contextTokens
    : perSlot(settings.contextTokens, settings.parallel)
  const patch = { settings: { parallel: 1, ...(contextTokens === undefined ? {} : { contextTokens }) } }
  return { kind: 'batch', action: 'one request at a time', patch, quality: 'requests wait for each other' }
}

/** One context for all slots. */
function isShared({ engine, kvUnified }: EngineSettings): boolean {
  return kvUnified === true || engine === 'koboldcpp' || engine === 'lmstudio'
}

function perSlot(contextTokens: number | undefined, slots: number | undefined): number | undefined {
  return contextTokens === undefined ? undefined : Math.floor(contextTokens / (slots ?? 1))
}

/** The cache in a smaller type; with as much of the context as then fits. Values can only be quantised with flash attention. */
function cacheStep(question: FitQuestion, type: string): StepPlan | undefined {
  const { kvTypeK = 'f16', kvTypeV = 'f16' } = question.input.settings
  if (RANK.indexOf(type) <= Math.max(rank(kvTypeK), rank(kvTypeV))) return undefined
  const patch: FitPatch = { settings: { kvTypeK: type, kvTypeV: type, flashAttention: true } }
  const alone = tryPatch(question, patch).fits.verdict === 'yes'
  const contextTokens = alone ? undefined : surelyFittingContext(question, patch)
  return {
    kind: 'kv-type',
    action: `the KV cache as ${type}`,
    patch: contextTokens === undefined ? patch : { settings: { ...patch.settings, contextTokens } },
    quality: QUALITY[type],
  }
}

const RANK = ['f32', 'f16', 'q8_0', 'q5_1', 'q5_0', 'q4_1', 'q4_0']

function rank(type: string): number {
  return RANK.indexOf(type === 'bf16' ? 'f16' : type === 'iq4_nl' ? 'q4_0' : type)
}

/** Experts before layers: attention and the cache stay on the GPU. */
function expertsOnHost(question: FitQuestion): StepPlan | undefined {
  const { architecture, settings } = question.input
  if (architecture.moe === undefined || settings.cpuMoeLayers === 'all' || settings.engine === 'ollama')
    return undefined
  const found = least(
    architecture.layers,
    settings.cpuMoeLayers ?? 0,
    (cpuMoeLayers) => ({ cpuMoeLayers }),
    question,
  )
  const cpuMoeLayers = found ?? architecture.layers
  const action = `experts of ${cpuMoeLayers} of ${architecture.layers} layers on the CPU`
  return { kind: 'experts', action, patch: { settings: { cpuMoeLayers } }, quality: QUALITY['offload'] }
}

function fewerLayers(question: FitQuestion): StepPlan | undefined {
  const { architecture, settings } = question.input
  const all = architecture.layers + (architecture.mtpLayers ?? 0) + 1
  const present = Math.min(settings.gpuLayers ?? all, all)
  const offHost = least(all, all - present, (onHost) => ({ gpuLayers: all - onHost }), question)
  if (offHost === undefined) return undefined
  const gpuLayers = all - offHost
  const action = `${gpuLayers} of ${all} layers on the GPU`
  return { kind: 'layers', action, patch: { settings: { gpuLayers } }, quality: QUALITY['offload'] }
}

/** Slow at every token: the last resort. */
function cacheOnHost({ input: { settings } }: FitQuestion): StepPlan | undefined {
  const { engine, kvOnGpu } = settings
  if ((engine !== 'llama.cpp' && engine !== 'koboldcpp') || kvOnGpu === false) return undefined
  const patch = { settings: { kvOnGpu: false } }
  return { kind: 'offload', action: 'the KV cache in host memory', patch, quality: QUALITY['offload'] }
}

/** The smallest number above `from` with which the model fits, found by halving. */
function least(
  most: number,
  from: number,
  settingsOf: (count: number) => NonNullable<FitPatch['settings']>,
  question: FitQuestion,
): number | undefined {
  const isEnough = (count: number) =>
    tryPatch(question, { settings: settingsOf(count) }).fits.verdict === 'yes'
  if (from >= most || !isEnough(most)) return undefined
  let low = from
  let high = most
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (isEnough(middle)) high = middle
    else low = middle
  }
  return high
}
