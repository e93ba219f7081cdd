import { asNumber, asObject, asText, parseJson } from '../core/decode.ts'
import type { Fault } from '../core/fault.ts'
import { printable } from '../core/text.ts'

/** What `model.safetensors.index.json` (or the same for `.bin` files) says. */
export interface WeightsIndex {
  /** Bytes of all tensors; undefined where the index does not say. */
  readonly totalBytes: number | undefined
  /** The names of the files, each once, in order of appearance; plain names, never paths. */
  readonly files: readonly string[]
}

/** Fails for anything but an index, and for file names that lead out of the model's folder. */
export function parseWeightsIndex(
  text: string,
  part: string,
):
  | { readonly kind: 'read'; readonly index: WeightsIndex }
  | { readonly kind: 'fault'; readonly fault: Fault } {
  const index = asObject(parseJson(text))
  const map = asObject(index?.['weight_map'])
  if (map === undefined) return malformed(part, "'weight_map'", 'no list of files')
  const files = [...new Set(Object.values(map).map((file) => asText(file) ?? ''))]
  const odd = files.find((file) => !PLAIN_NAME.test(file))
  if (odd !== undefined)
    return malformed(part, "'weight_map'", odd === '' ? 'a file without a name' : printable(odd).slice(0, 80))
  const total = asNumber(asObject(index?.['metadata'])?.['total_size']) ?? 0
  return {
    kind: 'read',
    index: { totalBytes: Number.isSafeInteger(total) && total > 0 ? total : undefined, files },
  }
}

const PLAIN_NAME = /^[\w-][\w.-]*$/

function malformed(
  part: string,
  where: string,
  found: string,
): { readonly kind: 'fault'; readonly fault: Fault } {
  return { kind: 'fault', fault: { kind: 'malformed', part, where, found } }
}
