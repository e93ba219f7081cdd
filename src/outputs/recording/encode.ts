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
  /**
   * The header of a new segment: the next sample of each host builds on nothing that was written before.
   * @param compact with line deltas and key frames; without, every part is written as it was sampled
   */
  begin(header: SegmentHeader, compact: boolean): string
  /**
   * @param key writes a key frame, which builds on nothing and repeats what still stands. The first sample of a host in a
   * segment is one anyway.
   */
  sample(sample: RawSample, key: boolean): EncodedSample
  /** Takes note of a sample that is not written: the next one of its host is a key frame, and holds what this one brought. */
  skip(sample: RawSample): void
  /** What was written last may be lost: the next sample of each host builds on nothing. */
  interrupt(): void
}

export interface EncodedSample {
  readonly line: string
  /** The large parts that the line names by the sample that holds them whole, by part name. */
  readonly elsewhere: ReadonlyMap<string, Part>
}

/** Compact, until a segment is begun otherwise; without any, each line has its host and interval. */
export function recordingEncoder(): RecordingEncoder {
  const hosts = new Map<string, HostState>()
  let segment: SegmentHeader | undefined
  let compact = true

  function stateOf(host: string): HostState {
    const present = hosts.get(host)
    if (present !== undefined) return present
    const made = startHost()
    hosts.set(host, made)
    return made
  }

  return {
    begin(header, isCompact) {
      segment = header
      compact = isCompact
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
      const { kept, elsewhere } = isKey ? keptParts(state, sample) : NOTHING_KEPT
      const on = compact ? state.last : undefined
      state.last = sample.sequence
      state.hasMore = false
      const line = sampleLine(segment, sample, { isKey, on, parts: [...renewed, ...kept] })
      return { line, elsewhere }
    },
    interrupt() {
      for (const state of hosts.values()) startAnew(state)
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

/** The first line of a segment. */
export function headerLine(header: SegmentHeader, compact: boolean): string {
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
const LARGE_CHARACTERS = 32 * 1024

interface KeptParts {
  readonly kept: readonly WrittenPart[]
  readonly elsewhere: ReadonlyMap<string, Part>
}

const NOTHING_KEPT: KeptParts = { kept: [], elsewhere: new Map() }

function keptParts(state: HostState, sample: RawSample): KeptParts {
  let characters = [...sample.parts.values()].reduce((sum, part) => sum + charactersOf(part), 0)
  const kept: WrittenPart[] = []
  const elsewhere = new Map<string, Part>()
  for (const [name, standing] of state.standing.notRenewedBy(sample)) {
    const { part, arrivedAtMs, wholeIn } = standing
    const marks = { kept: true, ...(sample.parts.has(name) ? { same: true } : {}) }
    const ageMs = Math.max(0, sample.elapsedMs - arrivedAtMs)
    if (charactersOf(part) > LARGE_CHARACTERS && wholeIn !== undefined) {
      elsewhere.set(name, part)
      kept.push([name, { ...marks, from: wholeIn, ageMs }])
      continue
    }
    characters += charactersOf(part)
    if (characters > MOST_CHARACTERS) break
    state.standing.noteLine(name, sample.sequence)
    if (part.kind === 'text') state.texts.set(name, { text: part.text, starts: undefined })
    kept.push([name, { ...marks, ...keptPart(standing, ageMs) }])
  }
  return { kept, elsewhere }
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
