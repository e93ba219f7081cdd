import { glyph } from './glyphs.ts'
import { fitLine } from './line.ts'
import type { Line } from './panel.ts'

/** A line of a list in exactly `columns`, with room for the cursor before it. */
export function rowLine(line: Line, columns: number, selected: boolean): Line {
  const whole = fitLine([{ text: selected ? glyph('selected') : ' ' }, ...line], columns)
  return selected ? whole.map((part) => ({ ...part, selected: true })) : whole
}
