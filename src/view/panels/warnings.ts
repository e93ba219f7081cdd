import type { Advice, Risk } from '../../model/risk.ts'
import { glyph, levelGlyph } from '../glyphs.ts'
import { clipLine, fitLine, lineWidth, span, spread } from '../line.ts'
import type { Line, Panel, PanelView, Size } from '../panel.ts'
import { priceOf } from '../risk-lines.ts'
import { truncate, wrap } from '../width.ts'

// From here on there is room for the level in words and for what to do.
const WIDE_COLUMNS = 98

/** What will happen, to whom, when; worst first. Where there is room, what to do about the first. */
export const warningsPanel: Panel = {
  id: 'warnings',
  title: (scene) => ({
    left: [span('Warnings', 'title'), span(`  ${scene.frame.risks.length}`, 'dim')],
    right: [],
  }),
  view: (scene, size): PanelView => ({ kind: 'lines', lines: warningLines(scene.frame.risks, size) }),
}

/** One line for each risk; rows to spare go to what to do about the worst, then to sentences that need a second line. */
export function warningLines(risks: readonly Risk[], size: Size): readonly Line[] {
  const [first] = risks
  if (first === undefined || size.rows <= 0) return []
  const advice = first.advice[0]
  const tell = advice !== undefined && size.columns >= WIDE_COLUMNS && size.rows > Math.min(risks.length, 2)
  const room = size.rows - (tell ? 1 : 0)
  const shown = risks.slice(0, room)
  let spare = room - shown.length
  const lines = shown.flatMap((risk, i) => {
    const sentence = warning(risk, { columns: size.columns, rows: 1 + spare })
    spare -= sentence.length - 1
    return i === 0 && tell ? [...sentence, todo(advice, size.columns)] : sentence
  })
  return counted(lines, risks.length - shown.length, size.columns)
}

function warning(risk: Risk, size: Size): readonly Line[] {
  const word = size.columns >= WIDE_COLUMNS ? ` ${risk.level}` : ''
  const mark = [span(' '), span(`${levelGlyph(risk.level)}${word}`, risk.level), span(' ')]
  const indent = lineWidth(mark)
  return wrap(risk.summary, Math.max(1, size.columns - indent - 1), size.rows).map((text, i) =>
    clipLine([...(i === 0 ? mark : [span(' '.repeat(indent))]), span(text)], size.columns),
  )
}

// What finds no room is counted, never silently left out.
function counted(lines: readonly Line[], hidden: number, columns: number): readonly Line[] {
  if (hidden <= 0) return lines
  const note = [span(` +${hidden} more `, 'dim')]
  const room = Math.max(0, columns - lineWidth(note))
  return lines.with(-1, clipLine([...fitLine(lines.at(-1) ?? [], room), ...note], columns))
}

function todo(advice: Advice, columns: number): Line {
  const hint: Line = [span(`  ${glyph('enter')}`, 'key'), span(' why, how ', 'dim')]
  const label = span('   to do: ', 'dim')
  const price = span(` (${priceOf(advice)})`, 'dim')
  // what it brings is read before the end of how it is done
  const room = columns - lineWidth([label, price, ...hint])
  return spread([label, span(truncate(advice.action, Math.max(24, room))), price], hint, columns)
}
