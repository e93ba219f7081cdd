import { formatCount, formatGib } from '../core/format.ts'
import { known, missing, sum, type Reading } from '../core/reading.ts'
import type { ModelArchitecture } from '../model/architecture.ts'
import type { EngineId } from '../model/workload.ts'
import type { Estimate, EstimateInput, Fit } from './estimate-types.ts'
import { estimate } from './estimate.ts'
import { llamaCppSettings } from './llama-cpp-settings.ts'
import { worldOf } from './ranks.ts'
import type { EngineSettings } from './settings.ts'
import { availableBytes, type GpuTopology } from './topology.ts'

/** What is asked: a model with settings on devices, and what is not known of the model. */
export interface FitQuestion {
  readonly input: EstimateInput
  /** How the weights are stored: `Q4_K_M`, `bf16`, `awq`; undefined where nobody says. */
  readonly quantization: string | undefined
  /** Sentences about the model that make every number a guess. */
  readonly doubts: readonly string[]
}

export interface FitJudgement {
  /** With the devices that the engine would take. */
  readonly input: EstimateInput
  readonly estimate: Estimate
  readonly fits: Fit
}

/** Whether the model fits as its engine would place it. A model with doubts never gets more than `unsure`. */
export function judgeFit({ input, doubts }: FitQuestion): FitJudgement {
  const placed = input.settings.engine === 'ollama' ? onOneGpu(input) : input
  const result = estimate(placed)
  return {
    input: placed,
    estimate: result,
    fits: doubtful(doubts) ?? tooFewGpus(placed) ?? withHost(placed, result),
  }
}

/** What the engine makes of the context and the slots that are asked for. */
export function requestsOf({ input }: FitJudgement): {
  readonly contextTokens: Reading<number>
  readonly slots: string | undefined
} {
  const { settings, architecture, topology } = input
  if (!isLlamaCpp(settings.engine)) {
    const tokens = longestAsked(settings, architecture)
    const contextTokens: Reading<number> =
      tokens === undefined ? missing('not-reported') : known(tokens, 'declared')
    return { contextTokens, slots: undefined }
  }
  const resolved = llamaCppSettings(settings, architecture, topology)
  if (resolved.kind === 'missing') return { contextTokens: resolved, slots: undefined }
  const { contextPerSlot, slots, unified } = resolved.value
  const shared = unified ? ' sharing one pool' : ''
  return {
    contextTokens: known(contextPerSlot, 'derived'),
    slots: slots === 1 ? undefined : `${slots} slots${shared}`,
  }
}

/** ExLlama takes no request that is longer than its cache. */
function longestAsked(
  { engine, contextTokens, maxTotalTokens }: EngineSettings,
  { contextLength }: ModelArchitecture,
): number | undefined {
  const asked = contextTokens ?? contextLength
  return engine === 'exllama' && maxTotalTokens !== undefined
    ? Math.min(maxTotalTokens, asked ?? maxTotalTokens)
    : asked
}

/** Engines that take a share of the card at their start, and serve from the pool that it leaves. */
export function takesBudget(engine: EngineId): boolean {
  return BUDGETED.has(engine)
}

const BUDGETED: ReadonlySet<EngineId> = new Set(['vllm', 'sglang', 'tgi', 'tensorrt-llm', 'lmdeploy'])

/** llama.cpp and what is built on it. */
export function isLlamaCpp(engine: EngineId): boolean {
  return engine === 'llama.cpp' || engine === 'ollama' || engine === 'koboldcpp' || engine === 'lmstudio'
}

function doubtful(doubts: readonly string[]): Fit | undefined {
  const [reason] = doubts
  return reason === undefined ? undefined : { verdict: 'unsure', reason }
}

/** A world larger than the GPUs here may span several nodes: nobody can say from here. */
function tooFewGpus({ settings, topology }: EstimateInput): Fit | undefined {
  const world = takesBudget(settings.engine) ? worldOf(settings).size : 1
  const present = topology.gpus.length
  if (present === 0) return { verdict: 'unsure', reason: 'no GPU is known; name one with --gpu 24GiB' }
  if (world <= present) return undefined
  const reason = `${formatCount(world)} GPUs are asked for, and ${present === 1 ? '1 is' : `${present} are`} known here`
  return { verdict: 'unsure', reason }
}

/** What stays on the host must have room there too; mapped weights are dropped and read again rather than fail. */
function withHost({ topology }: EstimateInput, result: Estimate): Fit {
  const { weightsBytes, kvBytes } = result.host
  // caches of the host grow with use, and most never reach what they may
  const needed = sum([weightsBytes, kvBytes])
  const available = topology.host.availableBytes
  if (result.fits.verdict !== 'yes' || needed.kind === 'missing' || available.kind === 'missing')
    return result.fits
  if (needed.value <= available.value) return result.fits
  const sizes = `${formatGib(needed.value)} GiB, and ${formatGib(available.value)} GiB are available`
  return { verdict: 'unsure', reason: `the GPUs have room, but the host needs ${sizes}` }
}

/** Ollama takes one GPU where the model fits on it, the one with the most room, and all of them where it does not. */
function onOneGpu(input: EstimateInput): EstimateInput {
  const { gpus } = input.topology
  if (gpus.length < 2) return input
  const roomiest = [...gpus].sort((a, b) => room(b) - room(a)).slice(0, 1)
  const topology: GpuTopology = { ...input.topology, gpus: roomiest }
  const alone = { ...input, topology }
  return estimate(alone).fits.verdict === 'yes' ? alone : input
}

function room(gpu: GpuTopology['gpus'][number]): number {
  const available = availableBytes(gpu)
  return available.kind === 'known' ? available.value : 0
}
