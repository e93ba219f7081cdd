import { describe, expect, test } from 'vitest'
import { lastLine, printable } from '../../src/core/text.ts'

const HOSTILE: readonly (readonly [string, number, number])[] = [
  ['C0 controls, escape among them', 0x00, 0x1f],
  ['delete and the C1 controls, the one-byte CSI among them', 0x7f, 0x9f],
  ['the Arabic letter mark', 0x61c, 0x61c],
  ['directional marks', 0x200e, 0x200f],
  ['line and paragraph separators', 0x2028, 0x2029],
  ['bidirectional embeddings and overrides', 0x202a, 0x202e],
  ['bidirectional isolates', 0x2066, 0x2069],
  ['the byte order mark', 0xfeff, 0xfeff],
]

describe('text from outside', () => {
  test.each(HOSTILE)('%s become visible, one for one', (_, from, to) => {
    const characters = Array.from({ length: to - from + 1 }, (__, at) => String.fromCharCode(from + at))
    expect(printable(`a${characters.join('')}b`)).toBe(`a${'\ufffd'.repeat(characters.length)}b`)
  })

  test('that is only foreign is left alone', () => {
    const text = 'Ünï ~ 模型-7B 🦙 {bold} עברית ￼'
    expect(printable(text)).toBe(text)
  })
})

describe('the last line of an output', () => {
  test('is the last one that says something, without controls', () => {
    expect(lastLine('first\r\n  \u001b[31mfailed: no device\u001b[0m \r\n\n  \n')).toBe(
      '\ufffd[31mfailed: no device\ufffd[0m',
    )
    expect(lastLine(' \n\n')).toBe('')
  })

  test('is cut to a length that fits a screen, and shows that it was', () => {
    expect(lastLine('x'.repeat(500))).toBe(`${'x'.repeat(159)}…`)
    expect(lastLine('abcdef', 4)).toBe('abc…')
    expect(lastLine('abcd', 4)).toBe('abcd')
  })
})
