import type { GgufMetadata, GgufValue } from './metadata.ts'

/**
 * Keys that a reduced header has in place of what was taken out of it. Their values are counts: the length of the list or
 * text under the key behind the prefix, where the tensor data began, how many bytes a header that was cut needs.
 */
export const SKIPPED_ARRAY = 'llmtop.array.'
export const SKIPPED_TEXT = 'llmtop.text.'
export const DATA_OFFSET = 'llmtop.data_offset'
export const NEEDED_BYTES = 'llmtop.needed_bytes'

export interface Unmarked {
  readonly metadata: GgufMetadata
  readonly dataOffset: number | undefined
  readonly neededBytes: number | undefined
}

/** The metadata as they were before the header was reduced. */
export function withoutMarks(metadata: GgufMetadata): Unmarked {
  return {
    metadata: new Map([...metadata].flatMap(([key, value]) => entryOf(key, value))),
    dataOffset: countAt(metadata, DATA_OFFSET),
    neededBytes: countAt(metadata, NEEDED_BYTES),
  }
}

function entryOf(key: string, value: GgufValue): readonly (readonly [string, GgufValue])[] {
  if (key === DATA_OFFSET || key === NEEDED_BYTES) return []
  const length = value.kind === 'number' ? value.value : 0
  if (key.startsWith(SKIPPED_ARRAY)) {
    return [[key.slice(SKIPPED_ARRAY.length), { kind: 'skipped', what: 'array', length }]]
  }
  if (key.startsWith(SKIPPED_TEXT)) {
    return [[key.slice(SKIPPED_TEXT.length), { kind: 'skipped', what: 'text', length }]]
  }
  return [[key, value]]
}

function countAt(metadata: GgufMetadata, key: string): number | undefined {
  const value = metadata.get(key)
  return value?.kind === 'number' ? value.value : undefined
}
