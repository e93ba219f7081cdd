import type { Risk } from '../../model/risk.ts'
import { levelGlyph } from '../glyphs.ts'
import { risksInView, warningInView } from '../in-view.ts'
import { span } from '../line.ts'
import type { Line, PanelTitle, Scene } from '../panel.ts'
import { labelled, riskLines } from '../risk-lines.ts'
import { topView } from '../views.ts'
import { clockTime, formatEta, riskName } from '../wording.ts'
import { textPanel } from './text-panel.ts'

/** The warnings of a view in full: what will happen, why, and what to do. */
export const riskPanel = textPanel('risk', title, lines, 'Enter')

function title(scene: Scene): PanelTitle {
  const [risk] = risksInView(scene)
  if (risk === undefined) return { left: [span('What happened', 'title')], right: [] }
  const since = scene.frame.takenAtEpochMs - Math.max(0, scene.frame.elapsedMs - risk.sinceElapsedMs)
  return {
    left: heading(risk),
    right: [span(`since ${clockTime(since, scene.ui.timeZoneOffsetMinutes).slice(0, 5)}`, 'dim')],
  }
}

function lines(scene: Scene, columns: number): readonly Line[] {
  const risks = risksInView(scene)
  if (risks.length === 0) return whatHappened(scene, columns)
  return risks.flatMap((risk, i) => [
    ...(i === 0 ? [] : [[], heading(risk, ' ')]),
    ...riskLines(risk, columns),
  ])
}

function heading(risk: Risk, indent = ''): Line {
  const eta = risk.eta === undefined ? '' : `, ${formatEta(risk.eta)}`
  return [
    span(`${indent}${levelGlyph(risk.level)} ${risk.level}`, risk.level),
    span(`  ${riskName(risk.class)}${eta}`, 'title'),
  ]
}

function whatHappened(scene: Scene, columns: number): readonly Line[] {
  if (topView(scene.ui.views).kind === 'workload') return []
  const row = warningInView(scene)
  if (row === undefined) return [[span(' nothing to tell: no warning has been raised', 'dim')]]
  return [
    ...labelled('What happened', 'What', [row.summary], columns),
    ...labelled('Evidence', 'Why', row.death?.evidence ?? [], columns),
  ]
}
