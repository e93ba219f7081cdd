import { minutes, seconds } from '../core/units.ts'
import { partNames } from '../model/want.ts'
import type { Part } from '../model/sample.ts'
import type { Want } from '../model/want.ts'

/** What was asked of a host, when, and what came of it. A value: every change makes a new one. */
export type WantLedger = ReadonlyMap<string, Entry>

interface Entry {
  readonly kind: Want['kind']
  /** When it was asked; a page that was asked a little early counts as asked when it was due. */
  readonly askedAtMs: number
  readonly state: 'asked' | 'answered' | 'failed' | 'refused' | 'forgotten'
  /** Failures in a row, the latest included. */
  readonly failures: number
}

export const NOTHING_ASKED: WantLedger = new Map<string, Entry>()

/** A question that is asked once and failed is asked again, but no more often than this. */
const ONCE_AGAIN_MS = seconds(30)
/** However often a server is wanted, and however short the interval: one request in two seconds (engines.md §6). */
const HTTP_SPACING_MS = seconds(2)
const HTTP_LONGEST_PAUSE_MS = minutes(1)
/** Ticks waver by some milliseconds; without this slack a want of the tick's own pace would miss every second tick. */
const SLACK_MS = 100

/**
 * The wants that are to be asked at `elapsedMs`: none that still waits for its answer, and none whose server refused.
 * A want that stands in `wants` twice is asked once.
 */
export function dueWants(ledger: WantLedger, wants: readonly Want[], elapsedMs: number): readonly Want[] {
  return withoutDoubles(wants).filter((want) => {
    const entry = ledger.get(wantKey(want))
    return entry === undefined || elapsedMs >= dueAtMs(want, entry)
  })
}

/** The wants that were never asked: those for which a catch-up sample is worth its while. */
export function newWants(ledger: WantLedger, wants: readonly Want[]): readonly Want[] {
  return withoutDoubles(wants).filter((want) => !ledger.has(wantKey(want)))
}

/** Notes that `wants` are on their way. */
export function noteAsked(ledger: WantLedger, wants: readonly Want[], elapsedMs: number): WantLedger {
  const next = new Map(ledger)
  for (const want of wants) {
    const before = ledger.get(wantKey(want))
    next.set(wantKey(want), {
      kind: want.kind,
      askedAtMs: Math.max(elapsedMs, pageDueAtMs(before)),
      state: 'asked',
      failures: before?.failures ?? 0,
    })
  }
  return next
}

/** Without this, an interval of 1.9 s would make it more than one request in two seconds in the long run. */
function pageDueAtMs(before: Entry | undefined): number {
  return before?.kind === 'http' ? before.askedAtMs + HTTP_SPACING_MS : 0
}

/** Notes what came of `want`. An answer that holds nothing but faults, or nothing at all, is a failure. */
export function noteAnswer(ledger: WantLedger, want: Want, parts: ReadonlyMap<string, Part>): WantLedger {
  const entry = ledger.get(wantKey(want))
  if (entry === undefined) return ledger
  const state = stateOf(want, [...parts.values()])
  const failures = state === 'failed' ? entry.failures + 1 : 0
  return new Map(ledger).set(wantKey(want), { ...entry, state, failures })
}

/**
 * Forgets what nobody wants any longer, so that it is asked afresh when it is wanted again (another process under the
 * same path). A refusal is remembered: it ended the asking for good. Of a page it is remembered for two seconds that it
 * was asked: a server that comes into sight and goes is asked no more often than one that stays.
 */
export function forgetUnwanted(ledger: WantLedger, wants: readonly Want[], elapsedMs: number): WantLedger {
  const wanted = new Set(wants.map(wantKey))
  return new Map(
    [...ledger].flatMap(([key, entry]): readonly (readonly [string, Entry])[] => {
      if (wanted.has(key) || entry.state === 'asked' || entry.state === 'refused') return [[key, entry]]
      return elapsedMs < pageDueAtMs(entry) ? [[key, { ...entry, state: 'forgotten', failures: 0 }]] : []
    }),
  )
}

/** The identity of a want. Its size belongs to it: a header that proves longer than what was read is wanted again with more bytes. */
export function wantKey(want: Want): string {
  return `${want.maxBytes} ${partNames(want).join(' ')}`
}

function withoutDoubles(wants: readonly Want[]): readonly Want[] {
  return [...new Map(wants.map((want) => [wantKey(want), want])).values()]
}

function dueAtMs(want: Want, entry: Entry): number {
  switch (entry.state) {
    case 'asked':
    case 'refused':
      return Infinity
    case 'failed':
      return entry.askedAtMs + pauseAfterFailureMs(want, entry.failures)
    case 'forgotten':
      return entry.askedAtMs + spacingMs(want)
    case 'answered':
      return want.every === 'once' ? Infinity : entry.askedAtMs + spacingMs(want)
  }
}

function pauseAfterFailureMs(want: Want, failures: number): number {
  const backOffMs = Math.min(HTTP_SPACING_MS * 2 ** (failures - 1), HTTP_LONGEST_PAUSE_MS) - SLACK_MS
  const shortestMs = want.every === 'once' ? ONCE_AGAIN_MS - SLACK_MS : spacingMs(want)
  return want.kind === 'http' ? Math.max(backOffMs, shortestMs) : shortestMs
}

function spacingMs(want: Want): number {
  const wantedMs = typeof want.every === 'number' ? want.every : 0
  const shortestMs = want.kind === 'http' ? Math.max(wantedMs, HTTP_SPACING_MS) : wantedMs
  return Math.max(0, shortestMs - SLACK_MS)
}

function stateOf(want: Want, parts: readonly Part[]): Entry['state'] {
  if (parts.some((part) => part.kind === 'fault' && part.fault.kind === 'refused')) return 'refused'
  return parts.every((part) => part.kind === 'fault' || isNotReady(want, part)) ? 'failed' : 'answered'
}

// a server that still loads its model answers 503: whoever asks only once must come back, whoever asks anyway need not slow down
function isNotReady(want: Want, part: Part): boolean {
  return want.every === 'once' && part.kind === 'text' && (part.status ?? 200) >= 500
}
