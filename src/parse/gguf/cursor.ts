import type { Fault } from '../../core/fault.ts'

/** Why reading stopped before the end. */
export type Stop =
  | { readonly kind: 'need-more'; readonly atLeastBytes: number }
  | { readonly kind: 'fault'; readonly fault: Fault }

/** No model has a header near this size (the largest vocabularies need 10–25 MB); a larger claim is a broken file. */
const MAX_HEADER_BYTES = 256 * 1024 ** 2

/**
 * Reads little-endian values one after the other. The first thing that goes wrong is kept in `stop`; from then on every read
 * gives 0 or '' and moves nothing, so that callers check `stop` once per entry instead of once per value.
 */
export class Cursor {
  readonly #view: DataView
  readonly #bytes: Uint8Array
  readonly #part: string
  readonly #fileBytes: number | undefined
  readonly #decoder = new TextDecoder()
  offset = 0
  stop: Stop | undefined

  /** `fileBytes`: the size of the whole file where it is known; a claim beyond it is a fault instead of a request for more. */
  constructor(bytes: Uint8Array, part: string, fileBytes: number | undefined) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#bytes = bytes
    this.#part = part
    this.#fileBytes = fileBytes
  }

  u8(field: string): number {
    return this.#take(1, field) ? this.#view.getUint8(this.offset - 1) : 0
  }

  i8(field: string): number {
    return this.#take(1, field) ? this.#view.getInt8(this.offset - 1) : 0
  }

  u16(field: string): number {
    return this.#take(2, field) ? this.#view.getUint16(this.offset - 2, true) : 0
  }

  i16(field: string): number {
    return this.#take(2, field) ? this.#view.getInt16(this.offset - 2, true) : 0
  }

  u32(field: string): number {
    return this.#take(4, field) ? this.#view.getUint32(this.offset - 4, true) : 0
  }

  i32(field: string): number {
    return this.#take(4, field) ? this.#view.getInt32(this.offset - 4, true) : 0
  }

  f32(field: string): number {
    return this.#take(4, field) ? this.#view.getFloat32(this.offset - 4, true) : 0
  }

  f64(field: string): number {
    return this.#take(8, field) ? this.#view.getFloat64(this.offset - 8, true) : 0
  }

  /** As a number: exact below 2^53, rounded above, which no count and no setting reaches. */
  u64(field: string): number {
    if (!this.#take(8, field)) return 0
    const at = this.offset - 8
    return this.#view.getUint32(at, true) + this.#view.getUint32(at + 4, true) * 2 ** 32
  }

  i64(field: string): number {
    if (!this.#take(8, field)) return 0
    const at = this.offset - 8
    return this.#view.getUint32(at, true) + this.#view.getInt32(at + 4, true) * 2 ** 32
  }

  /** `length` bytes as UTF-8. */
  text(length: number, field: string): string {
    if (!this.#take(length, field)) return ''
    return this.#decoder.decode(this.#bytes.subarray(this.offset - length, this.offset))
  }

  /** Moves over `length` bytes without looking at them. */
  skip(length: number, field: string): void {
    this.#take(length, field)
  }

  /**
   * A count that is followed by that many entries of at least `entryBytes` each. A count that the file can't hold is a fault
   * before anything is read or allocated for it.
   */
  count(entryBytes: number, field: string): number {
    const count = this.u64(field)
    if (this.stop !== undefined) return 0
    if (this.offset + count * entryBytes > this.#limit()) {
      this.fail(field, this.#tooMuch(count, entryBytes, 'entries'))
      return 0
    }
    return count
  }

  /** Raises what a cut head is said to need: what follows can't be shorter than `length` bytes from `offset` on. */
  needAtLeast(offset: number, length: number): void {
    if (this.stop?.kind !== 'need-more') return
    this.stop = { kind: 'need-more', atLeastBytes: Math.max(this.stop.atLeastBytes, offset + length) }
  }

  fail(where: string, found: string): void {
    this.stop ??= {
      kind: 'fault',
      fault: { kind: 'malformed', part: this.#part, where: short(where), found },
    }
  }

  #take(length: number, field: string): boolean {
    if (this.stop !== undefined) return false
    const end = this.offset + length
    if (end > this.#bytes.length) {
      this.#overrun(end, length, field)
      return false
    }
    this.offset = end
    return true
  }

  #overrun(end: number, length: number, field: string): void {
    if (this.#fileBytes !== undefined && this.#fileBytes <= this.#bytes.length && end > this.#fileBytes) {
      this.fail(field, 'the end of the file')
    } else if (end > this.#limit()) {
      this.fail(field, this.#tooMuch(length, 1, 'bytes'))
    } else {
      this.stop = { kind: 'need-more', atLeastBytes: end }
    }
  }

  /** A claim that no header could hold is a lie; one that only this file can't hold is a file that was cut off. */
  #tooMuch(count: number, entryBytes: number, unit: string): string {
    const isCut = this.offset + count * entryBytes <= MAX_HEADER_BYTES
    return `${exactly(count)} ${unit}, ${isCut ? 'and the file ends before' : 'more than its header can hold'}`
  }

  #limit(): number {
    return Math.min(this.#fileBytes ?? MAX_HEADER_BYTES, MAX_HEADER_BYTES)
  }
}

/** A name may be long nonsense; the sentence that quotes it should not be. */
function short(name: string): string {
  return name.length > 100 ? `${name.slice(0, 99)}…` : name
}

function exactly(count: number): string {
  return Number.isSafeInteger(count) ? `${count}` : count.toExponential(2)
}
