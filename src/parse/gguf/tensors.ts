import { ggmlBytes, ggmlType } from '../../model/ggml-types.ts'
import type { Tensor } from '../../model/weights.ts'
import type { Cursor } from './cursor.ts'
import { readName } from './metadata.ts'

/** One tensor of a GGUF file as its header describes it. */
export type GgufTensor = Extract<Tensor, { kind: 'ggml' }> & {
  readonly bytes: number
  /** From the beginning of the tensor data. */
  readonly offset: number
}

/** No name, no dimensions, type and offset. */
export const MIN_TENSOR_BYTES = 24
// ggml: GGML_MAX_DIMS is 4, GGML_MAX_NAME is 64 (128 in newer builds).
const MAX_DIMENSIONS = 4
const MAX_NAME_BYTES = 1024

type TensorInfo = Omit<GgufTensor, 'bytes'>

/** Reads `count` tensor descriptions. */
export function readTensors(cursor: Cursor, count: number): readonly TensorInfo[] {
  const infos: TensorInfo[] = []
  while (infos.length < count && cursor.stop === undefined) {
    infos.push(readTensor(cursor, `tensor ${infos.length + 1} of ${count}`))
  }
  return infos
}

/**
 * Gives every tensor its size. A type that ggml does not have (forks have their own) takes the bytes up to the next tensor,
 * or for the last one up to `dataBytes`, the length of the data section where the size of the file is known.
 */
export function measureTensors(
  cursor: Cursor,
  infos: readonly TensorInfo[],
  dataBytes: number | undefined,
): readonly GgufTensor[] {
  const starts = [...new Set(infos.map((info) => info.offset))].sort((a, b) => a - b)
  const ends = new Map(starts.map((start, i) => [start, starts[i + 1] ?? dataBytes]))
  return infos.map((info) => {
    const type = ggmlType(info.typeId)
    if (type !== undefined) return { ...info, bytes: ggmlBytes(type, info.shape) }
    const end = ends.get(info.offset)
    if (end === undefined || end < info.offset) cursor.fail(`tensor '${info.name}'`, `type ${info.typeId}`)
    return { ...info, bytes: (end ?? info.offset) - info.offset }
  })
}

function readTensor(cursor: Cursor, position: string): TensorInfo {
  const name = readName(cursor, MAX_NAME_BYTES, position)
  const field = `tensor '${name}'`
  const dimensions = cursor.u32(field)
  if (dimensions > MAX_DIMENSIONS) cursor.fail(field, `${dimensions} dimensions`)
  const shape: number[] = []
  while (shape.length < dimensions && cursor.stop === undefined) shape.push(cursor.u64(field))
  const elements = shape.reduce((product, length) => product * length, 1)
  if (!Number.isSafeInteger(elements)) cursor.fail(field, `${elements.toExponential(2)} elements`)
  const typeId = cursor.u32(field)
  const offset = cursor.u64(field)
  if (!Number.isSafeInteger(offset)) cursor.fail(field, `offset ${offset.toExponential(2)}`)
  return { kind: 'ggml', name, shape, typeId, offset }
}
