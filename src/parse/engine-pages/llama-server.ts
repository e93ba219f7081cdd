import { asArray, asNumber, asObject, asText, type JsonObject } from '../../core/decode.ts'
import { printable } from '../../core/text.ts'

/** What llama-server's /props says. */
export interface LlamaServerProps {
  readonly slots: number | undefined
  /** Of one slot. */
  readonly contextTokens: number | undefined
  readonly modelPath: string | undefined
  /** `Q4_K - Medium`, `all F32`. */
  readonly modelType: string | undefined
  /** It has let go of its memory, and any question about its slots would load the model again. */
  readonly isSleeping: boolean
  readonly showsSlots: boolean
}

/** undefined when the page is not llama-server's. Source: tools/server/README.md, and a server of version 0.5.0. */
export function parseProps(page: unknown): LlamaServerProps | undefined {
  const props = asObject(page)
  const settings = asObject(props?.['default_generation_settings'])
  if (props === undefined || settings === undefined) return undefined
  return {
    slots: asNumber(props['total_slots']),
    contextTokens: asNumber(settings['n_ctx']),
    modelPath: readText(props['model_path']),
    modelType: readText(props['model_ftype']),
    isSleeping: props['is_sleeping'] === true,
    showsSlots: props['endpoint_slots'] !== false,
  }
}

/** A line of /slots. */
export interface Slot {
  readonly id: number
  readonly contextTokens: number | undefined
  readonly isBusy: boolean
  /** In its cache now, prompt and answer; 0 in a slot that was never used, undefined where this version does not say. */
  readonly tokens: number | undefined
  readonly task: number | undefined
  readonly promptTokensDone: number | undefined
  readonly generatedTokens: number | undefined
  /** What its request may still generate; undefined where that has no limit of its own. */
  readonly remainingTokens: number | undefined
}

/** undefined when the page is no list of slots. */
export function parseSlots(page: unknown): readonly Slot[] | undefined {
  const slots = asArray(page)?.map((item) => readSlot(item))
  return slots?.every((slot) => slot !== undefined) === true ? slots : undefined
}

function readSlot(item: unknown): Slot | undefined {
  const slot = asObject(item)
  const id = asNumber(slot?.['id'])
  if (slot === undefined || id === undefined || typeof slot['is_processing'] !== 'boolean') return undefined
  // an object before 2025-10, a list of one since
  const next = asObject(asArray(slot['next_token'])?.[0] ?? slot['next_token'])
  return {
    id,
    contextTokens: asNumber(slot['n_ctx']),
    isBusy: slot['is_processing'],
    tokens: tokensIn(slot),
    task: asNumber(slot['id_task']),
    promptTokensDone: asNumber(slot['n_prompt_tokens_processed']),
    generatedTokens: asNumber(next?.['n_decoded']),
    remainingTokens: remainingIn(next),
  }
}

/** −1 is no limit. */
function remainingIn(next: JsonObject | undefined): number | undefined {
  const remaining = asNumber(next?.['n_remain'])
  return remaining === undefined || remaining < 0 ? undefined : remaining
}

function tokensIn(slot: JsonObject): number | undefined {
  const wasUsed = (asNumber(slot['id_task']) ?? -1) >= 0
  return asNumber(slot['n_prompt_tokens']) ?? asNumber(slot['n_past']) ?? (wasUsed ? undefined : 0)
}

/** What /v1/models says of the one model. */
export interface LlamaServerModel {
  readonly parameters: number | undefined
}

export function parseModelMeta(page: unknown): LlamaServerModel | undefined {
  const meta = asObject(asObject(asArray(asObject(page)?.['data'])?.[0])?.['meta'])
  if (meta === undefined) return undefined
  return { parameters: asNumber(meta['n_params']) }
}

function readText(value: unknown): string | undefined {
  const text = asText(value)
  return text === undefined || text === '' ? undefined : printable(text)
}
