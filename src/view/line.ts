import type { Click, Line, Span } from './panel.ts'
import type { Tone } from './theme.ts'
import { displayWidth, drawable, fit, truncate } from './width.ts'

/** A span of text made drawable. */
export function span(text: string, tone: Tone = 'text'): Span {
  return { text: drawable(text), tone }
}

/** The line as something that can be clicked as a whole. */
export function clickable(line: Line, does: Click): Line {
  return [{ text: '', does }, ...line]
}

/** Columns that a line takes. */
export function lineWidth(line: Line): number {
  return line.reduce((columns, part) => columns + displayWidth(part.text), 0)
}

/** The line in at most `columns`; what is cut off is announced by an ellipsis. */
export function clipLine(line: Line, columns: number): Line {
  return lineWidth(line) <= columns ? line : cut(line, columns)
}

/** The line in exactly `columns`, cut or padded. */
export function fitLine(line: Line, columns: number): Line {
  const room = columns - lineWidth(line)
  if (room >= 0) return padded(line, room)
  const clipped = cut(line, columns)
  return padded(clipped, columns - lineWidth(clipped))
}

function padded(line: Line, columns: number): Line {
  return columns > 0 ? [...line, { text: ' '.repeat(columns) }] : line
}

// Of a line that is longer.
function cut(line: Line, columns: number): Line {
  const parts: Span[] = []
  let left = columns
  for (const part of line) {
    const width = displayWidth(part.text)
    // a part that fits exactly still loses its last column to the ellipsis, because something follows it
    if (width >= left) {
      parts.push({ ...part, text: truncate(`${part.text}${' '.repeat(left)}`, left) })
      break
    }
    parts.push(part)
    left -= width
  }
  return parts
}

/** `left` and `right` at the two ends of exactly `columns`; the left one gives way. */
export function spread(left: Line, right: Line, columns: number): Line {
  const tail = clipLine(right, columns)
  const room = columns - lineWidth(tail)
  return [...fitLine(left, room), ...tail]
}

/**
 * As many of `parts`, in their order and joined by `gap`, as fit into `columns`. From the first that does not fit on, by
 * rank, all are left out: a lesser one never stands where a more important one is missing.
 */
export function fitting(parts: readonly Ranked[], columns: number, gap: string): Line {
  const kept = new Set<Ranked>()
  let used = -gap.length
  for (const part of [...parts].sort((a, b) => a.rank - b.rank)) {
    const width = lineWidth(part.line)
    if (width === 0) continue
    if (used + gap.length + width > columns) break
    used += gap.length + width
    kept.add(part)
  }
  const lines = parts.filter((part) => kept.has(part)).map((part) => part.line)
  return lines.flatMap((line, i) => (i === 0 ? line : [{ text: gap }, ...line]))
}

export interface Ranked {
  /** The lower, the longer it stays. */
  readonly rank: number
  readonly line: Line
}

/** A cell of a table: `text` in exactly `columns`. */
export function cell(text: string, columns: number, align: 'left' | 'right', tone: Tone = 'text'): Span {
  return { text: fit(text, columns, align), tone }
}
