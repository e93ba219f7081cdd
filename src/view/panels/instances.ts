import { formatBytesShort, formatPercent } from '../../core/format.ts'
import { map } from '../../core/reading.ts'
import { levelGlyph } from '../glyphs.ts'
import { instanceRows } from '../instance-rows.ts'
import type { InstanceRow } from '../instance-rows.ts'
import { span } from '../line.ts'
import type { Line } from '../panel.ts'
import { fit } from '../width.ts'
import { formatEta, shown } from '../wording.ts'
import { textPanel } from './text-panel.ts'

/** Engines whose ranks run on several hosts, one line each. */
export const instancesPanel = textPanel(
  'instances',
  (scene) => ({
    left: [span('Over several hosts', 'title'), span(`  ${instanceRows(scene.hosts).length}`, 'dim')],
    right: [],
  }),
  (scene) => {
    const rows = instanceRows(scene.hosts)
    return rows.length === 0 ? [] : [HEAD, ...rows.map(line)]
  },
)

const HEAD: Line = [
  span(
    ` ${fit('ENGINE', 12)} ${fit('MODEL', 26)} ${fit('RANKS', 8)} ${fit('MEMORY', 8, 'right')}  ${fit('HOTTEST', 24)} RISK`,
    'title',
  ),
]

function line(row: InstanceRow): Line {
  const ranks = `${row.ranksSeen}/${shown(row.ranksInAll, String)}`
  const percent = shown(
    map(row.heldRatio, (ratio) => 100 * ratio),
    formatPercent,
  )
  const eta = row.risk?.eta === undefined ? '' : ` ${formatEta(row.risk.eta)}`
  return [
    span(` ${fit(row.engine, 12)} `),
    span(
      `${fit(
        shown(row.model, (name) => name),
        26,
      )} `,
    ),
    span(`${fit(ranks, 8)} `),
    span(`${fit(shown(row.usedBytes, formatBytesShort), 8, 'right')}  `, 'strong'),
    span(`${fit(`${row.hottest} ${percent} of predicted`, 24)} `),
    row.risk === undefined
      ? span('')
      : span(`${levelGlyph(row.risk.level)} ${row.risk.class}${eta}`, row.risk.level),
  ]
}
