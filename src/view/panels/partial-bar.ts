import type { Reading } from '../../core/reading.ts'
import { glyph } from '../glyphs.ts'
import { span } from '../line.ts'
import type { Line } from '../panel.ts'
import type { Tone } from '../theme.ts'

/** `▕████    ▏`: one share in a bar of exactly `columns`; nothing where there is no room. */
export function partialBar(ratio: Reading<number>, columns: number, tone: Tone): Line {
  if (columns < 4) return [span(' '.repeat(Math.max(0, columns)))]
  const room = columns - 2
  const cells = ratio.kind === 'known' ? Math.round(Math.min(1, Math.max(0, ratio.value)) * room) : 0
  const rest = ratio.kind === 'known' ? ' ' : glyph('dot')
  return [
    span(glyph('barStart'), 'border'),
    span(glyph('weights').repeat(cells), tone),
    span(rest.repeat(room - cells), 'free'),
    span(glyph('barEnd'), 'border'),
  ]
}
