import { missing, type Missing } from '../core/reading.ts'
import { parseJson } from '../core/decode.ts'
import type { BytesPart, TextPart } from '../model/sample.ts'
import { partNames, type WantTarget } from '../model/want.ts'
import type { Answers, EngineAnswer } from './engine.ts'

/** A page that was answered with success. */
export interface Page {
  readonly kind: 'page'
  readonly text: string
  readonly atMs: number
}

/** The newest good answer to an HTTP want; else why there is none. */
export function pageAnswer(answers: Answers, want: WantTarget): Page | Missing {
  const answer = answerTo(answers, want)
  if (answer === undefined) return missing('not-yet-known')
  const { part, trouble } = answer
  if (trouble !== undefined) return troubled(trouble.fault.kind)
  if (part?.kind !== 'text') return missing('not-yet-known')
  if ((part.status ?? 200) === 503) return missing('not-yet-known', LOADING)
  if ((part.status ?? 200) !== 200) return missing('not-supported', `it answered with ${part.status ?? 0}`)
  return { kind: 'page', text: part.text, atMs: answer.renewedAtMs }
}

/** A server that still loads its model answers 503 to everything. */
export function isLoading({ detail }: Missing): boolean {
  return detail === LOADING
}

const LOADING = 'the engine is loading'

/** The JSON of a page; undefined when it is none. */
export function jsonOf(page: Page | Missing): unknown {
  return page.kind === 'page' ? parseJson(page.text) : undefined
}

/** The text that answers a file, listing or HTTP want, whatever became of later attempts. */
export function textAnswer(answers: Answers, want: WantTarget): TextPart | undefined {
  const part = answerTo(answers, want)?.part
  return part?.kind === 'text' ? part : undefined
}

export function bytesAnswer(answers: Answers, want: WantTarget): BytesPart | undefined {
  const part = answerTo(answers, want)?.part
  return part?.kind === 'bytes' ? part : undefined
}

/** Whatever became of a want: the newest good answer, and the trouble with the latest attempt. */
export function answerTo(answers: Answers, want: WantTarget): EngineAnswer | undefined {
  const [name] = partNames(want)
  return name === undefined ? undefined : answers.get(name)
}

// no server, an old number: while nothing comes, nothing is known
function troubled(kind: string): Missing {
  if (kind === 'refused') return missing('no-permission', 'the engine wants its key')
  if (kind === 'no-permission') return missing('no-permission', 'probing is off')
  if (kind === 'timed-out') return missing('not-reported', 'the engine is too busy to answer')
  return missing('not-reported', 'the engine does not answer')
}

/**
 * Another server of the same kind may answer on this port, while this one still loads; undefined when it is this one. A
 * name of its own may stand in a file of settings, so that a part of the model's name is enough.
 */
export function otherModel(served: readonly string[], expected: string | undefined): Missing | undefined {
  if (expected === undefined || served.length === 0) return undefined
  if (served.some((name) => isNameOf(name, expected))) return undefined
  return missing('not-reported', `its port answers for ${served.join(', ')}`)
}

function isNameOf(served: string, expected: string): boolean {
  const [name, model] = [lettersOf(served), lettersOf(expected)]
  return name === model || (name.length >= SHORTEST_NAME && model.includes(name)) || name.includes(model)
}

/** The last part of a name or a path. */
function lettersOf(name: string): string {
  const last = name.replace(/\/+$/, '').split('/').at(-1) ?? name
  return last.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
}

// `8b` is a part of many names
const SHORTEST_NAME = 4
