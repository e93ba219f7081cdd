import { constants, crc32, gunzipSync } from 'node:zlib'
import { MEMBER_HEADER, memberEnd } from './gzip-member.ts'

/** What must be done to the end of a recording before something can stand behind it. */
export interface Mending {
  /** So many of the bytes that were looked at stand; the others are torn. */
  readonly keepBytes: number
  /** What closes the member that was being written; empty where all are closed. */
  readonly closing: Buffer
}

const MAGIC = MEMBER_HEADER.subarray(0, 4)
/** What a flush leaves behind: an empty stored block. */
const FLUSHED = Buffer.from([0x00, 0x00, 0xff, 0xff])
const NOTHING = Buffer.alloc(0)

/**
 * How a compressed recording that was not closed in order can go on: up to the last whole line of its last member.
 * @param tail its last bytes; undefined is given back where they hold no beginning of a member
 */
export function mendedGzip(tail: Buffer): Mending | undefined {
  for (let start = tail.lastIndexOf(MAGIC); start >= 0; start = lastBefore(tail, MAGIC, start)) {
    const mending = mendedMember(tail.subarray(start))
    if (mending !== undefined) return { ...mending, keepBytes: start + mending.keepBytes }
  }
  return undefined
}

/** The same of a plain one: up to its last whole line. */
export function mendedText(tail: Buffer): Mending {
  return { keepBytes: tail.lastIndexOf('\n') + 1, closing: NOTHING }
}

/** undefined for bytes that only look like the beginning of a member. */
function mendedMember(member: Buffer): Mending | undefined {
  const length = wholeLength(member)
  if (length !== undefined) return { keepBytes: length, closing: NOTHING }
  for (
    let flushed = member.lastIndexOf(FLUSHED);
    flushed >= 0;
    flushed = lastBefore(member, FLUSHED, flushed)
  ) {
    const keepBytes = flushed + FLUSHED.length
    const text = inflated(member.subarray(0, keepBytes))
    if (text?.at(-1) === NEW_LINE) return { keepBytes, closing: memberEnd(crc32(text), text.length) }
  }
  // torn before anything of it was whole
  return isBeginning(member) ? { keepBytes: 0, closing: NOTHING } : undefined
}

const NEW_LINE = 0x0a

/** The length of a member that is closed, whatever stands behind it. */
function wholeLength(member: Buffer): number | undefined {
  try {
    const { engine } = gunzipSync(member, { info: true, maxOutputLength: MOST_BYTES }) as unknown as {
      readonly engine: { readonly bytesWritten: number }
    }
    return engine.bytesWritten
  } catch {
    return undefined
  }
}

function inflated(bytes: Buffer): Buffer | undefined {
  try {
    return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: MOST_BYTES })
  } catch {
    return undefined
  }
}

// far more than a member of a recording holds
const MOST_BYTES = 256 * 1024 ** 2

/**
 * Whether it begins as a member does that was written here, each line of which is flushed: if none is whole, none was.
 * Another program's member may hold lines that can't be told from torn ones.
 */
function isBeginning(member: Buffer): boolean {
  return member.subarray(0, MEMBER_HEADER.length).equals(MEMBER_HEADER)
}

function lastBefore(bytes: Buffer, what: Buffer, before: number): number {
  return before === 0 ? -1 : bytes.lastIndexOf(what, before - 1)
}
