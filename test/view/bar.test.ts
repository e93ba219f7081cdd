import { expect, test } from 'vitest'
import { shares, stackedBar } from '../../src/view/bar.ts'
import { glyph, toAscii } from '../../src/view/glyphs.ts'
import type { GlyphName } from '../../src/view/glyphs.ts'
import { SLICE_KINDS } from '../../src/view/gpu-memory.ts'
import { lineWidth } from '../../src/view/line.ts'
import type { Line } from '../../src/view/panel.ts'

function text(line: Line): string {
  return line.map((span) => span.text).join('')
}

test.each([
  [[1, 1, 1], 10, [4, 3, 3]],
  [[15, 41.8, 10.5, 2.6, 1.5, 7.8], 40, [8, 21, 5, 1, 1, 4]],
  [[0, 0], 10, [0, 0]],
  [[5], 0, [0]],
])('%j in %i cells is %j', (values, cells, expected) => {
  expect(shares(values, cells)).toEqual(expected)
})

test('a bar is exactly as wide as asked, at every width and with any division', () => {
  for (let columns = 2; columns < 120; columns++) {
    for (const slices of [
      {},
      { weights: 1 },
      { weights: 15, kvUsed: 41.8, others: 0.01, reserved: 0.5, free: 7.8 },
    ]) {
      expect(lineWidth(stackedBar(slices, columns, 0.93))).toBe(columns)
    }
  }
})

test('the slices follow each other, and the ceiling is marked on its place', () => {
  const slices = { weights: 20, kvUsed: 30, kvReserved: 10, others: 10, free: 25, reserved: 5 }
  expect(text(stackedBar(slices, 22, 0.85))).toBe('▕████▓▓▓▓▓▓▒▒╱╱   ┃ ┊▏')
})

test('a ceiling beyond the card is not drawn on it', () => {
  expect(text(stackedBar({ weights: 10, free: 10 }, 12, 1.2))).toBe('▕█████     ▏')
})

test('unknown memory is not shown as free', () => {
  expect(text(stackedBar({}, 8, undefined))).toBe('▕······▏')
})

test('what the driver keeps has the same cells however full the card is', () => {
  for (let used = 0; used <= 79; used++) {
    const bar = text(stackedBar({ weights: used, free: 79 - used, reserved: 1 }, 102, undefined))
    expect(bar.split('┊')).toHaveLength(2)
  }
})

test('no two signs in a bar are alike, in ASCII neither', () => {
  const marks: readonly GlyphName[] = ['ceiling', 'barStart', 'barEnd']
  const names = [...SLICE_KINDS.filter((kind) => kind !== 'free'), ...marks]
  for (const sign of [glyph, (name: GlyphName) => toAscii(glyph(name))]) {
    expect(new Set(names.map(sign)).size).toBe(names.length)
  }
})
