import type { FaultPart, Part, RawSample } from '../../model/sample.ts'
import { charactersOf, standingParts, type StandingPart, type StandingParts } from './standing-parts.ts'
import { textDelta, type TextBase } from './text-delta.ts'

/** The header of a segment (docs/recording-format.md). */
export interface SegmentHeader {
  readonly host: string
  readonly startedAtEpochMs: number
  readonly intervalMs: number
  /** The version of llmtop that writes. */
  readonly tool: string
  readonly anonymized: boolean
}

/** Turns samples into the lines of a recording, each ended by a new line. */
export interface RecordingEncoder {
  /** The header of a new segment: the next sample of each host builds on nothing that was written before. */
  begin(header: SegmentHeader): string
  /**
   * @param key writes a key frame, which builds on nothing and repeats what still stands. The first sample of a host in a
   * segment is one anyway.
   */
  sample(sample: RawSample, key: boolean): string
  /** Takes note of a sample that is not written: the next one of its host is a key frame, and holds what this one brought. */
  skip(sample: RawSample): void
}

/** @param compact with line deltas and key frames; without, every part is written as it was sampled */
export function recordingEncoder(compact: boolean): RecordingEncoder {
  const hosts = new Map<string, HostState>()
  let segment: SegmentHeader | undefined

  function stateOf(host: string): HostState {
    const present = hosts.get(host)
    if (present !== undefined) return present
    const made = startHost()
    hosts.set(host, made)
    return made
  }

  return {
    begin(header) {
      segment = header
      for (const state of hosts.values()) startAnew(state)
      return headerLine(header, compact)
    },
    skip(sample) {
      const state = stateOf(sample.host)
      for (const [name, part] of sample.parts) note(state, sample, name, part, undefined)
      startAnew(state)
    },
    sample(sample, key) {
      const state = stateOf(sample.host)
      const isKey = key || state.hasMore || (compact && state.last === undefined)
      if (isKey) state.texts.clear()
      const renewed = [...sample.parts].map(([name, part]) => renewedPart(state, sample, name, part, compact))
      const kept = isKey ? keptParts(state, sample) : []
      const on = compact ? state.last : undefined
      state.last = sample.sequence
      state.hasMore = false
      return sampleLine(segment, sample, { isKey, on, parts: [...renewed, ...kept] })
    },
  }
}

interface HostState {
  /** The sequence of the sample that was written last; undefined where the next one can't build on it. */
  last: number | undefined
  /** True when something may stand that no line of this segment has. */
  hasMore: boolean
  /** What a reader holds of each part since the last key frame. */
  readonly texts: Map<string, TextBase>
  readonly standing: StandingParts
}

function startHost(): HostState {
  return { last: undefined, hasMore: false, texts: new Map(), standing: standingParts() }
}

function startAnew(state: HostState): void {
  state.last = undefined
  state.hasMore = true
  state.standing.forgetLines()
}

type WrittenPart = readonly [string, object]

function headerLine(header: SegmentHeader, compact: boolean): string {
  const { host, startedAtEpochMs, intervalMs, tool, anonymized } = header
  return line({
    llmtop: 'recording',
    version: 1,
    ...(compact ? { compact: 1 } : {}),
    host,
    startedAtEpochMs,
    intervalMs,
    tool,
    redacted: true,
    ...(anonymized ? { anonymized } : {}),
  })
}

function sampleLine(
  header: SegmentHeader | undefined,
  { sequence, takenAtEpochMs, elapsedMs, host, intervalMs, link }: RawSample,
  { isKey, on, parts }: { isKey: boolean; on: number | undefined; parts: readonly WrittenPart[] },
): string {
  return line({
    sequence,
    takenAtEpochMs,
    elapsedMs,
    ...(host === header?.host ? {} : { host }),
    ...(intervalMs === header?.intervalMs ? {} : { intervalMs }),
    ...(link === undefined ? {} : { link }),
    ...(on === undefined ? {} : { on }),
    ...(isKey ? { key: true } : {}),
    parts: Object.fromEntries(parts),
  })
}

/** A reader refuses longer lines than 16 Mi characters; base64 and text take what they have, and a little for the rest. */
const MOST_CHARACTERS = 15 * 1024 ** 2

function renewedPart(
  state: HostState,
  sample: RawSample,
  name: string,
  asked: Part,
  compact: boolean,
): WrittenPart {
  if (asked.kind === 'same') return [name, { same: true }]
  const part = charactersOf(asked) > MOST_CHARACTERS ? tooLarge(name) : asked
  const delta = compact && part.kind === 'text' ? textDelta(state.texts, name, part.text) : undefined
  note(state, sample, name, part, delta === undefined ? sample.sequence : undefined)
  if (delta === undefined || part.kind !== 'text') return [name, wholePart(part)]
  const { kind, text, ...about } = part
  return [name, { delta, ...about }]
}

function tooLarge(name: string): FaultPart {
  return { kind: 'fault', fault: { kind: 'too-large', what: name, maxBytes: MOST_CHARACTERS } }
}

function note(
  { standing }: HostState,
  sample: RawSample,
  name: string,
  part: Part,
  wholeIn: number | undefined,
): void {
  if (part.kind === 'same') return
  const ageMs = part.kind === 'text' ? (part.ageMs ?? 0) : 0
  standing.enter(name, { part, arrivedAtMs: sample.elapsedMs - ageMs, wholeIn })
}

/** What stands and is larger than this is not repeated in each key frame: it is named by the sample that has it. */
export const LARGE_CHARACTERS = 32 * 1024

function keptParts(state: HostState, sample: RawSample): readonly WrittenPart[] {
  let characters = [...sample.parts.values()].reduce((sum, part) => sum + charactersOf(part), 0)
  return state.standing.notRenewedBy(sample).flatMap(([name, standing]): readonly WrittenPart[] => {
    const isSame = sample.parts.has(name) ? { same: true } : {}
    const ageMs = Math.max(0, sample.elapsedMs - standing.arrivedAtMs)
    const length = charactersOf(standing.part)
    if (length > LARGE_CHARACTERS && standing.wholeIn !== undefined) {
      return [[name, { kept: true, ...isSame, from: standing.wholeIn, ageMs }]]
    }
    characters += length
    if (characters > MOST_CHARACTERS) return []
    state.standing.noteLine(name, sample.sequence)
    if (standing.part.kind === 'text') {
      state.texts.set(name, { text: standing.part.text, lines: undefined })
    }
    return [[name, { kept: true, ...isSame, ...keptPart(standing, ageMs) }]]
  })
}

function keptPart({ part }: StandingPart, ageMs: number): object {
  return part.kind === 'text' ? { ...wholePart(part), ageMs } : wholePart(part)
}

function wholePart(part: Exclude<Part, { kind: 'same' }>): object {
  const { kind, ...rest } = part
  return rest
}

function line(value: object): string {
  return `${JSON.stringify(value)}\n`
}
