import type { SliceBytes, SliceKind } from './gpu-memory.ts'
import { SLICE_KINDS } from './gpu-memory.ts'
import { glyph } from './glyphs.ts'
import type { Line, Span } from './panel.ts'

/** A stacked bar of exactly `columns`, its two ends included, with a mark at `markRatio` of its length if there is one. */
export function stackedBar(slices: SliceBytes, columns: number, markRatio: number | undefined): Line {
  const inner = Math.max(0, columns - 2)
  const row = cellsOf(slices, inner).map((cells, i): Span => slice(SLICE_KINDS[i] ?? 'free', cells))
  const isEmpty = row.every(({ text }) => text === '')
  // nothing known: an empty bar, which is not a bar of free memory
  const shown: Line = isEmpty ? [{ text: glyph('dot').repeat(inner), tone: 'unknown' }] : row
  const marked =
    markRatio === undefined || markRatio > 1 ? shown : withMark(shown, Math.floor(markRatio * inner), inner)
  return [
    { text: glyph('barStart'), tone: 'border' },
    ...marked.filter(({ text }) => text !== ''),
    { text: glyph('barEnd'), tone: 'border' },
  ]
}

function slice(kind: SliceKind, cells: number): Span {
  return { text: sliceGlyph(kind).repeat(cells), tone: kind }
}

/** The character of a slice: told apart without colour. */
export function sliceGlyph(kind: keyof SliceBytes): string {
  return kind === 'free' ? ' ' : glyph(kind)
}

/**
 * `cells` given out in proportion to `values` so that they add up exactly: each gets the whole part of its share, and
 * the largest remainders one more (the method of Hare and Niemeyer). All zero gives all zero.
 */
export function shares(values: readonly number[], cells: number): readonly number[] {
  const total = values.reduce((a, b) => a + b, 0)
  if (total <= 0) return values.map(() => 0)
  const exact = values.map((value) => (value / total) * cells)
  const whole = exact.map(Math.floor)
  const spare = cells - whole.reduce((a, b) => a + b, 0)
  const byRemainder = exact
    .map((value, i) => ({ i, remainder: value - Math.floor(value) }))
    .sort((a, b) => b.remainder - a.remainder)
  const lucky = new Set(byRemainder.slice(0, spare).map(({ i }) => i))
  return whole.map((count, i) => (lucky.has(i) ? count + 1 : count))
}

// What the driver keeps does not change: its cells are set aside first, so that they don't come and go with the rest.
function cellsOf(slices: SliceBytes, columns: number): readonly number[] {
  const values = SLICE_KINDS.map((kind) => slices[kind] ?? 0)
  const total = values.reduce((a, b) => a + b, 0)
  const reserved = total > 0 ? Math.round(((slices.reserved ?? 0) / total) * columns) : 0
  const others = shares(
    SLICE_KINDS.map((kind) => (kind === 'reserved' ? 0 : (slices[kind] ?? 0))),
    columns - reserved,
  )
  return others.map((cells, i) => (SLICE_KINDS[i] === 'reserved' ? reserved : cells))
}

// One cell of the row, or its nearest end, becomes the mark.
function withMark(row: Line, wanted: number, columns: number): Line {
  const at = Math.min(columns - 1, Math.max(0, wanted))
  let start = 0
  return row.flatMap((part): Line => {
    const offset = at - start
    start += part.text.length
    if (offset < 0 || offset >= part.text.length) return [part]
    const before = { ...part, text: part.text.slice(0, offset) }
    const after = { ...part, text: part.text.slice(offset + 1) }
    return [before, { text: glyph('ceiling'), tone: 'ceiling' }, after]
  })
}
