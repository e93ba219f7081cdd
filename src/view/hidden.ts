import { formatCount } from '../core/format.ts'
import { glyph } from './glyphs.ts'
import { span } from './line.ts'
import type { Line } from './panel.ts'

/** How many lines of a text, or rows of a list, lie above and below what is in sight. */
export interface Hidden {
  readonly above: number
  readonly below: number
  /** What one of the rows is, where it is not seen from where the words stand. */
  readonly of?: string
}

/** `↑ 5  ↓ 12 more`; nothing where all is in sight. */
export function hiddenWords({ above, below, of }: Hidden): Line {
  const counts = [
    ...(above > 0 ? [`${glyph('arrowUp')} ${formatCount(above)}`] : []),
    ...(below > 0 ? [`${glyph('arrowDown')} ${formatCount(below)}`] : []),
  ]
  const what = of === undefined ? '' : ` ${of}${above + below === 1 ? '' : 's'}`
  return counts.length === 0 ? [] : [span(`${counts.join('  ')} more${what}`, 'dim')]
}
