import { expect, test } from 'vitest'
import { charWidth, displayWidth, drawable, fit, skip, truncate, wrap } from '../../src/view/width.ts'

test.each([
  ['plain', 5],
  ['模型', 4],
  ['e\u0301', 1],
  ['🤗', 2],
  ['⚡ok', 4],
  ['한국어', 6],
  ['█▓▒░╱▲●○✓…', 10],
  ['⠿⡇', 2],
  ['', 0],
])('%s takes %i columns', (text, columns) => {
  expect(displayWidth(text)).toBe(columns)
})

test('what is cut off is announced by an ellipsis, and a wide character is never halved', () => {
  expect(truncate('Llama-3.1-8B', 8)).toBe('Llama-3…')
  expect(truncate('模型服务器', 6)).toBe('模型…')
  expect(truncate('模型服务器', 7)).toBe('模型服…')
  expect(truncate('模型', 4)).toBe('模型')
  expect(truncate('abc', 0)).toBe('')
})

test('a fitted text is exactly as wide as asked, whatever it holds', () => {
  for (const text of [
    '',
    'a',
    '模型服务器',
    '🤗 transformers 🚀',
    'e\u0301cole',
    '\u001b[31mred',
    'a\u200db\ufe0f',
  ]) {
    for (let columns = 0; columns < 12; columns++) {
      expect(displayWidth(fit(text, columns))).toBe(columns)
      expect(displayWidth(fit(text, columns, 'right'))).toBe(columns)
    }
  }
})

test('control characters become visible, marks are composed, invisible characters go', () => {
  expect(drawable('\u001b[2J\u009b1m')).toBe('\ufffd[2J\ufffd1m')
  expect(drawable('e\u0301')).toBe('é')
  expect(drawable('a\u200bb\ufe0fc\u200d')).toBe('abc')
})

test('a line break falls between words, and the rest ends in an ellipsis', () => {
  expect(wrap('one two three four', 9, 3)).toEqual(['one two', 'three', 'four'])
  expect(wrap('one two three four', 9, 2)).toEqual(['one two', 'three fo…'])
  expect(wrap('onetwothreefour', 6, 3)).toEqual(['onetwo', 'threef', 'our'])
  expect(wrap('short', 9, 3)).toEqual(['short'])
  expect(wrap('short', 9, 0)).toEqual([])
})

test('scrolling leaves out whole characters', () => {
  expect(skip('abcdef', 2)).toBe('cdef')
  expect(skip('模型ab', 2)).toBe('型ab')
})

test('no character that llmtop draws itself is wide', () => {
  for (let code = 0x2500; code <= 0x28ff; code++) {
    const character = String.fromCodePoint(code)
    if (/[\u2500-\u259f\u2800-\u28ff]/.test(character)) expect(charWidth(character)).toBe(1)
  }
})
