import { describeFault } from '../../core/fault.ts'
import { formatDuration } from '../../core/format.ts'
import type { FrameFault } from '../../model/frame.ts'
import { clipLine, lineWidth, span, spread } from '../line.ts'
import type { Line, Panel, PanelView, Size } from '../panel.ts'
import { drawable, fit, wrap } from '../width.ts'

/** What is wrong outside, one sentence each with its age. */
export const faultsPanel: Panel = {
  id: 'faults',
  title: () => ({ left: [], right: [] }),
  view: (scene, size): PanelView => ({ kind: 'lines', lines: faultLines(scene.frame.faults, size) }),
}

/** The sentences, broken over lines as long as there are rows for all; what finds no row is counted. */
export function faultLines(faults: readonly FrameFault[], size: Size): readonly Line[] {
  if (size.rows <= 0) return []
  const shown = faults.slice(0, size.rows)
  const hidden = faults.length - shown.length
  let spareRows = size.rows - shown.length
  return shown.flatMap((fault, i) => {
    const more = hidden > 0 && i === shown.length - 1 ? `+${hidden} more  ` : ''
    const lines = sentence(fault, more, { columns: size.columns, rows: 1 + spareRows })
    spareRows -= lines.length - 1
    return lines
  })
}

function sentence({ fault, ageMs }: FrameFault, more: string, size: Size): readonly Line[] {
  const since = ageMs < 1000 ? 'just now' : `for ${formatDuration(ageMs)}`
  const age = [span(`  ${more}${fit(since, AGE_COLUMNS, 'right')} `, 'dim')]
  const words = wrapBeside(describeFault(fault), lineWidth(age), { ...size, columns: size.columns - 3 })
  return words.map((text, i) => {
    const line = [span(i === 0 ? ' ! ' : '   ', 'warn'), span(text)]
    return clipLine(i === 0 ? spread(line, age, size.columns) : line, size.columns)
  })
}

// So that a sentence does not move as it grows older.
const AGE_COLUMNS = 'for 119 min'.length

// What stands beside the first line leaves the others their whole width.
function wrapBeside(text: string, beside: number, { columns, rows }: Size): readonly string[] {
  const first = Math.max(1, columns - beside)
  const whole = drawable(text)
  const [head = '', ...rest] = wrap(whole, first, rows)
  return rest.length === 0
    ? [head]
    : [head, ...wrap(whole.slice(head.length).trimStart(), Math.max(1, columns), rows - 1)]
}
