import { formatCount } from '../../core/format.ts'
import { valueOr } from '../../core/reading.ts'
import type { EtaRange } from '../../model/risk.ts'
import type { KvSlot } from '../../model/workload.ts'
import type { JudgedWorkload } from '../judged.ts'
import { slotKey } from '../observations.ts'
import type { Condition } from '../risk-book.ts'
import type { PoolRules } from '../rules.ts'
import { cardsOf, identityOf, watchedAt, type Situation } from '../situation.ts'
import { spanMs, type Points } from '../window.ts'
import { formatEta, nameOf } from '../wording.ts'

/**
 * A slot that generates and comes to the end of its context before it comes to the end of its answer. Only what the
 * request itself allows is at stake: with a limit of its own that fits, nothing is said.
 */
export function contextLimit(situation: Situation): readonly Condition[] {
  return situation.workloads.flatMap((workload) => {
    const slots = workload.kv.slots.flatMap((slot) => endOf(slot, workload, situation) ?? [])
    const [first] = slots.toSorted((a, b) => a.eta.seconds - b.eta.seconds)
    return first === undefined ? [] : [worded(first, slots.length, workload, situation)]
  })
}

interface Ending {
  readonly slot: KvSlot
  readonly tokens: number
  readonly contextTokens: number
  readonly tokensPerSecond: number
  readonly eta: EtaRange
}

function endOf(slot: KvSlot, workload: JudgedWorkload, situation: Situation): Ending | undefined {
  const { tokens, contextTokens, remainingTokens, generating } = slot
  if (!generating || tokens.kind === 'missing' || contextTokens.kind === 'missing') return undefined
  const { contextFromRatio, contextWatchEtaMs } = situation.rules.pool
  const isAtStake =
    remainingTokens.kind === 'known'
      ? tokens.value + remainingTokens.value > contextTokens.value
      : tokens.value >= contextFromRatio * contextTokens.value
  if (!isAtStake) return undefined
  const recent = watchedAt(situation, slotKey(workload.id, slot.id))?.recent ?? []
  const pace = generationPace(recent, situation.rules.pool)
  if (pace === undefined) return undefined
  const eta = (contextTokens.value - tokens.value) / pace
  if (eta * 1000 > contextWatchEtaMs) return undefined
  return {
    slot,
    tokens: tokens.value,
    contextTokens: contextTokens.value,
    tokensPerSecond: pace,
    eta: { seconds: eta, lowSeconds: eta * 0.8, highSeconds: eta * 1.25 },
  }
}

/** Tokens a second over the last minute; generation is as steady as nothing else here, so two ends are enough. */
function generationPace(recent: Points, { contextPaceMs }: PoolRules): number | undefined {
  const [first] = recent
  const last = recent.at(-1)
  if (first === undefined || last === undefined || spanMs(recent) < contextPaceMs) return undefined
  const perSecond = ((last.value - first.value) / (last.atMs - first.atMs)) * 1000
  return perSecond > 0 ? perSecond : undefined
}

function worded(ending: Ending, count: number, workload: JudgedWorkload, situation: Situation): Condition {
  const { slot, tokens, contextTokens, tokensPerSecond, eta } = ending
  const { rules } = situation
  const gpus = cardsOf(situation, workload)
  const isNear = eta.seconds * 1000 < rules.pool.contextWarnEtaMs && slot.remainingTokens.kind === 'known'
  const more = count > 1 ? ` (and ${count - 1} more)` : ''
  return {
    id: `context-limit:${workload.id}`,
    identity: identityOf(situation, workload),
    confirmMs: rules.risk.confirmMs,
    class: 'context-limit',
    level: isNear ? 'warn' : 'watch',
    gpu: gpus[0]?.uuid,
    gpus: gpus.map(({ uuid }) => uuid),
    workload: workload.id,
    mig: undefined,
    eta,
    summary: `${nameOf(workload)}: slot ${slot.id}${more} is at the end of its context in ${formatEta(eta)}, ${formatCount(tokens)} of ${formatCount(contextTokens)} tokens; ${consequence(workload)}`,
    paused: `${nameOf(workload)}: no slot is near the end of its context any more`,
    evidence: [
      `slot ${slot.id} generates ${tokensPerSecond.toFixed(0)} tokens a second`,
      slot.remainingTokens.kind === 'known'
        ? `its request may generate ${formatCount(slot.remainingTokens.value)} more tokens, and ${formatCount(contextTokens - tokens)} fit`
        : `its request has no limit of its own, and ${formatCount(contextTokens - tokens)} tokens fit`,
    ],
    victims: [],
    numbers: { etaSeconds: eta.seconds, slot: { id: slot.id, tokens, contextTokens } },
    findings: {},
  }
}

/** A unified pool that is full fails every request at once; a slot's own part stops its own. */
function consequence({ engine, kv }: JudgedWorkload): string {
  if (engine === 'ollama') return 'Ollama then drops the middle of the conversation, without a word'
  const parts = kv.slots.reduce((total, { contextTokens }) => total + valueOr(contextTokens, 0), 0)
  const isShared = kv.slots.length > 1 && parts > valueOr(kv.capacityTokens, parts)
  return isShared ? 'all running requests can then fail' : 'its answer then stops, cut short'
}
