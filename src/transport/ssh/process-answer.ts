import { maskSecrets } from '../../parse/mask-secrets.ts'
import { maskName, reduceStatus } from '../local-process.ts'
import { utf8 } from './answer-text.ts'
import type { Part } from '../../model/sample.ts'
import type { Answer } from './lane.ts'

/** The parts of an answer to `look`, as a sample holds them: secrets masked. */
export function lookedAt(answer: Answer): ReadonlyMap<string, Part> {
  return new Map(
    [...answer].flatMap(([name, { body, code }]) =>
      code === 0 ? [[name, { kind: 'text', text: masked(name, utf8(body)) }] as const] : [],
    ),
  )
}

function masked(name: string, text: string): string {
  const file = /^proc\/\d+\/(\w+)$/.exec(name)?.[1]
  if (file === 'stat') return maskName(text)
  if (file === 'status') return reduceStatus(text)
  return file === 'cmdline' ? maskSecrets(text) : text
}
