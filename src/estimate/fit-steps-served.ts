import { valueOr } from '../core/reading.ts'
import { surelyFittingContext } from './fit-context.ts'
import type { FitStep, StepPlan } from './fit-step.ts'
import { QUALITY, tryPatch, workOut } from './fit-step.ts'
import type { FitJudgement, FitQuestion } from './fit.ts'
import { worldOf } from './ranks.ts'
import type { EngineSettings } from './settings.ts'
import { capacityBytes, type GpuTopology } from './topology.ts'
import { vllmRules } from './vllm-version.ts'

/** For vLLM, SGLang, TGI, TensorRT-LLM and LMDeploy, which take a budget of the card and serve from the pool that it leaves. */
export function servedSteps(question: FitQuestion, before: FitJudgement): readonly FitStep[] {
  const plans: readonly (StepPlan | undefined)[] = [
    lowerBudget(question),
    quantized(question, 'fp8'),
    quantized(question, 'nf4'),
    shorterRequests(question),
    smallerBatch(question),
    fp8Cache(question),
    moreGpus(question),
    higherBudget(question),
    weightsOnHost(question),
  ]
  return plans.flatMap((plan) => (plan === undefined ? [] : (workOut(question, before, plan) ?? [])))
}

/** Weights that are quantised already are not quantised again; SGLang has no 4-bit form that it makes while loading. */
function quantized(
  { input: { settings }, quantization }: FitQuestion,
  name: 'fp8' | 'nf4',
): StepPlan | undefined {
  const is16Bit = /^(b?f16|fp16|b?float16|half)$/i.test(quantization ?? '')
  // the others take a checkpoint as it is
  if (settings.engine === 'tensorrt-llm' || settings.engine === 'lmdeploy') return undefined
  if (!is16Bit || (name === 'nf4' && settings.engine === 'sglang')) return undefined
  return {
    kind: 'quantization',
    action:
      name === 'fp8' ? 'weights in FP8, made while loading' : 'weights in 4 bits (NF4), made while loading',
    patch: { weights: { name, source: { kind: 'quantization', name } } },
    quality: QUALITY[name],
  }
}

/** Frees nothing, but the pool need only hold one request of the longest kind. */
function shorterRequests(question: FitQuestion): StepPlan | undefined {
  const contextTokens = surelyFittingContext(question)
  if (contextTokens === undefined) return undefined
  return {
    kind: 'context',
    action: 'shorter requests at most',
    patch: { settings: { contextTokens } },
    quality: undefined,
  }
}

/** What a batch needs at its peak is not left for the pool. */
function smallerBatch({ input: { settings } }: FitQuestion): StepPlan {
  const smaller: Partial<EngineSettings> =
    settings.engine === 'vllm'
      ? {
          maxNumSeqs: least(settings.maxNumSeqs, 64),
          maxNumBatchedTokens: least(settings.maxNumBatchedTokens, 2048),
        }
      : settings.engine === 'sglang'
        ? {
            chunkedPrefillTokens: least(settings.chunkedPrefillTokens, 2048),
            cudaGraphMaxBatch: least(settings.cudaGraphMaxBatch, 16),
          }
        : { maxNumBatchedTokens: least(settings.maxNumBatchedTokens, 2048) }
  return {
    kind: 'batch',
    action: 'smaller batches',
    patch: { settings: smaller },
    quality: 'less throughput',
  }
}

function least(stated: number | undefined, wanted: number): number {
  return Math.min(stated ?? wanted, wanted)
}

function fp8Cache({ input: { settings, topology } }: FitQuestion): StepPlan | undefined {
  const type = settings.kvTypeK ?? 'auto'
  if (!/^(auto|b?f(loat)?16|half)$/.test(type)) return undefined
  const support = storesFp8(topology)
  if (support === 'no') return undefined
  if (settings.engine === 'lmdeploy') return int8Cache()
  const fp8 = settings.engine === 'vllm' || settings.engine === 'tensorrt-llm' ? 'fp8' : 'fp8_e5m2'
  return {
    kind: 'kv-type',
    action: 'the KV cache in FP8',
    patch: { settings: { kvTypeK: fp8, kvTypeV: fp8 } },
    quality: support === 'yes' ? QUALITY['fp8'] : 'near lossless; needs an Ada, Hopper or newer card',
  }
}

/** LMDeploy's `--quant-policy 8`, on every card. */
function int8Cache(): StepPlan {
  const settings = { kvTypeK: 'int8', kvTypeV: 'int8' }
  return {
    kind: 'kv-type',
    action: 'the KV cache in 8 bits',
    patch: { settings },
    quality: QUALITY['q8_0'],
  }
}

