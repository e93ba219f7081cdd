import { TextDecoder } from 'node:util'
import type { Encoding } from '../../parse/decode-bytes.ts'
import type { Break, Piece } from './pieces.ts'
import { further, type Place } from './place.ts'

/** A piece of decoded text that holds no terminator but at its end. */
export interface Fragment {
  readonly kind: 'text'
  readonly text: string
  readonly place: Place
  /** A terminator ends it. */
  readonly ended: boolean
  /** Bytes of the file that have been read to get to its end. */
  readonly readTo: number
}

/**
 * The text of a file cut behind each terminator, with the place at which each piece begins. Nothing is held back but what
 * may be the beginning of a terminator.
 */
export async function* fragmentsOf(
  pieces: AsyncIterable<Piece>,
  terminator: string,
  encoding: Encoding,
): AsyncIterable<Fragment | Break> {
  const cutter = startCutting(terminator, encoding)
  for await (const piece of pieces) {
    if (piece.kind === 'bytes') yield* cutter.cut(piece)
    else {
      yield* cutter.flush()
      yield piece
    }
  }
  yield* cutter.flush()
}

type Bytes = Extract<Piece, { kind: 'bytes' }>

/** Bytes of which the first few were held back from the piece before, which may lie in another gzip member. */
interface Joined extends Bytes {
  readonly before: { readonly length: number; readonly place: Place } | undefined
}

function startCutting(terminator: string, encoding: Encoding) {
  const end = encoded(terminator, encoding)
  const unit = encoding === 'utf-8' ? 1 : 2
  const decoder = new TextDecoder(encoding)
  let held: Joined | undefined

  const fragment = (piece: Joined, from: number, to: number, ended: boolean): Fragment => ({
    kind: 'text',
    text: decoder.decode(piece.bytes.subarray(from, to), { stream: !ended }),
    place: placeIn(piece, from),
    ended,
    readTo: piece.readFrom + ((piece.readTo - piece.readFrom) * to) / piece.bytes.length,
  })

  return {
    *cut(next: Bytes): Iterable<Fragment> {
      const piece = joined(held, next)
      held = undefined
      const { bytes } = piece
      let from = 0
      for (let at = find(bytes, end, unit, 0); at >= 0; at = find(bytes, end, unit, from)) {
        yield fragment(piece, from, at + end.length, true)
        from = at + end.length
      }
      const whole = Math.max(0, bytes.length - from - (end.length - 1))
      const to = from + whole - (whole % unit)
      if (to > from) yield fragment(piece, from, to, false)
      if (to < bytes.length)
        held = {
          ...piece,
          bytes: bytes.subarray(to),
          place: placeIn(piece, to),
          readFrom: piece.readTo,
          before: undefined,
        }
    },
    *flush(): Iterable<Fragment> {
      if (held !== undefined) yield fragment(held, 0, held.bytes.length, false)
      held = undefined
      decoder.decode()
    },
  }
}

function encoded(text: string, encoding: Encoding): Buffer {
  if (encoding === 'utf-8') return Buffer.from(text, 'utf8')
  const bytes = Buffer.from(text, 'utf16le')
  return encoding === 'utf-16le' ? bytes : bytes.swap16()
}

// In UTF-16 a match that begins in the middle of a character is none.
function find(bytes: Buffer, end: Buffer, unit: number, from: number): number {
  let at = bytes.indexOf(end, from)
  while (at >= 0 && (at - from) % unit !== 0) at = bytes.indexOf(end, at + 1)
  return at
}

function joined(held: Bytes | undefined, next: Bytes): Joined {
  if (held === undefined) return { ...next, before: undefined }
  const before = { length: held.bytes.length, place: held.place }
  return { ...next, bytes: Buffer.concat([held.bytes, next.bytes]), before }
}

function placeIn({ place, before }: Joined, at: number): Place {
  if (before === undefined) return further(place, at)
  return at < before.length ? further(before.place, at) : further(place, at - before.length)
}
