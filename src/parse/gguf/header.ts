import type { Stop } from './cursor.ts'
import { Cursor } from './cursor.ts'
import type { GgufMetadata } from './metadata.ts'
import { MIN_ENTRY_BYTES, readMetadata } from './metadata.ts'
import type { GgufTensor } from './tensors.ts'
import { withoutMarks } from './reduced-marks.ts'
import { measureTensors, MIN_TENSOR_BYTES, readTensors } from './tensors.ts'

/** What a GGUF file says of itself before its weights. */
export interface GgufHeader {
  readonly version: number
  readonly metadata: GgufMetadata
  readonly tensors: readonly GgufTensor[]
  /** Where the tensor data begins. */
  readonly dataOffset: number
  /** The length that the file must have for all its tensors; a shorter file is an unfinished download. */
  readonly expectedFileBytes: number
}

/** `need-more`: the head ended inside the header; call again with at least that many bytes from the beginning of the file. */
export type GgufReading = { readonly kind: 'read'; readonly header: GgufHeader } | Stop

/**
 * Reads the header of a GGUF file (versions 2 and 3, little endian) from its first bytes; the weights are never needed.
 * A header that was reduced (`reduceGgufHead`) reads as it did before.
 * `part` names the file in faults; `fileBytes` is the size of the whole file where it is known.
 * Fails for a big-endian file, another version, and every count, length or type that can't be true.
 * Source: the GGUF specification of ggml.
 */
export function readGgufHeader(bytes: Uint8Array, part: string, fileBytes?: number): GgufReading {
  const cursor = new Cursor(bytes, part, fileBytes)
  const version = readVersion(cursor)
  const tensorCount = cursor.count(MIN_TENSOR_BYTES, 'the number of tensors')
  const entryCount = cursor.count(MIN_ENTRY_BYTES, 'the number of metadata keys')
  const { metadata, dataOffset: statedOffset, neededBytes } = withoutMarks(readMetadata(cursor, entryCount))
  if (neededBytes !== undefined && cursor.stop === undefined) {
    return { kind: 'need-more', atLeastBytes: neededBytes }
  }
  const infos = readTensors(cursor, tensorCount)
  const alignment = alignmentOf(cursor, metadata)
  const dataOffset = statedOffset ?? alignTo(cursor.offset, alignment)
  const tensors = measureTensors(
    cursor,
    infos,
    fileBytes === undefined ? undefined : Math.max(fileBytes - dataOffset, 0),
  )
  if (cursor.stop !== undefined) return cursor.stop
  const end = tensors.reduce(
    (last, { offset, bytes }) => Math.max(last, alignTo(offset + bytes, alignment)),
    0,
  )
  return {
    kind: 'read',
    header: { version, metadata, tensors, dataOffset, expectedFileBytes: dataOffset + end },
  }
}

const MAGIC = 0x46_55_47_47

function readVersion(cursor: Cursor): number {
  const magic = cursor.u32('the magic number')
  if (cursor.stop === undefined && magic !== MAGIC) cursor.fail('the magic number', `0x${magic.toString(16)}`)
  const version = cursor.u32('the version')
  if (cursor.stop !== undefined || version === 2 || version === 3) return version
  // A small number with its bytes turned round has nothing in its lower half.
  const bigEndian = version !== 0 && (version & 0xffff) === 0
  cursor.fail(
    'the version',
    bigEndian ? 'a big-endian file, only little-endian ones can be read' : `${version}`,
  )
  return version
}

function alignmentOf(cursor: Cursor, metadata: GgufMetadata): number {
  const value = metadata.get('general.alignment')
  if (value === undefined) return 32
  if (value.kind === 'number' && value.value >= 1 && value.value <= 2 ** 20) return value.value
  cursor.fail("metadata key 'general.alignment'", value.kind === 'number' ? `${value.value}` : value.kind)
  return 32
}

function alignTo(offset: number, alignment: number): number {
  return Math.ceil(offset / alignment) * alignment
}
