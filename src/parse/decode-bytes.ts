export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be'

/**
 * Text of a file in whatever encoding it was saved: UTF-8, or UTF-16 as a PowerShell redirect writes it, with or
 * without byte order mark (which is dropped). Bytes that are not text become replacement characters.
 */
export function decodeText(bytes: Uint8Array): string {
  return new TextDecoder(sniffEncoding(bytes)).decode(bytes)
}

/** The encoding of a text file, judged by its first bytes. */
export function sniffEncoding(bytes: Uint8Array): Encoding {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  return sniffByZeroes(bytes.subarray(0, 512))
}

// Without a mark, every other byte of mostly Latin UTF-16 is zero. Separators of NUL-separated text are on both sides.
function sniffByZeroes(head: Uint8Array): Encoding {
  const zeroes = [0, 0]
  head.forEach((byte, at) => {
    if (byte === 0) zeroes[at % 2] = (zeroes[at % 2] ?? 0) + 1
  })
  const [even = 0, odd = 0] = zeroes
  const many = head.length / 4
  if (odd > many && even * 8 < odd) return 'utf-16le'
  if (even > many && odd * 8 < even) return 'utf-16be'
  return 'utf-8'
}
