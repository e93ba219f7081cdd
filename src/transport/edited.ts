import { printable } from '../core/text.ts'
import { maskSecrets } from '../parse/mask-secrets.ts'
import { isModelHead, reduceModelHead } from '../parse/model-head.ts'
import { reduce } from '../parse/reducers.ts'
import type { Part } from '../model/sample.ts'
import type { ReducerId } from '../model/want.ts'

/** What leaves the transport: reduced to what matters, secrets masked. */
export function edited(part: Part, reducer: ReducerId | undefined): Part {
  if (part.kind !== 'text') return part
  const text = reducer === undefined ? part.text : reduce(reducer, part.text)
  return { ...part, text: maskSecrets(text) }
}

/** Of an environment nothing but the allowed variables is ever read, whoever wants it. */
export function reducerFor(path: string): ReducerId | undefined {
  return path.endsWith('/environ') ? 'allowed-environment' : undefined
}

/** The head of a model file, reduced; of any other file nothing. */
export function modelHead(path: string, bytes: Buffer, sizeBytes: number): Part {
  if (!isModelHead(bytes)) {
    return {
      kind: 'fault',
      fault: {
        kind: 'malformed',
        part: `head/${printable(path)}`,
        where: 'its beginning',
        found: 'no model file',
      },
    }
  }
  return {
    kind: 'bytes',
    base64: Buffer.from(reduceModelHead(bytes, sizeBytes)).toString('base64'),
    sizeBytes,
  }
}
