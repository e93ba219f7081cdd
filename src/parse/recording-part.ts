import { asArray, asNumber, asObject, asText, type JsonObject } from '../core/decode.ts'
import type { Part, TextPart } from '../model/sample.ts'
import { readFault } from './recorded-fault.ts'

/** A part as a line of a recording holds it (docs/recording-format.md, the compact form). */
export type RecordedPart =
  | { readonly kind: 'whole'; readonly part: Part }
  /** The lines of the part's text before in which it differs; none when it was renewed with an equal text. */
  | { readonly kind: 'delta'; readonly edits: readonly LineEdit[]; readonly about: AboutText }
  /** Not renewed: what stood before, for a reader that begins here; `same` when this sample asked for it in vain. */
  | { readonly kind: 'kept'; readonly same: boolean; readonly part: Exclude<Part, { kind: 'same' }> }
  /** The same, by the sequence of the sample line of this host that holds it whole. */
  | {
      readonly kind: 'kept-elsewhere'
      readonly same: boolean
      readonly sequence: number
      readonly ageMs: number
    }

/** Index of the line, and what stands there now. */
export type LineEdit = readonly [number, string]

/** What is known of a text beside the text. */
export type AboutText = Omit<TextPart, 'kind' | 'text'>

/** undefined for what is none of them. */
export function readRecordedPart(value: unknown): RecordedPart | undefined {
  const object = asObject(value)
  if (object === undefined) return undefined
  if (object['kept'] === true) return readKept(object, object['same'] === true)
  if (object['same'] === true) return { kind: 'whole', part: { kind: 'same' } }
  if (object['delta'] !== undefined) return readDelta(object)
  const part = readWhole(object)
  return part && { kind: 'whole', part }
}

function readKept(object: JsonObject, same: boolean): RecordedPart | undefined {
  const sequence = asNumber(object['from'])
  if (sequence !== undefined) {
    return { kind: 'kept-elsewhere', same, sequence, ageMs: asNumber(object['ageMs']) ?? 0 }
  }
  const part = readWhole(object)
  return part && { kind: 'kept', same, part }
}

function readWhole(object: JsonObject): Exclude<Part, { kind: 'same' }> | undefined {
  if (object['fault'] !== undefined) {
    const tookMs = optional('tookMs', asNumber(object['tookMs']))
    return { kind: 'fault', fault: readFault(object['fault']), ...tookMs }
  }
  const base64 = asText(object['base64'])
  if (base64 !== undefined) return readBytes(base64, asNumber(object['sizeBytes']) ?? 0)
  const text = asText(object['text'])
  return text === undefined ? undefined : { kind: 'text', text, ...readAbout(object) }
}

/** What is no base64 has no bytes; whoever decodes it later may rely on that. */
function readBytes(base64: string, sizeBytes: number): Exclude<Part, { kind: 'same' }> | undefined {
  const isBase64 = base64.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(base64)
  return isBase64 ? { kind: 'bytes', base64, sizeBytes } : undefined
}

function readDelta(object: JsonObject): RecordedPart | undefined {
  const edits = (asArray(object['delta']) ?? [undefined]).map(readEdit)
  if (!edits.every((edit) => edit !== undefined)) return undefined
  return { kind: 'delta', edits, about: readAbout(object) }
}

function readEdit(value: unknown): LineEdit | undefined {
  const [line, text] = asArray(value) ?? []
  const index = asNumber(line)
  const replacement = asText(text)
  return index === undefined || replacement === undefined ? undefined : [index, replacement]
}

function readAbout(object: JsonObject): AboutText {
  return {
    ...optional('tookMs', asNumber(object['tookMs'])),
    ...optional('ageMs', asNumber(object['ageMs'])),
    ...optional('status', asNumber(object['status'])),
    ...optional('contentType', asText(object['contentType'])),
  }
}

function optional<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [key]: value } as Partial<Record<K, V>>)
}
