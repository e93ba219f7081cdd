import { formatBytesShort, formatPercent } from '../../core/format.ts'
import { levelGlyph } from '../glyphs.ts'
import { instanceRows } from '../instance-rows.ts'
import type { HottestRank, InstanceRow } from '../instance-rows.ts'
import { span } from '../line.ts'
import type { Line } from '../panel.ts'
import { fit } from '../width.ts'
import { formatEta, shown } from '../wording.ts'
import { textPanel } from './text-panel.ts'

/** Engines whose ranks run on several hosts, one line each: with the rank that is in most danger. */
export const instancesPanel = textPanel(
  'instances',
  (scene) => ({
    left: [span('Over several hosts', 'title'), span(`  ${instanceRows(scene.hosts).length}`, 'dim')],
    right: [],
  }),
  (scene, columns) => {
    const rows = instanceRows(scene.hosts)
    const widths = columns >= 98 ? WIDE : NARROW
    return rows.length === 0 ? [] : [head(widths), ...rows.map((row) => line(row, widths))]
  },
)

interface Widths {
  readonly model: number
  readonly hottest: number
  readonly unit: string
}

const WIDE: Widths = { model: 26, hottest: 32, unit: ' of predicted' }
const NARROW: Widths = { model: 17, hottest: 19, unit: '' }

function head({ model, hottest }: Widths): Line {
  const names = [
    fit('ENGINE', 8),
    fit('MODEL', model),
    fit('RANKS', 7),
    fit('MEMORY', 8, 'right'),
    ` ${fit('HOTTEST RANK', hottest)}`,
    'RISK',
  ]
  return [span(` ${names.join(' ')}`, 'title')]
}

function line(row: InstanceRow, widths: Widths): Line {
  const ranks = `${row.ranksSeen}/${shown(row.ranksInAll, String)}`
  const eta = row.risk?.eta === undefined ? '' : ` ${formatEta(row.risk.eta)}`
  const name = shown(row.model, (model) => model)
  return [
    span(` ${fit(row.engine, 8)} ${fit(name, widths.model)} ${fit(ranks, 7)} `),
    span(`${fit(shown(row.usedBytes, formatBytesShort), 8, 'right')}  `, 'strong'),
    span(`${fit(where(row.hottest, widths), widths.hottest)} `),
    row.risk === undefined
      ? span('')
      : span(`${levelGlyph(row.risk.level)} ${row.risk.class}${eta}`, row.risk.level),
  ]
}

// `node-b GPU 5 97 %`
function where({ host, gpu, heldRatio }: HottestRank, { unit }: Widths): string {
  const card = gpu.kind === 'known' ? ` GPU ${gpu.value}` : ''
  const held = heldRatio.kind === 'known' ? ` ${formatPercent(100 * heldRatio.value)}${unit}` : ''
  return `${host}${card}${held}`
}
