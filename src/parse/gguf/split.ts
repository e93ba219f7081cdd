import type { Fault } from '../../core/fault.ts'
import type { GgufHeader } from './header.ts'

/** The names of all parts of a model that is split over files: `model-00001-of-00003.gguf`; one name for a whole file. */
export function partsOf(fileName: string): readonly string[] {
  const match = /^(.*-)(\d{5})-of-(\d{5})(\.gguf)$/i.exec(fileName)
  const [, stem, , total, suffix] = match ?? []
  if (stem === undefined || total === undefined || suffix === undefined) return [fileName]
  const count = Number(total)
  if (count < 1 || count > MAX_PARTS) return [fileName]
  return Array.from(
    { length: count },
    (_, i) => `${stem}${String(i + 1).padStart(5, '0')}-of-${total}${suffix}`,
  )
}

/**
 * One header for all parts, given in their order. The first part holds the metadata.
 * Fails when the parts do not hold as many tensors as the first one says (a part is missing or of another model).
 */
export function joinParts(
  parts: readonly [GgufHeader, ...GgufHeader[]],
  part: string,
):
  { readonly kind: 'read'; readonly header: GgufHeader } | { readonly kind: 'fault'; readonly fault: Fault } {
  const [first] = parts
  const tensors = parts.flatMap((header) => header.tensors)
  const expected = numberOf(first, 'split.tensors.count') ?? tensors.length
  if (expected !== tensors.length) {
    const found = `${expected}, but ${parts.length === 1 ? 'this file has' : `${parts.length} files have`} ${tensors.length}`
    return {
      kind: 'fault',
      fault: { kind: 'malformed', part, where: "metadata key 'split.tensors.count'", found },
    }
  }
  return { kind: 'read', header: { ...first, tensors } }
}

/** How many files the model is split over, as the first of them says. */
export function partCount(header: GgufHeader): number {
  return numberOf(header, 'split.count') ?? 1
}

/** The largest models of today have some 50 parts. */
const MAX_PARTS = 1000

function numberOf(header: GgufHeader, key: string): number | undefined {
  const value = header.metadata.get(key)
  return value?.kind === 'number' && value.value > 0 ? value.value : undefined
}
