import { expect, test } from 'vitest'
import type { ScreenLine } from 'blessed'
import { attributes, paint } from '../../../src/outputs/terminal/draw.ts'
import type { Style } from '../../../src/outputs/terminal/draw.ts'
import type { Line } from '../../../src/view/panel.ts'
import { DARK_THEME, MONO_THEME } from '../../../src/view/theme.ts'

const STYLE: Style = { theme: DARK_THEME, ascii: false }

function blank(columns: number): ScreenLine {
  return Object.assign(
    Array.from({ length: columns }, (): [number, string] => [attributes({}), ' ']),
    { dirty: false },
  )
}

function painted(
  line: Line,
  columns: number,
  style = STYLE,
  row = blank(columns),
  shown = blank(columns),
): readonly string[] {
  paint({ lines: [line], plots: [] }, { lines: [row], olines: [shown] }, style)
  return row.map(([, character]) => character)
}

test('only what differs is written', () => {
  const row = blank(3)
  painted([{ text: 'ab ' }], 3, STYLE, row)
  expect(row.dirty).toBe(true)
  row.dirty = false
  painted([{ text: 'ab ' }], 3, STYLE, row)
  expect(row.dirty).toBe(false)
})

test('a wide character takes two cells, and the second one puts the cursor where the next belongs', () => {
  expect(painted([{ text: '模a' }], 3)).toEqual(['模', '\u001b[3G', 'a'])
  expect(painted([{ text: '🤗a' }], 3)).toEqual(['🤗', '\u001b[3G', 'a'])
})

test('a wide character at the very edge gives way', () => {
  expect(painted([{ text: 'a模' }], 2)).toEqual(['a', '?'])
})

test('a changed wide character is written whole, although its second cell is the same', () => {
  const [row, shown] = [blank(2), blank(2)]
  painted([{ text: '模' }], 2, STYLE, row, shown)
  shown.forEach((cell, x) => {
    cell[1] = row[x]?.[1] ?? ''
  })
  painted([{ text: '型' }], 2, STYLE, row, shown)
  expect(shown[1]?.[1]).not.toBe(row[1]?.[1])
})

test('a mark stays on its letter', () => {
  expect(painted([{ text: 'x\u0323y' }], 2)).toEqual(['x\u0323', 'y'])
})

test('in ASCII a temperature is read as one, in as many columns', () => {
  const ascii = { ...STYLE, ascii: true }
  expect(painted([{ text: '57°' }], 3, ascii).join('')).toBe('57C')
  expect(painted([{ text: '57°C' }], 4, ascii).join('')).toBe('57 C')
})

test('in ASCII every cell is one ASCII character', () => {
  expect(painted([{ text: '█模…é' }], 5, { theme: MONO_THEME, ascii: true })).toEqual([
    '#',
    '?',
    '?',
    '~',
    '?',
  ])
})

test('the selected row has one background, whatever its tones', () => {
  const row = blank(2)
  painted(
    [
      { text: 'a', tone: 'critical', selected: true },
      { text: 'b', selected: true },
    ],
    2,
    STYLE,
    row,
  )
  expect(row.map(([attribute]) => attribute & 0x1ff)).toEqual([238, 238])
})

test('more lines or columns than the screen has are left out', () => {
  const row = blank(2)
  paint(
    { lines: [[{ text: 'abcdef' }], [{ text: 'x' }]], plots: [] },
    { lines: [row], olines: [blank(2)] },
    STYLE,
  )
  expect(row.map(([, character]) => character)).toEqual(['a', 'b'])
})
