import { both, known, missing, sumOfKnown, type Missing, type Reading } from '../core/reading.ts'
import type { Want } from '../model/want.ts'
import type { KvCache, KvSlot, TelemetryGap } from '../model/workload.ts'
import {
  parseModelMeta,
  parseProps,
  parseSlots,
  type LlamaServerProps,
  type Slot,
} from '../parse/engine-pages/llama-server.ts'
import type { Address } from './address.ts'
import { pageWant } from './allow-list.ts'
import { jsonOf, pageAnswer } from './answers.ts'
import type { Answers, EngineReport, TokenCount } from './engine.ts'
import { modelName } from './model-name.ts'
import { orMissing, preallocated } from './pool.ts'

/** What a llama-server says of itself, be it a user's own or Ollama's. */
export type LlamaServerState =
  | {
      readonly kind: 'answering'
      readonly props: LlamaServerProps
      readonly parameters: Reading<number>
    }
  | Missing

/**
 * /props first: a question about the slots of a sleeping server would load its model again. /metrics is never asked,
 * because each reading starts the averages anew that the user's own Prometheus wants.
 */
export function llamaServerWants(address: Address, answers: Answers): readonly Want[] {
  const props = pageWant(address, '/props')
  const state = stateOf(address, answers)
  if (state.kind === 'missing' || state.props.isSleeping) return [props]
  const models = pageWant(address, '/v1/models', 'once')
  return state.props.showsSlots ? [props, models, pageWant(address, '/slots')] : [props, models]
}

export function stateOf(address: Address, answers: Answers): LlamaServerState {
  const page = pageAnswer(answers, pageWant(address, '/props'))
  if (page.kind === 'missing') return page
  const props = parseProps(jsonOf(page))
  if (props === undefined) return missing('malformed', 'what answers on its port is not llama-server')
  const meta = parseModelMeta(jsonOf(pageAnswer(answers, pageWant(address, '/v1/models', 'once'))))
  return {
    kind: 'answering',
    props,
    parameters: orMissing(meta?.parameters),
  }
}

/** Whether the server that answers serves this model file: another may have taken the port. */
export function servesModel({ modelPath }: LlamaServerProps, expected: string | undefined): boolean {
  if (expected === undefined || modelPath === undefined) return true
  return modelName(modelPath) === modelName(expected)
}

/** What a server could tell and was told not to. */
export function slotGaps({ showsSlots, isSleeping }: LlamaServerProps): readonly TelemetryGap[] {
  return showsSlots || isSleeping
    ? []
    : [{ what: 'KV cache use and requests', remedy: 'start it without --no-slots' }]
}

/** @param isUnified all slots share one pool */
export function slotsReport(
  address: Address,
  answers: Answers,
  props: LlamaServerProps,
  isUnified: boolean,
): Pick<EngineReport, 'state' | 'kv' | 'requests' | 'counted'> {
  const asleep = props.isSleeping
  const page = pageAnswer(answers, pageWant(address, '/slots'))
  const slots = page.kind === 'page' ? parseSlots(jsonOf(page)) : undefined
  const capacityTokens = capacityOf(props, slots, isUnified)
  if (asleep || page.kind === 'missing' || slots === undefined) {
    const no = asleep
      ? missing('not-reported', 'it sleeps')
      : page.kind === 'missing'
        ? page
        : missing('malformed', 'its slots can not be read')
    return {
      state: asleep ? 'sleeping' : 'serving',
      kv: { ...preallocated(no), capacityTokens },
      requests: { running: no, waiting: no, preemptions: no },
      counted: no,
    }
  }
  const running = slots.filter(({ isBusy }) => isBusy).length
  return {
    state: running === 0 ? 'idle' : 'serving',
    kv: kvOf(slots, capacityTokens),
    requests: {
      running: known(running),
      waiting: missing('not-supported', 'only /metrics says, and reading it disturbs other readers'),
      preemptions: missing('not-supported'),
    },
    counted: known(countOf(slots, page.atMs)),
  }
}

function kvOf(slots: readonly Slot[], capacityTokens: Reading<number>): KvCache {
  const usedTokens = tokensOf(slots.filter(({ isBusy }) => isBusy))
  return {
    ...preallocated(missing('not-reported')),
    capacityTokens,
    usedTokens,
    // an idle slot keeps its tokens for the next request with the same beginning
    reusableTokens: tokensOf(slots.filter(({ isBusy }) => !isBusy)),
    slots: slots.map(kvSlot),
    usedRatio:
      usedTokens.kind === 'missing' || capacityTokens.kind === 'missing'
        ? missing('not-reported')
        : known(usedTokens.value / capacityTokens.value, 'derived'),
  }
}

function kvSlot(slot: Slot): KvSlot {
  return {
    id: slot.id,
    generating: slot.isBusy,
    tokens: tokensOf([slot]),
    contextTokens: orMissing(slot.contextTokens),
    remainingTokens:
      slot.remainingTokens === undefined
        ? missing('not-supported', 'its request has no limit of its own')
        : known(slot.remainingTokens),
  }
}

function tokensOf(slots: readonly Slot[]): Reading<number> {
  if (slots.some(({ tokens }) => tokens === undefined)) {
    return missing('not-supported', 'this version does not say how many tokens a slot holds')
  }
  return slots.length === 0 ? known(0) : sumOfKnown(slots.map(({ tokens }) => orMissing(tokens)))
}

/** A unified pool is as large as one slot's context; split, each slot has its own part. */
function capacityOf(
  props: LlamaServerProps,
  slots: readonly Slot[] | undefined,
  isUnified: boolean,
): Reading<number> {
  const contextTokens = slots?.[0]?.contextTokens ?? props.contextTokens
  const count = slots?.length ?? props.slots
  if (isUnified) return orMissing(contextTokens)
  return both(orMissing(contextTokens), orMissing(count), (tokens, many) => tokens * many)
}

function countOf(slots: readonly Slot[], atMs: number): TokenCount {
  const by = (read: (slot: Slot) => number | undefined): ReadonlyMap<string, number> =>
    new Map(
      slots.flatMap((slot) => {
        const value = read(slot)
        return slot.task === undefined || value === undefined
          ? []
          : [[`${slot.id}/${slot.task}`, value] as const]
      }),
    )
  return {
    atMs,
    newKeysBeginAtZero: true,
    prompt: by(({ promptTokensDone }) => promptTokensDone),
    generated: by(({ generatedTokens }) => generatedTokens),
  }
}
