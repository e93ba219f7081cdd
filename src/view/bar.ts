import type { SliceBytes } from './gpu-memory.ts'
import { SLICE_KINDS } from './gpu-memory.ts'
import { glyph } from './glyphs.ts'
import type { Line, Span } from './panel.ts'

/** A stacked bar of exactly `columns`, its two ends included, with a mark at `markRatio` of its length if there is one. */
export function stackedBar(slices: SliceBytes, columns: number, markRatio: number | undefined): Line {
  const inner = Math.max(0, columns - 2)
  const cells = cellsOf(slices, inner)
  const row = SLICE_KINDS.flatMap((kind, i) =>
    new Array<Span>(cells[i] ?? 0).fill({ text: sliceGlyph(kind), tone: kind }),
  )
  // nothing known: an empty bar, which is not a bar of free memory
  const shown = row.length === 0 ? new Array<Span>(inner).fill({ text: glyph('dot'), tone: 'unknown' }) : row
  const marked = markRatio === undefined || markRatio > 1 ? shown : withMark(shown, markRatio)
  return [
    { text: glyph('barStart'), tone: 'border' },
    ...joined(marked),
    { text: glyph('barEnd'), tone: 'border' },
  ]
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

function withMark(row: readonly Span[], ratio: number): readonly Span[] {
  if (row.length === 0) return row
  const at = Math.min(row.length - 1, Math.max(0, Math.floor(ratio * row.length)))
  return row.with(at, { text: glyph('ceiling'), tone: 'ceiling' })
}

function joined(row: readonly Span[]): Line {
  const line: Span[] = []
  for (const part of row) {
    const before = line.at(-1)
    if (before !== undefined && before.tone === part.tone)
      line[line.length - 1] = { ...before, text: before.text + part.text }
    else line.push(part)
  }
  return line
}
