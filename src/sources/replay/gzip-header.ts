/** What stands at the beginning of a gzip member (RFC 1952, 2.3). */
export type GzipHeader =
  | { readonly kind: 'header'; readonly length: number }
  /** There are no more bytes. */
  | { readonly kind: 'end' }
  | { readonly kind: 'torn' }
  | { readonly kind: 'bad'; readonly because: string }

const FIXED_BYTES = 10
const HAS_CRC = 2
const HAS_EXTRA = 4
const HAS_NAME = 8
const HAS_COMMENT = 16
const RESERVED = 0xe0

export function gzipHeader(bytes: Buffer): GzipHeader {
  if (bytes.length === 0) return { kind: 'end' }
  const because = whyNot(bytes)
  if (because !== undefined) return { kind: 'bad', because }
  const length = lengthOf(bytes, bytes[3] ?? 0)
  return length === undefined ? { kind: 'torn' } : { kind: 'header', length }
}

// as far as there are bytes
function whyNot([first, second = 0x8b, method = 8, flags = 0]: Buffer): string | undefined {
  if (first !== 0x1f || second !== 0x8b) return 'what follows is not gzip'
  if (method !== 8) return 'unknown compression method'
  return (flags & RESERVED) === 0 ? undefined : 'unknown flags in a gzip header'
}

/** undefined when the bytes end before the header does. */
function lengthOf(bytes: Buffer, flags: number): number | undefined {
  if (bytes.length < FIXED_BYTES) return undefined
  let at = FIXED_BYTES
  if ((flags & HAS_EXTRA) !== 0) {
    if (bytes.length < at + 2) return undefined
    at += 2 + bytes.readUInt16LE(at)
  }
  for (const flag of [HAS_NAME, HAS_COMMENT]) {
    if ((flags & flag) === 0) continue
    const end = bytes.indexOf(0, at)
    if (end < 0) return undefined
    at = end + 1
  }
  if ((flags & HAS_CRC) !== 0) at += 2
  return at <= bytes.length ? at : undefined
}
