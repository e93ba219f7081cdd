import { asNumber, asObject, asText, parseJson, type JsonObject } from '../core/decode.ts'
import { printable } from '../core/text.ts'
import type { Link, LinkState, Part, RawSample } from '../model/sample.ts'
import { readFault } from './recorded-fault.ts'

/** One line of a recording (docs/recording-format.md). */
export type RecordingLine =
  | { readonly kind: 'header'; readonly header: RecordingHeader }
  | { readonly kind: 'sample'; readonly sample: RecordedSample }
  /** An event, or a line of a kind that this version does not know: passed over. */
  | { readonly kind: 'other' }
  /** `because` completes «line N of FILE …». */
  | { readonly kind: 'bad'; readonly because: string }

export interface RecordingHeader {
  readonly host: string
  readonly startedAtEpochMs: number
  readonly intervalMs: number
}

/** A sample as its line holds it; host and interval stand there only where they differ from the header's. */
export type RecordedSample = Omit<RawSample, 'host' | 'intervalMs'> &
  Partial<Pick<RawSample, 'host' | 'intervalMs'>>

/** The version of the format that this reader understands; a higher one is refused, since it may mean other things. */
const VERSION = 1

/** Reads one line. Never throws; unknown keys and parts are kept or ignored, never an error. */
export function readRecordingLine(line: string): RecordingLine {
  const object = asObject(parseJson(line))
  if (object === undefined) return { kind: 'bad', because: 'is not a JSON object' }
  if (object['llmtop'] !== undefined) return readHeader(object)
  if (object['parts'] !== undefined) return readSample(object)
  return { kind: 'other' }
}

function readHeader(object: JsonObject): RecordingLine {
  if (object['llmtop'] !== 'recording')
    return { kind: 'bad', because: "is no header of a recording ('llmtop')" }
  const version = asNumber(object['version'])
  if (version !== VERSION) {
    return {
      kind: 'bad',
      because: `is of format version ${version ?? 'unknown'}, and this llmtop reads ${VERSION}`,
    }
  }
  const intervalMs = asNumber(object['intervalMs'])
  if (intervalMs === undefined || intervalMs <= 0)
    return { kind: 'bad', because: "has no usable 'intervalMs'" }
  return {
    kind: 'header',
    header: {
      host: printable(asText(object['host']) ?? 'unknown'),
      startedAtEpochMs: asNumber(object['startedAtEpochMs']) ?? 0,
      intervalMs,
    },
  }
}

function readSample(object: JsonObject): RecordingLine {
  const sequence = asNumber(object['sequence'])
  const takenAtEpochMs = asNumber(object['takenAtEpochMs'])
  const elapsedMs = asNumber(object['elapsedMs'])
  const parts = asObject(object['parts'])
  if (sequence === undefined) return { kind: 'bad', because: "has no number as 'sequence'" }
  // ECMAScript's own limit of a point in time; beyond it no date can be written
  if (takenAtEpochMs === undefined || Math.abs(takenAtEpochMs) > 8.64e15) {
    return { kind: 'bad', because: "has no usable 'takenAtEpochMs'" }
  }
  if (elapsedMs === undefined) return { kind: 'bad', because: "has no number as 'elapsedMs'" }
  if (parts === undefined) return { kind: 'bad', because: "has no object as 'parts'" }
  const host = asText(object['host'])
  const intervalMs = asNumber(object['intervalMs'])
  const link = readLink(object['link'])
  return {
    kind: 'sample',
    sample: {
      sequence,
      takenAtEpochMs,
      elapsedMs,
      parts: readParts(parts),
      ...(host === undefined ? {} : { host: printable(host) }),
      ...(intervalMs === undefined || intervalMs <= 0 ? {} : { intervalMs }),
      ...(link === undefined ? {} : { link }),
    },
  }
}

function readParts(parts: JsonObject): ReadonlyMap<string, Part> {
  return new Map(
    Object.entries(parts).flatMap(([name, value]) => {
      const part = readPart(value)
      return part === undefined ? [] : [[name, part] as const]
    }),
  )
}

function readPart(value: unknown): Part | undefined {
  const object = asObject(value)
  if (object === undefined) return undefined
  if (object['same'] === true) return { kind: 'same' }
  const tookMs = optional('tookMs', asNumber(object['tookMs']))
  if (object['fault'] !== undefined) return { kind: 'fault', fault: readFault(object['fault']), ...tookMs }
  const base64 = asText(object['base64'])
  if (base64 !== undefined) return readBytes(base64, asNumber(object['sizeBytes']) ?? 0)
  const text = asText(object['text'])
  if (text === undefined) return undefined
  return {
    kind: 'text',
    text,
    ...tookMs,
    ...optional('ageMs', asNumber(object['ageMs'])),
    ...optional('status', asNumber(object['status'])),
    ...optional('contentType', asText(object['contentType'])),
  }
}

/** What is no base64 has no bytes; whoever decodes it later may rely on that. */
function readBytes(base64: string, sizeBytes: number): Part | undefined {
  const isBase64 = base64.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(base64)
  return isBase64 ? { kind: 'bytes', base64, sizeBytes } : undefined
}

const LINK_STATES: readonly LinkState[] = ['live', 'connecting', 'late', 'stalled', 'down', 'refused', 'auth']

function readLink(value: unknown): Link | undefined {
  const object = asObject(value)
  const state = LINK_STATES.find((name) => name === object?.['state'])
  if (object === undefined || state === undefined) return undefined
  return { state, ageMs: asNumber(object['ageMs']) ?? 0, retryInMs: asNumber(object['retryInMs']) ?? null }
}

function optional<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [key]: value } as Partial<Record<K, V>>)
}
