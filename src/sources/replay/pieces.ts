import type { Place } from './place.ts'

/** What a file gives when its bytes are read in order, gzip taken off. */
export type Piece =
  | {
      readonly kind: 'bytes'
      readonly bytes: Buffer
      readonly place: Place
      /** Bytes of the file that had been read when they began, and when they ended. */
      readonly readFrom: number
      readonly readTo: number
    }
  | Break

/** Bytes that could not be had; what comes next, if anything, does not follow what came before. */
export interface Break {
  readonly kind: 'break'
  /** Completes «the file is damaged: …». */
  readonly because: string
  /** Nothing follows: the end was torn off. */
  readonly torn: boolean
}

/** Reads bytes of a file at a place; fewer at its end, none behind it. */
export type ReadAt = (byte: number, count: number) => Promise<Buffer>
