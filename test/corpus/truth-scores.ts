import { sum, valueOr, type Reading } from '../../src/core/reading.ts'
import { mebibytes } from '../../src/core/units.ts'
import { estimate } from '../../src/estimate/estimate.ts'
import type { Estimate, EstimateInput } from '../../src/estimate/estimate-types.ts'
import { engineOf, inputOf, isFork, type TruthCase } from './truth-cases.ts'

/** One number of a case beside what the estimator says of it. */
export interface Score {
  readonly id: string
  readonly engine: string
  readonly part: Part
  /** Bytes, or tokens for KV of vLLM. */
  readonly predicted: number
  readonly measured: number
  /** What the printed number leaves open: half of its last digit. */
  readonly roundingRatio: number
  readonly lowBytes?: number
  readonly highBytes?: number
}

export type Part =
  | 'KV'
  | 'KV per GPU'
  | 'recurrent state'
  | 'compute buffer'
  | 'weights per GPU'
  | 'weights by name'
  | 'KV pool'
  | 'total'
  | 'total per GPU'

/** Everything of the cases that may be scored (their README says what may not). */
export function scoreAll(cases: readonly TruthCase[]): readonly Score[] {
  return cases.filter(({ sourceKind }) => sourceKind !== 'engine-estimate').flatMap(scoresOf)
}

export function relativeError({ predicted, measured }: Score): number {
  return (predicted - measured) / measured
}

/** Within 0.1 %, or within what the printed number leaves open. */
export function isExact(score: Score): boolean {
  return Math.abs(relativeError(score)) <= Math.max(0.001, score.roundingRatio)
}

function scoresOf(truth: TruthCase): readonly Score[] {
  const input = inputOf(truth)
  if (input === undefined) return []
  switch (engineOf(truth)) {
    case 'llama.cpp':
    case 'ollama':
      return llamaCppScores(truth, input)
    case 'vllm':
      return vllmScores(truth, input)
    case 'sglang':
      return sglangScores(truth, input)
    case undefined:
      return []
  }
}

function llamaCppScores(truth: TruthCase, input: EstimateInput): readonly Score[] {
  const { measured } = truth
  const result = estimate(input)
  const engine = isFork(truth) ? 'ik_llama.cpp' : 'llama.cpp'
  const score = scorer(truth, engine)
  const state = bytes(sum(result.perGpu.map(({ stateBytes }) => stateBytes)))
  const scores: (Score | undefined)[] = []
  if (truth.kvModel !== undefined && truth.kvModel.fitted === undefined) {
    // hosts and GPUs together; the state of layers on the host is counted with their KV
    const kv = bytes(sum([result.kv.bytes]))
    // a sum over devices that were each printed in whole MiB
    const rounding = truth.sourceKind === 'parsed-log-json' ? 2 : 0.006
    scores.push(score('KV', kv + (countsState(truth) ? state : 0), measured.kvMiB, rounding))
  }
  const { recurrentMiBPerDevice: perDevice } = measured
  const onGpus = perDevice === undefined ? measured.recurrentMiB : perDevice['Vulkan1']
  scores.push(score('recurrent state', state, onGpus, 0.006))
  if (isCurrentBuild(truth)) scores.push(...currentBuildScores(truth, result, engine))
  return scores.filter((each) => each !== undefined)
}

/** Builds that are known to limit the logits to the slots: only their compute buffers have one form. */
function isCurrentBuild({ engineVersion, id }: TruthCase): boolean {
  return (engineVersion ?? '').includes('2026-07') || id.startsWith('lcpp-gemma4-12b')
}

