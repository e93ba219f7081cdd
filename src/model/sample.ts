import type { Fault } from '../core/fault.ts'

/**
 * What a source saw at one tick of llmtop's own clock on one host: named parts of raw text, secrets already masked.
 * Both times are of the collecting machine, never of a remote node.
 */
export interface RawSample {
  readonly host: string
  /** Rises by one per sample and host. */
  readonly sequence: number
  /** Wall clock, for people. It may step. */
  readonly takenAtEpochMs: number
  /** Monotonic, since the run began, for arithmetic. */
  readonly elapsedMs: number
  /** The pace asked for when this sample was taken; a gap is judged against it. */
  readonly intervalMs: number
  /** How the host was reached; absent means live without delay (a local machine, a replay). */
  readonly link?: Link
  /** Of the time before the run began, as a store of series knows it: for trends and charts, not to be printed as news. */
  readonly isPast?: true
  /** An absent part was not asked at this tick: its last answer stands, with its age. */
  readonly parts: ReadonlyMap<string, Part>
}

/** One raw answer. Its name in the sample says what was asked (see `partName`). */
export type Part = TextPart | BytesPart | FaultPart | SamePart

export interface TextPart {
  readonly kind: 'text'
  readonly text: string
  /** What the answer cost its collector. */
  readonly tookMs?: number
  /** How long before the sample's `elapsedMs` the answer arrived; absent means at the tick. */
  readonly ageMs?: number
  readonly status?: number
  readonly contentType?: string
}

/** The first bytes of a binary file (a GGUF or safetensors header). */
export interface BytesPart {
  readonly kind: 'bytes'
  readonly base64: string
  /** Size of the whole file. */
  readonly sizeBytes: number
}

export interface FaultPart {
  readonly kind: 'fault'
  readonly fault: Fault
  readonly tookMs?: number
}

/** Asked and not renewed: the last answer stands and adds no point to any trend. */
export interface SamePart {
  readonly kind: 'same'
}

/** How the host was reached at this sample. */
export interface Link {
  readonly state: LinkState
  readonly ageMs: number
  readonly retryInMs: number | null
}

export type LinkState = 'live' | 'connecting' | 'late' | 'stalled' | 'down' | 'refused' | 'auth'

export const LIVE_LINK: Link = { state: 'live', ageMs: 0, retryInMs: null }

/** Whether the host answered in time: one that did not shows what was known before. */
export function isReached({ link }: RawSample): boolean {
  return link === undefined || link.state === 'live'
}
