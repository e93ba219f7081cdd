import type { Fault } from '../core/fault.ts'
import type { FaultPart, Part, RawSample } from '../model/sample.ts'

/** The newest answer to one question. An old answer stands until a newer one comes. */
export interface Answer {
  /** What was last read successfully, if ever. */
  readonly part: Exclude<Part, { kind: 'same' | 'fault' }> | undefined
  readonly renewedAtMs: number
  /** Set while the latest attempt failed; the good part before it still stands. */
  readonly trouble: { readonly fault: Fault; readonly sinceMs: number } | undefined
}

export type AnswerBook = ReadonlyMap<string, Answer>

/** The book with the parts of one sample entered. `same` and absent parts leave their answer as it was. */
export function enter(book: AnswerBook, sample: RawSample): AnswerBook {
  const next = new Map(book)
  for (const [name, part] of sample.parts) {
    if (part.kind === 'same') continue
    next.set(name, part.kind === 'fault' ? troubled(book.get(name), part, sample) : answered(part, sample))
  }
  return next
}

/** The book without what was asked of processes that are gone; a machine starts thousands of them in a day. */
export function forgetGone(book: AnswerBook, isThere: (pid: number) => boolean): AnswerBook {
  return without(book, (name) => {
    const pid = PART_OF_PROCESS.exec(name)?.[1]
    return pid !== undefined && !isThere(Number(pid))
  })
}

/** The book without the answers that are gone; the same book where none is. */
export function without(book: AnswerBook, isGone: (name: string, answer: Answer) => boolean): AnswerBook {
  const gone = new Set<string>()
  for (const [name, answer] of book) if (isGone(name, answer)) gone.add(name)
  return gone.size === 0 ? book : new Map([...book].filter(([name]) => !gone.has(name)))
}

// docs/recording-format.md
const PART_OF_PROCESS = /^(?:(?:proc|env|log|sockets)\/|(?:file|head|listing)\/(?:@|\/proc\/))(\d+)/

/** The text of an answer; empty where there is none yet, which every parser reads as all missing. */
export function textOf(book: AnswerBook, name: string): string {
  const part = book.get(name)?.part
  return part?.kind === 'text' ? part.text : ''
}

/** The same, and undefined where it can't be read any more: an old limit says nothing. */
export function textIn(book: AnswerBook, name: string): string | undefined {
  const answer = book.get(name)
  return answer?.part?.kind === 'text' && answer.trouble === undefined ? answer.part.text : undefined
}

function answered(part: Exclude<Part, { kind: 'same' | 'fault' }>, sample: RawSample): Answer {
  const ageMs = part.kind === 'text' ? (part.ageMs ?? 0) : 0
  return { part, renewedAtMs: sample.elapsedMs - ageMs, trouble: undefined }
}

function troubled(before: Answer | undefined, { fault }: FaultPart, sample: RawSample): Answer {
  return {
    part: before?.part,
    renewedAtMs: before?.renewedAtMs ?? sample.elapsedMs,
    trouble: { fault, sinceMs: troubleSince(before, fault, sample.elapsedMs) },
  }
}

/** Since when this kind of trouble lasts: from before, if it is the same, else from now. */
export function troubleSince(before: Answer | undefined, fault: Fault, nowMs: number): number {
  const trouble = before?.trouble
  return trouble?.fault.kind === fault.kind ? trouble.sinceMs : nowMs
}
