import { known, valueOr } from '../../core/reading.ts'
import type { Advice } from '../../model/risk.ts'
import type { GpuState } from '../../model/frame.ts'
import { judgeFit, type FitQuestion } from '../../estimate/fit.ts'
import { stepsFor } from '../../estimate/fit-steps.ts'
import type { FitStep } from '../../estimate/fit-step.ts'
import { capacityBytes, type GpuCapacity } from '../../estimate/topology.ts'
import { stepCommand } from '../../engines/flags/step-command.ts'
import type { WorkloadEstimate } from '../estimated.ts'
import type { JudgedWorkload } from '../judged.ts'

/**
 * The changes to an engine's own settings that the estimator has worked out, each as the user's command with only the
 * changed flag; none where the model is not known.
 */
export function engineSteps(workload: JudgedWorkload, gpus: readonly GpuState[]): readonly EngineStep[] {
  const { estimated, model } = workload
  if (estimated.kind === 'missing') return []
  const question: FitQuestion = {
    input: { ...estimated.value.input, topology: topologyNow(estimated.value, workload, gpus) },
    quantization: valueOr(model.quantization, undefined),
    doubts: [],
  }
  return remembered(question).map((step) => ({
    kind: step.kind,
    enough: step.enough,
    advice: adviceOf(workload, step, question.quantization),
  }))
}

export interface EngineStep {
  readonly kind: FitStep['kind']
  /** With this alone the model has room. */
  readonly enough: boolean
  readonly advice: Advice
}

/** What would be free for it if it were started anew: all that others do not hold now. */
function topologyNow(
  { input, devices }: WorkloadEstimate,
  workload: JudgedWorkload,
  gpus: readonly GpuState[],
): FitQuestion['input']['topology'] {
  const { topology } = input
  if (topology.gpus.length !== devices.length) return topology
  const free = topology.gpus.map((gpu, at): GpuCapacity => {
    const card = gpus.find(({ uuid }) => uuid === devices[at]?.uuid)
    const own = workload.memory.perGpu.find(({ uuid }) => uuid === card?.uuid)
    const capacity = capacityBytes(gpu)
    if (card === undefined || capacity.kind === 'missing' || devices[at]?.gpuInstanceId !== undefined)
      return gpu
    const ownBytes = valueOr(own?.usedBytes ?? known(0), 0)
    const others = valueOr(card.memory.usedBytes, 0) - ownBytes
    const limits = workload.vramLimits.filter((limit) => limit.gpu === card.uuid)
    const within = limits.map(
      (limit) => limit.limitBytes - Math.max(0, valueOr(limit.usedBytes, 0) - ownBytes),
    )
    const room = Math.min(capacity.value - Math.max(0, others), ...within)
    return { ...gpu, freeBytes: known(roughly(room), 'derived') }
  })
  return { ...topology, gpus: free }
}

// advice does not follow every breath of a neighbour
const GRAIN_BYTES = 256 * 1024 ** 2

function roughly(bytes: number): number {
  return Math.max(0, Math.floor(bytes / GRAIN_BYTES) * GRAIN_BYTES)
}

// many estimates: the same question comes with every frame while a risk stands
const WORKED_OUT = new WeakMap<object, Map<string, readonly FitStep[]>>()
const MOST_REMEMBERED = 16

function remembered(question: FitQuestion): readonly FitStep[] {
  const { architecture, settings, weights, topology } = question.input
  const stored = weights.kind === 'quantization' ? weights.name : weights.kind
  const free = topology.gpus.map(({ freeBytes, totalBytes }) => [
    valueOr(freeBytes, ''),
    valueOr(totalBytes, ''),
  ])
  const key = JSON.stringify([settings, stored, question.quantization, free])
  const known = WORKED_OUT.get(architecture) ?? new Map<string, readonly FitStep[]>()
  const before = known.get(key)
  if (before !== undefined) return before
  const steps = stepsFor(question, judgeFit(question))
  if (known.size >= MOST_REMEMBERED) known.clear()
  WORKED_OUT.set(architecture, known.set(key, steps))
  return steps
}

function adviceOf(
  { command, engine }: JudgedWorkload,
  step: FitStep,
  quantization: string | undefined,
): Advice {
  const written = stepCommand(command, engine, step.patch, quantization)
  const onServer = engine === 'ollama' && written.command?.endsWith('ollama serve') === true
  return {
    action: onServer ? `${step.action}, set on the server (systemctl edit ollama.service)` : step.action,
    command: written.flags === '' ? undefined : written.command,
    freesBytes: step.freesBytes,
    addsTokens: step.addsTokens,
    restart: true,
    quality: step.quality,
  }
}
