import { constants, crc32, deflateRawSync } from 'node:zlib'

/** One member of a gzip file (RFC 1952), made piece by piece. */
export interface GzipMember {
  /** The bytes that this text adds: a reader that has them has the whole text, whatever follows or does not. */
  add(text: string): Buffer
  /** The bytes that close it. */
  end(): Buffer
}

// deflate, no name, no time; "unknown" as the system: the same text gives the same bytes everywhere
export const MEMBER_HEADER = Buffer.from([0x1f, 0x8b, 0x08, 0x00, 0, 0, 0, 0, 0, 0xff])
/** A last, empty block (RFC 1951): what comes before it was flushed to a whole byte. */
const LAST_BLOCK = Buffer.from([0x03, 0x00])
/** How far back a piece may refer: as deflate does. */
const WINDOW_BYTES = 32 * 1024

/**
 * Each piece is deflated on its own with the text before it as its dictionary, and flushed: together they are one stream.
 * That costs no more than a stream object with its thread, and needs no waiting.
 */
export function gzipMember(): GzipMember {
  let window: Buffer = Buffer.alloc(0)
  let checksum = 0
  let lengthBytes = 0
  return {
    add(text) {
      const bytes = Buffer.from(text)
      const isFirst = lengthBytes === 0
      const deflated = deflateRawSync(bytes, {
        finishFlush: constants.Z_SYNC_FLUSH,
        ...(isFirst ? {} : { dictionary: window }),
      })
      checksum = crc32(bytes, checksum)
      lengthBytes += bytes.length
      window = lastOf(window, bytes)
      return isFirst ? Buffer.concat([MEMBER_HEADER, deflated]) : deflated
    },
    end: () => memberEnd(checksum, lengthBytes),
  }
}

/** What closes a member whose last piece was flushed, by the checksum and length of its text. */
export function memberEnd(checksum: number, lengthBytes: number): Buffer {
  const trailer = Buffer.alloc(8)
  trailer.writeUInt32LE(checksum, 0)
  // of more than 4 GiB the lowest bits
  trailer.writeUInt32LE(lengthBytes % 2 ** 32, 4)
  return Buffer.concat([LAST_BLOCK, trailer])
}

function lastOf(window: Buffer, bytes: Buffer): Buffer {
  if (bytes.length >= WINDOW_BYTES) return bytes.subarray(-WINDOW_BYTES)
  return Buffer.concat([window, bytes]).subarray(-WINDOW_BYTES)
}
