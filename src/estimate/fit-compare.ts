import type { FitCell } from '../model/fit.ts'
import type { WeightsSource } from '../model/weights.ts'
import { hasOtherForms } from './fit-quantization.ts'
import { tryPatch, type FitPatch } from './fit-step.ts'
import type { FitQuestion } from './fit.ts'
import { isLlamaCpp, takesBudget } from './fit.ts'
import { layoutOf } from './weights.ts'

/** The table of `--compare`: quantisations × cache types × contexts, all for the same engine and GPUs. */
export function compareFit(question: FitQuestion): readonly FitCell[] {
  const { engine } = question.input.settings
  const contexts = contextsOf(question)
  return weightsOf(question).flatMap((weights) =>
    kvTypesOf(engine).flatMap((kvType) =>
      contexts.map((contextTokens) => cellOf(question, weights, kvType, contextTokens)),
    ),
  )
}

interface NamedWeights {
  readonly name: string
  readonly source: WeightsSource
}

const SHORTEST_CONTEXT = 4096
const LONGEST_CONTEXT = 131_072

/** Doubling from 4,096 to what the model was trained for, 131,072 at most. */
function contextsOf({ input: { architecture } }: FitQuestion): readonly number[] {
  const longest = Math.min(architecture.contextLength ?? LONGEST_CONTEXT, LONGEST_CONTEXT)
  const contexts: number[] = []
  for (let tokens = SHORTEST_CONTEXT; tokens < longest; tokens *= 2) contexts.push(tokens)
  return [...contexts, longest]
}

/** The weights as they are, and the usual other forms of them. */
function weightsOf({ input, quantization: own }: FitQuestion): readonly NamedWeights[] {
  const names = isLlamaCpp(input.settings.engine) ? MIXTURES : SCHEMES
  const others = (hasOtherForms(input.architecture) ? names : [])
    .filter((name) => name.toLowerCase() !== own?.toLowerCase())
    .map((name): NamedWeights => ({ name, source: { kind: 'quantization', name } }))
    .filter(({ source }) => layoutOf(source, input.architecture).kind === 'known')
  return [{ name: own ?? 'as it is', source: input.weights }, ...others]
}

const MIXTURES = ['Q8_0', 'Q6_K', 'Q5_K_M', 'Q4_K_M', 'IQ4_XS', 'Q3_K_M', 'Q2_K']
const SCHEMES = ['bf16', 'fp8', 'awq', 'nf4']

function kvTypesOf(engine: FitQuestion['input']['settings']['engine']): readonly string[] {
  if (isLlamaCpp(engine)) return ['f16', 'q8_0', 'q4_0']
  if (engine === 'sglang' || engine === 'tgi') return ['auto', 'fp8_e5m2']
  if (engine === 'lmdeploy') return ['auto', 'int8', 'int4']
  if (engine === 'exllama') return ['f16', 'q8', 'q6', 'q4']
  return takesBudget(engine) ? ['auto', 'fp8'] : ['auto']
}

function cellOf(
  question: FitQuestion,
  weights: NamedWeights,
  kvType: string,
  contextTokens: number,
): FitCell {
  const flashAttention = kvType === 'f16' || kvType === 'auto' ? {} : { flashAttention: true }
  const patch: FitPatch = {
    weights,
    settings: { contextTokens, kvTypeK: kvType, kvTypeV: kvType, ...flashAttention },
  }
  const { estimate, fits } = tryPatch(question, patch)
  return {
    quantization: weights.name,
    kvType,
    contextTokens,
    neededBytes: estimate.neededBytes,
    capacityTokens: estimate.kv.capacityTokens,
    fits: fits.verdict,
  }
}
