import { fragmentsOf, type Fragment } from './fragments.ts'
import type { LogFile } from './log-file.ts'
import type { Break } from './pieces.ts'
import type { Place } from './place.ts'

export interface LogLine extends Pick<Fragment, 'text' | 'place' | 'readTo'> {
  /** `last`: no newline ended it. The text is without it. */
  readonly kind: 'whole' | 'last'
}

/** A line longer than any that means something, thrown away as it came; said again for each so much of it. */
export interface TooLong {
  readonly kind: 'too-long'
  readonly length: number
  readonly ended: boolean
}

// A line holds one sample; 16 MiB is ten times the largest seen (eight cards with hundreds of processes).
export const MAX_LINE_CHARACTERS = 16 * 1024 * 1024

/** The lines of a file from a place on, in bounded memory. What a break cuts is no line. */
export async function* linesOf(file: LogFile, from: Place): AsyncIterable<LogLine | TooLong | Break> {
  let begun: Begun = NOTHING
  for await (const next of fragmentsOf(file.pieces(from), '\n', file.encoding)) {
    if (next.kind === 'break') {
      begun = NOTHING
      yield next
      continue
    }
    const line = withMore(begun, next)
    if (line.text.length > MAX_LINE_CHARACTERS)
      yield { kind: 'too-long', length: line.text.length, ended: next.ended }
    else if (next.ended && !begun.dropping) yield { ...line, kind: 'whole', text: line.text.slice(0, -1) }
    begun = afterFragment(begun, line)
  }
  const { line, dropping } = begun
  if (line !== undefined && !dropping && line.text.trim() !== '') yield { ...line, kind: 'last' }
}

/** A line of which no end has come yet. */
interface Begun {
  readonly line: Fragment | undefined
  /** It has grown too long already. */
  readonly dropping: boolean
}

const NOTHING: Begun = { line: undefined, dropping: false }

function withMore({ line }: Begun, next: Fragment): Fragment {
  return line === undefined ? next : { ...next, text: line.text + next.text, place: line.place }
}

function afterFragment({ dropping }: Begun, line: Fragment): Begun {
  if (line.ended) return NOTHING
  return line.text.length > MAX_LINE_CHARACTERS ? { line: undefined, dropping: true } : { line, dropping }
}
