import type { Answer } from './lane.ts'

/** The bytes of an answer's part as text. */
export function utf8(body: string): string {
  return Buffer.from(body, 'latin1').toString('utf8')
}

/** The text of a part that was read without trouble; undefined where there is none. */
export function textIn(answer: Answer | undefined, name: string): string | undefined {
  const part = answer?.get(name)
  return part?.code === 0 ? utf8(part.body) : undefined
}
