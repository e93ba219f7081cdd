import { formatBytes } from '../../core/format.ts'
import { map, valueOr } from '../../core/reading.ts'
import type { Advice } from '../../model/risk.ts'
import { changeFlags, shellCommand } from '../../engines/flags/change-flags.ts'
import { flagsFor } from '../../engines/flags/write-flags.ts'
import { takesBudget } from '../../estimate/fit.ts'
import { maskArguments } from '../../parse/mask-secrets.ts'
import type { JudgedWorkload } from '../judged.ts'
import { isServer } from '../server.ts'
import { nameOf } from '../wording.ts'
import { engineSteps, type EngineStep } from './engine-steps.ts'
import { idleHolders, isIdle, LEAST_WORTH_BYTES, stopHolder } from './idle-holders.ts'
import { killing } from './killing.ts'
import type { AdviceSituation } from './situation.ts'

/**
 * Against a card that fills, or a model that does not fit: idle holders first, then quantization, context, batch, KV
 * type, layers and offload, and the allocator last.
 */
export function adviseOnCards(situation: AdviceSituation): readonly Advice[] {
  const { workload, workloads, gpus } = situation
  const uuids = new Set(gpus.map(({ uuid }) => uuid))
  const others = workloads.filter(({ id }) => id !== workload?.id)
  const idle = idleHolders(others, (holder) => heldOn(holder, uuids)).map(stopHolder)
  if (workload === undefined) return idle
  return [
    ...idle,
    ...roomBeside(situation, others),
    ...ofGrower(situation, workload),
    ...allocator(situation, workload),
  ]
}

function heldOn({ memory }: JudgedWorkload, uuids: ReadonlySet<string>): number {
  return memory.perGpu
    .filter(({ uuid }) => uuids.has(uuid))
    .reduce((sum, { usedBytes }) => sum + valueOr(usedBytes, 0), 0)
}

/** Who else holds what a start lacks, and is at work: the least of them that is enough. */
function roomBeside(
  { class: kind, numbers, gpus }: AdviceSituation,
  others: readonly JudgedWorkload[],
): readonly Advice[] {
  if (kind !== 'will-not-fit') return []
  const uuids = new Set(gpus.map(({ uuid }) => uuid))
  const [least] = others
    .map((workload) => ({ workload, heldBytes: heldOn(workload, uuids) }))
    .filter(({ workload, heldBytes }) => heldBytes >= (numbers.excessBytes ?? 0) && !isIdle(workload))
    .sort((a, b) => a.heldBytes - b.heldBytes)
  if (least === undefined) return []
  const { workload, heldBytes } = least
  const action = `wait for ${nameOf(workload)}, or stop it: it holds ${formatBytes(heldBytes)}`
  return [{ ...step(action, killing(workload)), freesBytes: heldBytes }]
}

/** A program that is no engine has no settings that are known here; it can be stopped or moved. */
function ofGrower(situation: AdviceSituation, workload: JudgedWorkload): readonly Advice[] {
  const { engine } = workload
  if (!isServer(workload)) {
    const { victims } = situation
    if (victims.length === 0) return engine === 'pytorch' ? [SMALLER_BATCH] : []
    const whom = victims.map(nameOf).join(', ')
    return [
      {
        ...step(
          `stop ${nameOf(workload)}, or move it to another card: it takes the room of ${whom}`,
          killing(workload),
        ),
        freesBytes: heldOn(workload, new Set(situation.gpus.map(({ uuid }) => uuid))),
      },
    ]
  }
  // whatever else such an engine saves goes to its pool, not back to the card
  if (takesBudget(engine) && situation.class !== 'will-not-fit') return lowerBudget(workload, situation)
  return [...freeing(workload, situation), ...(engine === 'transformers' ? [SHORTER_ANSWERS] : [])]
}

const SMALLER_BATCH: Advice = {
  ...step('a smaller batch or shorter sequences: what torch holds grows with both', undefined),
  restart: true,
}

// max_tokens becomes max_new_tokens of the generation: transformers' src/transformers/cli/serve.py
const SHORTER_ANSWERS = step(
  'shorter answers: max_tokens in each request caps how far its KV cache grows',
  undefined,
)

/** A part of the model on the host is paid for at every token: only where it does not fit otherwise. */
const DEAR: ReadonlySet<EngineStep['kind']> = new Set(['experts', 'layers', 'offload'])

/** Of what the estimator has worked out that which frees bytes; where one step alone is enough, only those that are. */
function freeing(workload: JudgedWorkload, { gpus, class: kind }: AdviceSituation): readonly Advice[] {
  const mustFit = kind === 'will-not-fit' || kind === 'spill'
  const steps = engineSteps(workload, gpus)
    // a larger budget is the remedy of a full pool, and the opposite of one here
    .filter(({ advice }) => advice.action !== 'a larger budget')
    .filter((step) => mustFit || (!DEAR.has(step.kind) && (step.advice.freesBytes ?? 0) >= LEAST_WORTH_BYTES))
  const enough = steps.filter((one) => one.enough)
  return (mustFit && enough.length > 0 ? enough : steps).map(({ advice }) => advice)
}

const LOWER_BY = 0.05

/** Room for what the budget does not count: activations beyond the profile, other libraries, fragmentation. */
function lowerBudget(workload: JudgedWorkload, { gpus, host }: AdviceSituation): readonly Advice[] {
  const { config, engine, command } = workload
  const [card] = gpus
  const { gpuMemoryUtilization: present } = config
  if (card === undefined || present.kind === 'missing') return []
  const lower = Math.round((present.value - LOWER_BY) * 100) / 100
  const total = card.unifiedMemory ? host.totalBytes : card.memory.totalBytes
  const freed = map(total, (bytes) => Math.round(bytes * (present.value - lower)))
  const changed = changeFlags(
    maskArguments(command),
    engine,
    flagsFor(engine, { gpuMemoryUtilization: lower, memFractionStatic: lower }),
  )
  return [
    {
      action: 'a lower budget leaves room for what it does not count',
      command: command.length === 0 ? undefined : shellCommand(changed),
      freesBytes: valueOr(freed, undefined),
      addsTokens: undefined,
      restart: true,
      quality: 'a smaller KV cache',
    },
  ]
}

/** Only where torch allocates; not under WSL, and not with vLLM's sleep mode, whose own allocator it upsets. */
function allocator(
  { findings, gpus }: AdviceSituation,
  { engine, command }: JudgedWorkload,
): readonly Advice[] {
  const usesTorch =
    engine === 'transformers' || engine === 'pytorch' || engine === 'vllm' || engine === 'sglang'
  const isWindows = gpus.some(({ driverModel }) => valueOr(driverModel, '') === 'WDDM')
  if (findings.fragmentation !== true || !usesTorch || isWindows || command.includes('--enable-sleep-mode'))
    return []
  return [
    {
      ...step(
        'let the allocator grow its segments instead of scattering them (PYTORCH_CUDA_ALLOC_CONF before torch 2.9)',
        `PYTORCH_ALLOC_CONF=expandable_segments:True ${shellCommand(maskArguments(command))}`,
      ),
      restart: true,
    },
  ]
}

function step(action: string, command: string | undefined): Advice {
  return { action, command, freesBytes: undefined, addsTokens: undefined, restart: false, quality: undefined }
}
