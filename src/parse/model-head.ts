const GGUF = [0x47, 0x47, 0x55, 0x46]
/** A safetensors file begins with the length of its JSON header, 8 bytes little endian; no header is as long as 4 GiB, so its upper half is zero. */
const JSON_AT = 8

/** Whether a file begins as a model does (GGUF, safetensors): a command line may name any file, and no other is taken away. */
export function isModelHead(bytes: Uint8Array): boolean {
  const isGguf = GGUF.every((byte, at) => bytes[at] === byte)
  const isSafetensors = bytes[JSON_AT] === 0x7b && bytes.subarray(4, JSON_AT).every((byte) => byte === 0)
  return isGguf || isSafetensors
}