/** By the card's name: Ampere and older refuse an FP8 cache ("fp8e4nv not supported"). */
function storesFp8({ gpus }: GpuTopology): 'yes' | 'no' | 'unknown' {
  const names = gpus.map((gpu) => valueOr(gpu.name, ''))
  if (names.some((name) => BEFORE_ADA.test(name))) return 'no'
  return names.every((name) => ADA_OR_LATER.test(name)) ? 'yes' : 'unknown'
}

const ADA_OR_LATER = /\b(RTX [45]0\d\d|RTX PRO|L4|L40S?|GH\d+|H\d{2,3}|G?B\d{2,3}|Ada)\b/i
const BEFORE_ADA =
  /\b(RTX [23]0\d\d|GTX|RTX A\d{4}|A100|A800|A10G?|A16|A2|A30|A40|T4|V100|P100|P40|TITAN|Quadro)\b/i

/** Twice as many ranks, where GPUs are left over and the heads can be divided. */
function moreGpus({ input: { settings, topology, architecture } }: FitQuestion): StepPlan | undefined {
  const { tensor, size } = worldOf(settings)
  const heads = architecture.attentionHeads
  if (size * 2 > topology.gpus.length || typeof heads !== 'number' || heads % (tensor * 2) !== 0)
    return undefined
  const patch = { settings: { tensorParallel: tensor * 2 } }
  return { kind: 'gpus', action: `the model over ${tensor * 2} GPUs`, patch, quality: undefined }
}

/** A budget that is more than what is free is refused at the start. */
function lowerBudget(question: FitQuestion): StepPlan | undefined {
  const { settings, topology } = question.input
  if (settings.engine !== 'vllm' || settings.kvCacheBytes !== undefined) return undefined
  const free = topology.gpus.slice(0, worldOf(settings).size).map((gpu) => {
    const capacity = valueOr(capacityBytes(gpu), 0)
    return gpu.freeBytes.kind === 'known' && capacity > 0 ? gpu.freeBytes.value / capacity : 1
  })
  const gpuMemoryUtilization = Math.floor(Math.min(...free) * 100) / 100
  if (gpuMemoryUtilization >= utilizationOf(settings) || gpuMemoryUtilization < 0.1) return undefined
  return {
    kind: 'budget',
    action: 'a budget that is free now',
    patch: { settings: { gpuMemoryUtilization } },
    quality: undefined,
  }
}

const HIGHEST_UTILIZATION = 0.95

function higherBudget(question: FitQuestion): StepPlan | undefined {
  const { settings } = question.input
  if (settings.engine === 'tensorrt-llm' || settings.engine === 'lmdeploy') return largerShare(settings)
  if (settings.engine !== 'vllm' || utilizationOf(settings) >= HIGHEST_UTILIZATION) return undefined
  const patch = { settings: { gpuMemoryUtilization: HIGHEST_UTILIZATION } }
  return {
    kind: 'budget',
    action: 'a larger budget',
    patch,
    quality: 'less room for what is not in the budget',
  }
}

/** Of what is free once the model is loaded. */
function largerShare({ freeMemoryFraction = 0.9 }: EngineSettings): StepPlan | undefined {
  if (freeMemoryFraction >= HIGHEST_UTILIZATION) return undefined
  return {
    kind: 'budget',
    action: 'a larger share of what is free',
    patch: { settings: { freeMemoryFraction: HIGHEST_UTILIZATION } },
    quality: 'less room for what comes after the start',
  }
}

function utilizationOf(settings: EngineSettings): number {
  return settings.gpuMemoryUtilization ?? vllmRules(settings.version).utilization
}

/** In steps of some GiB, up to what is enough. */
function weightsOnHost(question: FitQuestion): StepPlan | undefined {
  const { settings } = question.input
  if (settings.engine !== 'vllm' && settings.engine !== 'sglang') return undefined
  const perGpu = tryPatch(question, {}).estimate.perGpu[0]?.weightsBytes
  // with more than half of the weights on the host, it is the host that runs the model
  const most = perGpu?.kind === 'known' ? perGpu.value / 2 / 1024 ** 3 : 0
  const enough = OFFLOADS_GIB.find(
    (gib) => gib <= most && tryPatch(question, offload(gib)).fits.verdict === 'yes',
  )
  if (enough === undefined) return undefined
  return {
    kind: 'offload',
    action: `${enough} GiB of weights per GPU on the host`,
    patch: offload(enough),
    quality: QUALITY['offload'],
  }
}

const OFFLOADS_GIB = [4, 8, 12, 16, 24, 32, 48, 64]

function offload(gib: number): StepPlan['patch'] {
  return { settings: { cpuOffloadBytes: gib * 1024 ** 3 } }
}
