import { reduceGgufHead } from './gguf/reduce-head.ts'

const GGUF = [0x47, 0x47, 0x55, 0x46]
/** A safetensors file begins with the length of its JSON header, 8 bytes little endian; no header is as long as 4 GiB, so its upper half is zero. */
const JSON_AT = 8

/** Whether a file begins as a model does (GGUF, safetensors): a command line may name any file, and no other is taken away. */
export function isModelHead(bytes: Uint8Array): boolean {
  const isSafetensors = bytes[JSON_AT] === 0x7b && bytes.subarray(4, JSON_AT).every((byte) => byte === 0)
  return isGguf(bytes) || isSafetensors
}

/** What of the first bytes of a model file is kept, whoever asked: a GGUF header without vocabularies and templates. */
export function reduceModelHead(bytes: Uint8Array, fileBytes: number): Uint8Array {
  return isGguf(bytes) ? reduceGgufHead(bytes, fileBytes) : bytes
}

function isGguf(bytes: Uint8Array): boolean {
  return GGUF.every((byte, at) => bytes[at] === byte)
}
