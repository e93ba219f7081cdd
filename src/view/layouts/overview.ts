import { band, rowsOfBands } from '../bands.ts'
import type { Band } from '../bands.ts'
import { gpuMode, gpuRowsWanted, LEGEND_IN_PAIR_COLUMNS } from '../gpu-rows.ts'
import type { PanelId, Scene, Size } from '../panel.ts'
import { warningLines } from '../panels/warnings.ts'
import { processCount, processRows } from '../process-rows.ts'
import { chartBands } from './chart-bands.ts'

/**
 * GPUs, charts, host line, table, warnings. Rows go first to what answers "what holds the memory", then to charts.
 */
export function overviewBands(size: Size, scene: Scene): readonly Band[] {
  const roomy = size.columns >= 100 && size.rows >= 28
  const warnings = warningRows(scene, size, roomy)
  const leastTable = roomy ? 6 : 4
  const rest = size.rows - 1 - warnings
  const room = Math.max(0, rest - leastTable)
  const gpus = Math.min(room, gpuRowsWanted(scene.frame, { columns: size.columns, rows: room }))
  const tableWants = processCount(scene.frame) + 1 + (roomy ? 2 : 0)
  const charts = chartBands(scene, size, rest - gpus - leastTable, tableWants - leastTable)
  const tableRows = rest - gpus - rowsOfBands(charts)
  const isLong = processRows(scene.frame, scene.ui.preferences, scene.ui.filters.overview).length >= tableRows
  return [
    band('gpus', gpus),
    ...charts,
    band(hostLineOf(scene, { columns: size.columns, rows: gpus }), 1),
    band('processes', tableRows, roomy ? 'box' : isLong && warnings === 0 ? 'foot' : 'none'),
    band('warnings', warnings, roomy ? 'box' : 'rule'),
  ]
}

/** The line of the host, with the signs of the bars where the GPUs above it have no room for them. */
export function hostLineOf({ frame }: Scene, gpus: Size): PanelId {
  const isPair = gpuMode(frame.gpus, gpus).kind === 'pairs'
  return isPair && gpus.columns < LEGEND_IN_PAIR_COLUMNS ? 'host-signs' : 'host'
}

function warningRows(scene: Scene, size: Size, roomy: boolean): number {
  if (scene.frame.risks.length === 0) return 0
  const inner = roomy
    ? { columns: size.columns - 2, rows: size.rows >= 50 ? 12 : 6 }
    : { columns: size.columns, rows: size.rows >= 22 ? 4 : 3 }
  return warningLines(scene.frame, inner).length + (roomy ? 2 : 1)
}
