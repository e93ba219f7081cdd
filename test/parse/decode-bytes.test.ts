import { describe, expect, test } from 'vitest'
import { decodeText } from '../../src/parse/decode-bytes.ts'

const TEXT = 'timestamp, name\r\n2026/11/21, Größe 3 µs\r\n'
const LE = Buffer.from(TEXT, 'utf16le')
const BE = Buffer.from(LE).swap16()

describe('a text is read in the encoding it was saved in', () => {
  test.each([
    ['UTF-8', Buffer.from(TEXT)],
    ['UTF-8 with a mark', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(TEXT)])],
    ['UTF-16LE with a mark', Buffer.concat([Buffer.from([0xff, 0xfe]), LE])],
    ['UTF-16BE with a mark', Buffer.concat([Buffer.from([0xfe, 0xff]), BE])],
    ['UTF-16LE', LE],
    ['UTF-16BE', BE],
  ])('%s', (_, bytes) => {
    expect(decodeText(bytes)).toBe(TEXT)
  })

  test('and NULs between words are no sign of UTF-16', () => {
    for (const text of ['x\0--c\0on\0', 'vllm\0serve\0-c\0\0', '\0'.repeat(8), '']) {
      expect(decodeText(Buffer.from(text))).toBe(text)
    }
  })

  test('and bytes that are no text become replacement characters', () => {
    expect(decodeText(Uint8Array.of(0x61, 0xff, 0x62))).toBe('a\ufffdb')
  })
})
