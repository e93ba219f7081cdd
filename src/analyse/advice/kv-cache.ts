import { formatBytes, formatCount } from '../../core/format.ts'
import { both, valueOr } from '../../core/reading.ts'
import type { Advice } from '../../model/risk.ts'
import { changeFlags, shellCommand } from '../../engines/flags/change-flags.ts'
import { flagsFor } from '../../engines/flags/write-flags.ts'
import { maskArguments } from '../../parse/mask-secrets.ts'
import type { JudgedWorkload } from '../judged.ts'
import { engineSteps, type EngineStep } from './engine-steps.ts'
import type { AdviceSituation } from './situation.ts'

/**
 * Against a pool that is too small for its load: what needs no restart first, then the unused budget, the type of the
 * cache, fewer requests at once, and the weights last. It is the opposite of what helps against a full card.
 */
export function adviseOnPool({ workload, gpus, findings }: AdviceSituation): readonly Advice[] {
  if (workload === undefined || findings.batchLimit === true) return []
  const steps = engineSteps(workload, gpus).filter(({ advice }) => (advice.addsTokens ?? 0) > 0)
  return [
    ...limitAtProxy(workload),
    ...ORDER.flatMap((kind) => steps.filter((step) => step.kind === kind).map(({ advice }) => advice)),
  ]
}

const ORDER: readonly EngineStep['kind'][] = ['budget', 'kv-type', 'gpus', 'batch', 'quantization']

/** How full a pool may be kept on purpose, so that a burst has room. */
const TARGET_RATIO = 0.75

/** By what a request has taken lately. */
function limitAtProxy({ kv, requests }: JudgedWorkload): readonly Advice[] {
  const perRequest = both(kv.usedTokens, requests.running, (used, running) =>
    running > 0 ? used / running : 0,
  )
  if (kv.capacityTokens.kind === 'missing' || perRequest.kind === 'missing' || perRequest.value === 0)
    return []
  const most = Math.floor((TARGET_RATIO * kv.capacityTokens.value) / perRequest.value)
  if (most < 1 || most >= valueOr(requests.running, 0)) return []
  return [
    plain(
      `at the proxy: at most ${formatCount(most)} requests at once keep the pool under ${TARGET_RATIO * 100} %`,
    ),
  ]
}

/** Against a conversation that outgrows its slot. */
export function adviseOnContext({ workload, numbers }: AdviceSituation): readonly Advice[] {
  if (workload === undefined) return []
  const { slot } = numbers
  const shorter =
    slot === undefined
      ? []
      : [
          plain(
            `a limit on what a request may generate: ${formatCount(Math.max(0, slot.contextTokens - slot.tokens))} tokens are left in slot ${slot.id}`,
          ),
        ]
  return [...shorter, ...largerContext(workload)]
}

/** Twice the context of every slot, where the model was made for as much. */
function largerContext({ config, command, engine, kv, estimated }: JudgedWorkload): readonly Advice[] {
  const { contextTokens } = config
  if (contextTokens.kind === 'missing') return []
  const doubled = contextTokens.value * 2
  const most = estimated.kind === 'known' ? estimated.value.input.architecture.contextLength : undefined
  if (most !== undefined && doubled > most * Math.max(1, valueOr(config.parallel, 1))) return []
  const changes = flagsFor(engine, { contextTokens: doubled })
  const costs =
    kv.bytesPerToken.kind === 'known'
      ? ` (${formatBytes(kv.bytesPerToken.value * contextTokens.value)} more)`
      : ''
  return [
    {
      ...plain(`a context of ${formatCount(doubled)} tokens${costs}`),
      command:
        changes.length === 0 || command.length === 0
          ? undefined
          : shellCommand(changeFlags(maskArguments(command), engine, changes)),
      addsTokens: contextTokens.value,
      restart: true,
    },
  ]
}

function plain(action: string): Advice {
  return {
    action,
    command: undefined,
    freesBytes: undefined,
    addsTokens: undefined,
    restart: false,
    quality: undefined,
  }
}
