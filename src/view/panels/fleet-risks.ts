import { levelGlyph } from '../glyphs.ts'
import { span } from '../line.ts'
import type { Line, Scene } from '../panel.ts'
import { warnedHost, warningRows } from '../warning-rows.ts'
import { fit } from '../width.ts'
import { textPanel } from './text-panel.ts'

/** The warnings of all hosts in one list, the worst first. */
export const fleetRisksPanel = textPanel(
  'fleet-risks',
  (scene) => ({
    left: [span('Warnings of all hosts', 'title'), span(`  ${present(scene).length}`, 'dim')],
    right: [],
  }),
  (scene) =>
    present(scene).map((row): Line => [
      span(` ${row.risk === undefined ? ' ' : levelGlyph(row.risk.level)} `, row.risk?.level),
      span(`${fit(warnedHost(row) ?? '', 14)} `, 'strong'),
      span(row.summary),
    ]),
  '2',
)

function present(scene: Scene) {
  const fleet = { ...scene, ui: { ...scene.ui, views: [{ kind: 'fleet' }] as const } }
  return warningRows(fleet).filter(({ kind }) => kind === 'now')
}