function currentBuildScores(
  truth: TruthCase,
  result: Estimate,
  engine: string,
): readonly (Score | undefined)[] {
  const { measured } = truth
  const score = scorer(truth, engine)
  const perGpu = result.perGpu.flatMap((gpu, index) => {
    const device = `CUDA${index}`
    const state = bytes(gpu.stateBytes)
    return [
      score('KV per GPU', bytes(gpu.kvBytes) + state, measured.kvMiBPerDevice?.[device], 1),
      score('compute buffer', bytes(gpu.activationsBytes), measured.computeMiBPerDevice?.[device], 1),
      score('weights per GPU', bytes(gpu.weightsBytes), measured.weightsMiBPerDevice?.[device], 1),
      score('total per GPU', bytes(gpu.neededBytes), measured.nvidiaSmiUsedMiBPerGpu?.[device], 1, gpu),
    ]
  })
  const [only] = result.perGpu
  const compute = only === undefined ? 0 : bytes(only.activationsBytes)
  return [
    ...perGpu,
    score('compute buffer', compute, measured.computeMiB, 1),
    score('total', bytes(result.neededBytes), measured.nvidiaSmiUsedMiB, 1, result),
  ]
}

/** Pool bytes → tokens; weights by the name of the quantisation; and what is left for the pool. */
function vllmScores(truth: TruthCase, input: EstimateInput): readonly Score[] {
  const { measured, config, notes } = truth
  const score = scorer(truth, 'vllm')
  if (notes?.includes('Failed start') === true) return []
  const scores: (Score | undefined)[] = []
  const tokens = measured.kvTokens ?? (measured.kvBlocks ?? 0) * (config.blockSize ?? 16)
  if (
    measured.kvMiB !== undefined &&
    measured.kvMiB > 0 &&
    tokens > 0 &&
    truth.kvModel?.fitted === undefined
  ) {
    const given = estimate({
      ...input,
      settings: { ...input.settings, kvCacheBytes: mebibytes(measured.kvMiB) },
    })
    const rounding = 5.12 / measured.kvMiB + 16 / tokens
    scores.push(raw(truth, 'vllm', 'KV', bytes(given.kv.capacityTokens), tokens, rounding))
  }
  const result = estimate(input)
  const [gpu] = result.perGpu
  if (gpu === undefined) return scores.filter((each) => each !== undefined)
  if (!isUnsloth(truth))
    scores.push(score('weights by name', bytes(gpu.weightsBytes), measured.weightsMiB, 5.12))
  if (gpu.totalBytes.kind === 'known' && config.gpuMemoryUtilization !== undefined) {
    scores.push(score('KV pool', bytes(gpu.kvBytes), measured.kvMiB, 5.12))
  }
  return scores.filter((each) => each !== undefined)
}

/** Their 4-bit files keep a choice of layers in 16 bits: the name does not say which. */
function isUnsloth({ model }: TruthCase): boolean {
  return model.includes('unsloth') || model.includes('bnb')
}

function sglangScores(truth: TruthCase, input: EstimateInput): readonly Score[] {
  const { kvMiB, kvTokens } = truth.measured
  if (kvMiB === undefined || kvTokens === undefined || truth.kvModel === undefined) return []
  const perToken = bytes(estimate(input).kv.bytesPerToken) / (input.settings.tensorParallel ?? 1)
  const rounding = 10.24 / kvMiB + 64 / kvTokens
  return [raw(truth, 'sglang', 'KV', perToken * kvTokens, mebibytes(kvMiB), rounding)]
}

function scorer(truth: TruthCase, engine: string) {
  return (
    part: Part,
    predicted: number,
    measuredMiB: number | undefined,
    roundingMiB: number,
    range?: { readonly lowBytes: Reading<number>; readonly highBytes: Reading<number> },
  ): Score | undefined => {
    if (measuredMiB === undefined || measuredMiB <= 0) return undefined
    const score = raw(truth, engine, part, predicted, mebibytes(measuredMiB), roundingMiB / measuredMiB)
    return range === undefined
      ? score
      : { ...score, lowBytes: bytes(range.lowBytes), highBytes: bytes(range.highBytes) }
  }
}

function raw(
  { id }: TruthCase,
  engine: string,
  part: Part,
  predicted: number,
  measured: number,
  roundingRatio: number,
): Score {
  return { id, engine, part, predicted, measured, roundingRatio }
}

function countsState({ measured, kvModel }: TruthCase): boolean {
  return (
    measured.recurrentMiB !== undefined || kvModel?.groups?.some(({ kind }) => kind === 'recurrent') === true
  )
}

function bytes(reading: Reading<number>): number {
  return valueOr(reading, Number.NaN)
}
