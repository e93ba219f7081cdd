import { glyph } from './glyphs.ts'
import { clipLine, lineWidth } from './line.ts'
import type { Line, PanelTitle, Span } from './panel.ts'

/**
 * `inner`, whose lines are exactly `columns - 2` wide, in a box with the title in its upper border, and what there is to
 * say at its end in the lower one.
 */
export function boxed(
  title: PanelTitle,
  inner: readonly Line[],
  columns: number,
  end: Line = [],
): readonly Line[] {
  const side: Span = { text: glyph('vertical'), tone: 'border' }
  return [
    titled(title, columns, glyph('topLeft'), glyph('topRight')),
    ...inner.map((line) => [side, ...line, side]),
    titled({ left: [], right: end }, columns, glyph('bottomLeft'), glyph('bottomRight')),
  ]
}

/** A horizontal line that carries a title. */
export function ruled(title: PanelTitle, columns: number): Line {
  return titled(title, columns, glyph('horizontal'), glyph('horizontal'))
}

// `╭─ left ─────────── right ─╮`; the right part gives way first.
function titled(title: PanelTitle, columns: number, start: string, end: string): Line {
  const room = columns - 4
  const left = clipLine(padded(title.left), Math.max(0, room))
  const right = lineWidth(left) + lineWidth(title.right) + 4 <= room ? padded(title.right) : []
  const rest = Math.max(0, room - lineWidth(left) - lineWidth(right))
  return [
    border(start + glyph('horizontal')),
    ...left,
    border(glyph('horizontal').repeat(rest)),
    ...right,
    border(glyph('horizontal') + end),
  ]
}

function padded(line: Line): Line {
  return line.length === 0 ? [] : [{ text: ' ' }, ...line, { text: ' ' }]
}

function border(text: string): Span {
  return { text, tone: 'border' }
}
