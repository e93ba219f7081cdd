import { crc32, createInflateRaw, type InflateRaw } from 'node:zlib'
import { lastLine } from '../../core/text.ts'
import { gzipHeader } from './gzip-header.ts'
import type { Piece, ReadAt } from './pieces.ts'
import type { Place } from './place.ts'

/**
 * The text of a gzip file from a member on. A damaged member is passed over up to the next one: nothing of a member is
 * given before its check sum has been seen to be right, as long as the member is small.
 */
export async function* gzipPieces(read: ReadAt, from: Place): AsyncIterable<Piece> {
  let start: number | undefined = from.byte
  let skip = from.skip ?? 0
  while (start !== undefined) {
    const member: Member = { start, next: undefined }
    for await (const piece of memberPieces(read, member)) {
      const shown = skipped(piece, skip)
      if (shown !== undefined) yield shown
    }
    skip = 0
    start = member.next
  }
}

/** Where the next gzip member begins at or behind `from`, as far as its header tells. */
export async function nextMember(read: ReadAt, from: number): Promise<number | undefined> {
  let at = from
  for (;;) {
    const block = await read(at, SEARCH_BYTES)
    const found = block.indexOf(MEMBER_START)
    if (found >= 0) {
      const start = at + found
      if (gzipHeader(await read(start, HEADER_BYTES)).kind === 'header') return start
      at = start + 1
    } else if (block.length < SEARCH_BYTES) return undefined
    else at += block.length - MEMBER_START.length + 1
  }
}

const MEMBER_START = Buffer.from([0x1f, 0x8b, 0x08])
const SEARCH_BYTES = 256 * 1024
// names and comments in a header are short
const HEADER_BYTES = 4096
// a compressed piece may be a thousand times as long as text
const COMPRESSED_BYTES = 16 * 1024
// of a recorder's member half a mebibyte is usual; other programs compress a whole file as one
const CHECKED_BYTES = 4 * 1024 * 1024

const TORN = 'unexpected end of file'

interface Member {
  readonly start: number
  /** Where the next one begins, once this one has been read. */
  next: number | undefined
}

async function* memberPieces(read: ReadAt, member: Member): AsyncIterable<Piece> {
  const header = gzipHeader(await read(member.start, HEADER_BYTES))
  switch (header.kind) {
    case 'end':
      return
    case 'torn':
      yield await breakIn(read, member, TORN)
      return
    case 'bad':
      yield await breakIn(read, member, header.because)
      return
    case 'header': {
      const inflating: Inflating = { at: member.start + header.length, crc: 0, length: 0, failure: undefined }
      yield* textPieces(read, member.start, inflating)
      if (inflating.failure === undefined) member.next = inflating.at + TRAILER_BYTES
      else yield await breakIn(read, member, inflating.failure)
    }
  }
}

async function breakIn(read: ReadAt, member: Member, because: string): Promise<Piece> {
  member.next = because === TORN ? undefined : await nextMember(read, member.start + 1)
  return { kind: 'break', because, torn: member.next === undefined }
}

interface Inflating {
  /** Up to where the compressed bytes have been used. */
  at: number
  crc: number
  /** Bytes of text so far. */
  length: number
  failure: string | undefined
}

async function* textPieces(read: ReadAt, start: number, inflating: Inflating): AsyncIterable<Piece> {
  let held: Piece[] | undefined = []
  for await (const { bytes, readFrom, readTo } of inflated(read, inflating)) {
    const place = { byte: start, skip: inflating.length }
    inflating.crc = crc32(bytes, inflating.crc)
    inflating.length += bytes.length
    held?.push({ kind: 'bytes', bytes, place, readFrom, readTo })
    if (held === undefined) yield { kind: 'bytes', bytes, place, readFrom, readTo }
    else if (inflating.length > CHECKED_BYTES) {
      yield* held
      held = undefined
    }
  }
  inflating.failure ??= await wrongSum(read, inflating)
  // what a torn end left is right as far as it goes
  if (inflating.failure === undefined || inflating.failure === TORN) yield* held ?? []
}

const TRAILER_BYTES = 8

async function wrongSum(read: ReadAt, { at, crc, length }: Inflating): Promise<string | undefined> {
  const trailer = await read(at, TRAILER_BYTES)
  if (trailer.length < TRAILER_BYTES) return TORN
  const right = trailer.readUInt32LE(0) === crc && trailer.readUInt32LE(4) === length % 2 ** 32
  return right ? undefined : 'its check sum is wrong'
}

interface Inflated {
  readonly bytes: Buffer
  readonly readFrom: number
  readonly readTo: number
}

/** All that can be decompressed up to the end of the member, or up to a failure, which is noted. */
async function* inflated(read: ReadAt, inflating: Inflating): AsyncIterable<Inflated> {
  const begin = inflating.at
  const inflate = createInflateRaw({ chunkSize: 64 * 1024 })
  const pieces: Buffer[] = []
  const ending = { reached: false }
  inflate.on('data', (piece: Buffer) => pieces.push(piece))
  inflate.on('error', (error) => (inflating.failure = lastLine(error.message)))
  // at the end of the member the write that met it is never called back, and neither is one that met an error
  const done = new Promise<void>((resolve) => {
    const finish = (): void => {
      ending.reached = true
      resolve()
    }
    inflate.once('end', finish)
    inflate.once('close', finish)
  })
  try {
    for (let from = begin; !ending.reached;) {
      const compressed = await read(from, COMPRESSED_BYTES)
      from += compressed.length
      if (compressed.length === 0) {
        inflating.failure = TORN
        return
      }
      await Promise.race([done, written(inflate, compressed)])
      const before = inflating.at
      inflating.at = begin + inflate.bytesWritten
      yield* spread(pieces.splice(0), before, inflating.at)
    }
  } finally {
    inflate.destroy()
  }
}

/** The compressed bytes that made the pieces, divided among them by their length. */
function* spread(pieces: readonly Buffer[], from: number, to: number): Iterable<Inflated> {
  const total = pieces.reduce((sum, { length }) => sum + length, 0)
  let done = 0
  for (const bytes of pieces) {
    const readFrom = from + ((to - from) * done) / total
    done += bytes.length
    yield { bytes, readFrom, readTo: from + ((to - from) * done) / total }
  }
}

function written(inflate: InflateRaw, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    inflate.write(bytes, () => {
      resolve()
    })
  })
}

/** The piece without what lies before the first `skip` bytes of its member; undefined when nothing is left. */
function skipped(piece: Piece, skip: number): Piece | undefined {
  if (piece.kind === 'break') return piece
  const left = skip - (piece.place.skip ?? 0)
  if (left <= 0) return piece
  if (left >= piece.bytes.length) return undefined
  return { ...piece, bytes: piece.bytes.subarray(left), place: { ...piece.place, skip } }
}
