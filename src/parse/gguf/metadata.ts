import { printable } from '../../core/text.ts'
import type { Cursor } from './cursor.ts'

/** A value of a GGUF key. Booleans in arrays are 0 and 1. What is too long to matter for memory keeps only its length. */
export type GgufValue =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'numbers'; readonly values: readonly number[] }
  | { readonly kind: 'texts'; readonly values: readonly string[] }
  | { readonly kind: 'skipped'; readonly what: 'array' | 'text'; readonly length: number }

export type GgufMetadata = ReadonlyMap<string, GgufValue>

// Per-layer arrays have at most a few hundred entries; vocabularies start at some 30,000.
const MAX_KEPT_NUMBERS = 1024
const MAX_KEPT_TEXTS = 32
const MAX_KEPT_TEXT_BYTES = 1024
// The specification allows keys of up to 2^16 − 1 bytes.
const MAX_KEY_BYTES = 65_535
/** An empty key, a type and one byte. */
export const MIN_ENTRY_BYTES = 13

/** Reads `count` keys with their values; on `cursor.stop` what was read so far is of no use. */
export function readMetadata(cursor: Cursor, count: number): GgufMetadata {
  const metadata = new Map<string, GgufValue>()
  for (let i = 0; i < count && cursor.stop === undefined; i++) {
    const [key, value] = readEntry(cursor, `metadata key ${i + 1} of ${count}`)
    if (metadata.has(key)) cursor.fail(`metadata key '${key}'`, 'the same key twice')
    metadata.set(key, value)
  }
  return metadata
}

/** One key with its value. */
export function readEntry(cursor: Cursor, field: string): readonly [key: string, value: GgufValue] {
  const key = readName(cursor, MAX_KEY_BYTES, field)
  return [key, readValue(cursor, key)]
}

/** A length and that many bytes of UTF-8, made printable. */
export function readName(cursor: Cursor, maxBytes: number, field: string): string {
  const length = cursor.count(1, field)
  if (length > maxBytes) cursor.fail(field, `a name of ${length} bytes`)
  return printable(cursor.text(length, field))
}

const STRING = 8
const ARRAY = 9

function readValue(cursor: Cursor, key: string): GgufValue {
  const field = `metadata key '${key}'`
  const type = cursor.u32(field)
  if (type === STRING) return readText(cursor, field)
  if (type === ARRAY) return readArray(cursor, field)
  if (type === 7) return { kind: 'boolean', value: cursor.u8(field) !== 0 }
  return { kind: 'number', value: readNumber(cursor, type, field) }
}

function readText(cursor: Cursor, field: string): GgufValue {
  const length = cursor.count(1, field)
  if (length <= MAX_KEPT_TEXT_BYTES) return { kind: 'text', value: printable(cursor.text(length, field)) }
  cursor.skip(length, field)
  return { kind: 'skipped', what: 'text', length }
}

function readArray(cursor: Cursor, field: string): GgufValue {
  const type = cursor.u32(field)
  if (type === ARRAY) cursor.fail(field, 'an array of arrays')
  if (type === STRING) return readTexts(cursor, field)
  const size = sizeOf(type)
  if (size === undefined) cursor.fail(field, `value type ${type}`)
  const length = cursor.count(size ?? 1, field)
  if (length > MAX_KEPT_NUMBERS) {
    cursor.skip(length * (size ?? 1), field)
    return { kind: 'skipped', what: 'array', length }
  }
  return { kind: 'numbers', values: repeat(cursor, length, () => readNumber(cursor, type, field)) }
}

function readTexts(cursor: Cursor, field: string): GgufValue {
  const length = cursor.count(8, field)
  if (length > MAX_KEPT_TEXTS) {
    skipTexts(cursor, length, field)
    return { kind: 'skipped', what: 'array', length }
  }
  return { kind: 'texts', values: repeat(cursor, length, () => readName(cursor, MAX_KEY_BYTES, field)) }
}

/** Of a list that was cut each further text needs its length at least: a large vocabulary is then asked for in few steps. */
function skipTexts(cursor: Cursor, count: number, field: string): void {
  for (let i = 0; i < count; i++) {
    const from = cursor.offset
    cursor.skip(cursor.u64(field), field)
    if (cursor.stop === undefined) continue
    cursor.needAtLeast(from, (count - i) * TEXT_LENGTH_BYTES)
    return
  }
}

const TEXT_LENGTH_BYTES = 8

function repeat<T>(cursor: Cursor, count: number, read: () => T): T[] {
  const values: T[] = []
  while (values.length < count && cursor.stop === undefined) values.push(read())
  return values
}

function sizeOf(type: number): number | undefined {
  return [1, 1, 2, 2, 4, 4, 4, 1, undefined, undefined, 8, 8, 8][type]
}

function readNumber(cursor: Cursor, type: number, field: string): number {
  const read = NUMBER_READERS[type]
  if (read !== undefined) return read(cursor, field)
  cursor.fail(field, `value type ${type}`)
  return 0
}

type NumberReader = (cursor: Cursor, field: string) => number

// In the order of the specification's value types; text and arrays have their own readers.
const NUMBER_READERS: readonly (NumberReader | undefined)[] = [
  (cursor, field) => cursor.u8(field),
  (cursor, field) => cursor.i8(field),
  (cursor, field) => cursor.u16(field),
  (cursor, field) => cursor.i16(field),
  (cursor, field) => cursor.u32(field),
  (cursor, field) => cursor.i32(field),
  (cursor, field) => cursor.f32(field),
  (cursor, field) => (cursor.u8(field) === 0 ? 0 : 1),
  undefined,
  undefined,
  (cursor, field) => cursor.u64(field),
  (cursor, field) => cursor.i64(field),
  (cursor, field) => cursor.f64(field),
]
