import { formatBytes, formatCount } from '../../core/format.ts'
import type { Advice, Risk } from '../../model/risk.ts'
import { levelGlyph } from '../glyphs.ts'
import { clipLine, fitLine, lineWidth, span } from '../line.ts'
import type { Line, Panel, PanelView, Size } from '../panel.ts'

/** What will happen, to whom, when; worst first. Where there is room, what to do about the first. */
export const warningsPanel: Panel = {
  id: 'warnings',
  title: (scene) => ({
    left: [span('Warnings', 'title'), span(`  ${scene.frame.risks.length}`, 'dim')],
    right: [],
  }),
  view: (scene, size): PanelView => ({ kind: 'lines', lines: lines(scene.frame.risks, size) }),
}

function lines(risks: readonly Risk[], size: Size): readonly Line[] {
  const [first, ...others] = risks
  const advice = first?.advice[0]
  if (first === undefined) return []
  const spare = size.rows > risks.length
  const all = [
    warning(first, size.columns),
    ...(spare && advice !== undefined ? [todo(advice, size.columns)] : []),
    ...others.map((risk) => warning(risk, size.columns)),
  ]
  return shortened(all, risks, size)
}

// What finds no room is counted, never silently left out.
function shortened(all: readonly Line[], risks: readonly Risk[], size: Size): readonly Line[] {
  if (all.length <= size.rows) return all
  const hidden = [span(` +${risks.length - size.rows} more `, 'dim')]
  const shown = all.slice(0, size.rows)
  const room = Math.max(0, size.columns - lineWidth(hidden))
  return shown.map((line, i) =>
    i === size.rows - 1 ? clipLine([...fitLine(line, room), ...hidden], size.columns) : line,
  )
}

function warning(risk: Risk, columns: number): Line {
  const word = columns >= 100 ? `${risk.level} ` : ''
  return clipLine([span(` ${levelGlyph(risk.level)} ${word}`, risk.level), span(risk.summary)], columns)
}

function todo(advice: Advice, columns: number): Line {
  const gain = [
    ...(advice.freesBytes === undefined ? [] : [`frees about ${formatBytes(advice.freesBytes)}`]),
    ...(advice.addsTokens === undefined ? [] : [`adds ${formatCount(advice.addsTokens)} tokens`]),
    advice.restart ? 'needs a restart' : 'no restart',
    ...(advice.quality === undefined ? [] : [advice.quality]),
  ]
  return clipLine(
    [span('   to do: ', 'dim'), span(advice.action), span(` (${gain.join(', ')})`, 'dim')],
    columns,
  )
}
