import { asArray, asNumber, asObject, asText, parseJson } from '../core/decode.ts'
import type { Fault } from '../core/fault.ts'
import { printable } from '../core/text.ts'
import type { Tensor } from '../model/weights.ts'

export type SafetensorsTensor = Extract<Tensor, { kind: 'safetensors' }>

/** `need-more`: the head ended inside the header; call again with at least that many bytes from the beginning. */
export type SafetensorsReading =
  | { readonly kind: 'read'; readonly tensors: readonly SafetensorsTensor[] }
  | { readonly kind: 'need-more'; readonly atLeastBytes: number }
  | { readonly kind: 'fault'; readonly fault: Fault }

/** The limit of the safetensors library itself. */
const MAX_HEADER_BYTES = 100_000_000

/**
 * Reads the header of a safetensors file from its first bytes: a length of 8 bytes, little endian, and that much JSON.
 * `part` names the file in faults; `fileBytes` is the size of the whole file where it is known.
 * Fails for a length that can't be true, for anything but JSON, and for a tensor whose bytes contradict its shape.
 */
export function readSafetensorsHeader(
  bytes: Uint8Array,
  part: string,
  fileBytes?: number,
): SafetensorsReading {
  if (bytes.length < 8) return more(8, bytes, part, fileBytes)
  const view = new DataView(bytes.buffer, bytes.byteOffset, 8)
  const length = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32
  if (length > Math.min(MAX_HEADER_BYTES, (fileBytes ?? Infinity) - 8)) {
    return fault(part, 'the length of its header', `${length} bytes, more than the file can hold`)
  }
  if (bytes.length < 8 + length) return more(8 + length, bytes, part, fileBytes)
  const header = asObject(parseJson(new TextDecoder().decode(bytes.subarray(8, 8 + length))))
  if (header === undefined) return fault(part, 'its header', 'no JSON object')
  return readTensors(header, part)
}

function more(atLeastBytes: number, bytes: Uint8Array, part: string, fileBytes?: number): SafetensorsReading {
  if (fileBytes !== undefined && fileBytes <= bytes.length)
    return fault(part, 'its header', 'the end of the file')
  return { kind: 'need-more', atLeastBytes }
}

function readTensors(header: Readonly<Record<string, unknown>>, part: string): SafetensorsReading {
  const tensors: SafetensorsTensor[] = []
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') continue
    const tensor = readTensor(printable(name), value)
    if (typeof tensor === 'string') return fault(part, `tensor '${printable(name).slice(0, 100)}'`, tensor)
    tensors.push(tensor)
  }
  return { kind: 'read', tensors }
}

/** The tensor, or what is wrong with it. */
function readTensor(name: string, value: unknown): SafetensorsTensor | string {
  const fields = asObject(value) ?? {}
  const dtype = asText(fields['dtype'])
  const shape = sizes(fields['shape'])
  if (dtype === undefined || shape === undefined) return 'no dtype and shape'
  const [begin, end] = sizes(fields['data_offsets']) ?? []
  if (begin === undefined || end === undefined || end < begin) return 'no data_offsets'
  return (
    contradiction(dtype, shape, end - begin) ?? {
      kind: 'safetensors',
      name,
      shape,
      dtype: printable(dtype),
      bytes: end - begin,
    }
  )
}

function contradiction(dtype: string, shape: readonly number[], bytes: number): string | undefined {
  const elementBytes = DTYPE_BYTES.get(dtype)
  const elements = shape.reduce((product, length) => product * length, 1)
  if (elementBytes === undefined || elements * elementBytes === bytes) return undefined
  return `${bytes} bytes for ${elements} values of ${dtype}`
}

function sizes(value: unknown): readonly number[] | undefined {
  const list = asArray(value)?.map(asNumber)
  if (list?.every((size) => size !== undefined && Number.isSafeInteger(size) && size >= 0) !== true)
    return undefined
  return list.filter((size) => size !== undefined)
}

// Source: the safetensors format description; types below a byte are stored packed and are taken at their offsets
const DTYPE_BYTES: ReadonlyMap<string, number> = new Map([
  ['F64', 8],
  ['I64', 8],
  ['U64', 8],
  ['F32', 4],
  ['I32', 4],
  ['U32', 4],
  ['F16', 2],
  ['BF16', 2],
  ['I16', 2],
  ['U16', 2],
  ['I8', 1],
  ['U8', 1],
  ['BOOL', 1],
  ['F8_E4M3', 1],
  ['F8_E5M2', 1],
  ['F8_E8M0', 1],
])

function fault(
  part: string,
  where: string,
  found: string,
): { readonly kind: 'fault'; readonly fault: Fault } {
  return { kind: 'fault', fault: { kind: 'malformed', part, where, found } }
}
