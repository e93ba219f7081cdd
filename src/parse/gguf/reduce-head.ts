import { Cursor } from './cursor.ts'
import { readGgufHeader } from './header.ts'
import { MIN_ENTRY_BYTES, readEntry, type GgufValue } from './metadata.ts'
import { DATA_OFFSET, NEEDED_BYTES, SKIPPED_ARRAY, SKIPPED_TEXT } from './reduced-marks.ts'
import { MIN_TENSOR_BYTES, readTensors } from './tensors.ts'

/**
 * The first bytes of a GGUF file without what is too long to matter for memory: vocabularies, merges, chat templates.
 * Megabytes become tens of kilobytes. The result is a GGUF header too, which `readGgufHeader` reads as it would the whole;
 * of a header that was cut only the number of bytes that it needs is left. What is no header stays as it is.
 * @param fileBytes size of the whole file
 */
export function reduceGgufHead(bytes: Uint8Array, fileBytes: number): Uint8Array {
  const reading = readGgufHeader(bytes, 'the model', fileBytes)
  switch (reading.kind) {
    case 'fault':
      return bytes
    case 'need-more':
      return joined(bytes.subarray(0, 8), [u64(0), u64(1), count(NEEDED_BYTES, reading.atLeastBytes)])
    case 'read':
      return rewritten(bytes, fileBytes, reading.header.dataOffset)
  }
}

function rewritten(bytes: Uint8Array, fileBytes: number, dataOffset: number): Uint8Array {
  const cursor = new Cursor(bytes, 'the model', fileBytes)
  cursor.skip(8, 'the version')
  const tensorCount = cursor.count(MIN_TENSOR_BYTES, 'the number of tensors')
  const entryCount = cursor.count(MIN_ENTRY_BYTES, 'the number of metadata keys')
  const entries: Uint8Array[] = []
  let isMarked = false
  for (let i = 0; i < entryCount; i++) {
    const from = cursor.offset
    const [key, value] = readEntry(cursor, 'metadata')
    isMarked ||= key === DATA_OFFSET
    entries.push(markOf(key, value) ?? bytes.subarray(from, cursor.offset))
  }
  if (!isMarked) entries.push(count(DATA_OFFSET, dataOffset))
  const tensorsFrom = cursor.offset
  readTensors(cursor, tensorCount)
  return joined(bytes.subarray(0, 8), [
    u64(tensorCount),
    u64(entries.length),
    ...entries,
    bytes.subarray(tensorsFrom, cursor.offset),
  ])
}

function markOf(key: string, value: GgufValue): Uint8Array | undefined {
  if (value.kind !== 'skipped') return undefined
  return count((value.what === 'array' ? SKIPPED_ARRAY : SKIPPED_TEXT) + key, value.length)
}

/** A key with a 64-bit count, as GGUF writes it. */
function count(key: string, value: number): Uint8Array {
  const name = new TextEncoder().encode(key)
  return joined(u64(name.length), [name, u32(UINT64), u64(value)])
}

// the specification's number of this value type
const UINT64 = 10

function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value, true)
  return bytes
}

function u64(value: number): Uint8Array {
  return joined(u32(value % 2 ** 32), [u32(Math.floor(value / 2 ** 32))])
}

function joined(first: Uint8Array, more: readonly Uint8Array[]): Uint8Array {
  const pieces = [first, ...more]
  const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
