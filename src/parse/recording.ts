import { asNumber, asObject, asText, parseJson, type JsonObject } from '../core/decode.ts'
import { printable } from '../core/text.ts'
import { OUTCOME_KINDS, type Outcome } from '../model/outcome.ts'
import type { Link, LinkState, RawSample } from '../model/sample.ts'
import { readRecordedPart, type RecordedPart } from './recording-part.ts'

/** One line of a recording (docs/recording-format.md). */
export type RecordingLine =
  | { readonly kind: 'header'; readonly header: RecordingHeader }
  | { readonly kind: 'sample'; readonly sample: RecordedSample }
  | { readonly kind: 'outcome'; readonly outcome: RecordedOutcome }
  /** An event for people, or a line of a kind that this version does not know: passed over. */
  | { readonly kind: 'other' }
  /** `because` completes «line N of FILE …». */
  | { readonly kind: 'bad'; readonly because: string }
  /** A header of another format: what follows it may mean other things. */
  | { readonly kind: 'refused'; readonly because: string }

export interface RecordingHeader {
  readonly host: string
  readonly startedAtEpochMs: number
  /** Undefined where it does not say: the spacing of the samples tells. */
  readonly intervalMs: number | undefined
}

/** A sample as its line holds it; host and interval stand there only where they differ from the header's. */
export interface RecordedSample
  extends Omit<RawSample, 'host' | 'intervalMs' | 'parts'>, Partial<Pick<RawSample, 'host' | 'intervalMs'>> {
  /** A reader may begin here: nothing in it builds on what stands before. */
  readonly isKey: boolean
  /** The sequence of the sample of this host that it follows; undefined where it follows none, or says nothing of it. */
  readonly on: number | undefined
  readonly parts: ReadonlyMap<string, RecordedPart>
}

/** An outcome as its line holds it; the host stands there only where the file holds several. */
export type RecordedOutcome = Omit<Outcome, 'host'> & { readonly host: string | undefined }

/** The version of the format that this reader understands; a higher one is refused, since it may mean other things. */
const VERSION = 1

/** Reads one line. Never throws; unknown keys and parts are kept or ignored, never an error. */
export function readRecordingLine(line: string): RecordingLine {
  const object = asObject(parseJson(line))
  if (object === undefined) return { kind: 'bad', because: 'is not a JSON object' }
  if (object['llmtop'] !== undefined) return readHeader(object)
  if (object['parts'] !== undefined) return readSample(object)
  return (object['event'] === 'outcome' ? readOutcome(object) : undefined) ?? { kind: 'other' }
}

function readHeader(object: JsonObject): RecordingLine {
  if (object['llmtop'] !== 'recording')
    return { kind: 'bad', because: "is no header of a recording ('llmtop')" }
  const version = asNumber(object['version'])
  if (version !== VERSION) {
    return {
      kind: 'refused',
      because: `is of format version ${version ?? 'unknown'}, and this llmtop reads ${VERSION}`,
    }
  }
  return {
    kind: 'header',
    header: {
      host: printableText(object['host']) ?? 'unknown',
      startedAtEpochMs: asNumber(object['startedAtEpochMs']) ?? 0,
      intervalMs: intervalIn(object),
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
  const host = printableText(object['host'])
  const intervalMs = intervalIn(object)
  const link = readLink(object['link'])
  return {
    kind: 'sample',
    sample: {
      sequence,
      takenAtEpochMs,
      elapsedMs,
      isKey: object['key'] === true,
      on: asNumber(object['on']),
      parts: readParts(parts),
      ...(host === undefined ? {} : { host }),
      ...(intervalMs === undefined ? {} : { intervalMs }),
      ...(link === undefined ? {} : { link }),
    },
  }
}

function intervalIn(object: JsonObject): number | undefined {
  const intervalMs = asNumber(object['intervalMs'])
  return intervalMs !== undefined && intervalMs > 0 ? intervalMs : undefined
}

function readParts(parts: JsonObject): ReadonlyMap<string, RecordedPart> {
  return new Map(
    Object.entries(parts).flatMap(([name, value]) => {
      const part = readRecordedPart(value)
      return part === undefined ? [] : [[name, part] as const]
    }),
  )
}

/** undefined for what is no outcome, or one of a kind that this version does not know. */
function readOutcome(object: JsonObject): RecordingLine | undefined {
  const elapsedMs = asNumber(object['elapsedMs'])
  const kind = OUTCOME_KINDS.find((name) => name === object['kind'])
  if (elapsedMs === undefined || kind === undefined) return undefined
  return {
    kind: 'outcome',
    outcome: {
      elapsedMs,
      kind,
      host: printableText(object['host']),
      gpu: printableText(object['gpu']),
      workload: printableText(object['workload']),
      pid: asNumber(object['pid']),
      foreseeable: object['foreseeable'] !== false,
    },
  }
}

function printableText(value: unknown): string | undefined {
  const text = asText(value)
  return text === undefined ? undefined : printable(text)
}

const LINK_STATES: readonly LinkState[] = ['live', 'connecting', 'late', 'stalled', 'down', 'refused', 'auth']

function readLink(value: unknown): Link | undefined {
  const object = asObject(value)
  const state = LINK_STATES.find((name) => name === object?.['state'])
  if (object === undefined || state === undefined) return undefined
  return { state, ageMs: asNumber(object['ageMs']) ?? 0, retryInMs: asNumber(object['retryInMs']) ?? null }
}
