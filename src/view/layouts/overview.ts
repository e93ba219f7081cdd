import type { RiskClass } from '../../model/risk.ts'
import { band } from '../bands.ts'
import type { Band } from '../bands.ts'
import { gpuMode, gpuRowsWanted, LEGEND_IN_PAIR_COLUMNS } from '../gpu-rows.ts'
import type { PanelId, Scene, Size } from '../panel.ts'
import { warningLines } from '../panels/warnings.ts'
import { processCount, processRows } from '../process-rows.ts'

// A chart says nothing in less: ten columns and four rows within its box.
const CHART_ROWS = 6
const CHART_COLUMNS = 46

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
  const charts = chartsInSight(scene, size.columns)
  const tableWants = processCount(scene.frame) + 1 + (roomy ? 2 : 0)
  const chartRows =
    charts.length === 0 ? 0 : rowsForCharts(rest - gpus - leastTable, size, tableWants - leastTable)
  const tableRows = rest - gpus - chartRows
  const isLong = processRows(scene.frame, scene.ui.preferences, scene.ui.filters.overview).length >= tableRows
  return [
    band('gpus', gpus),
    { panels: charts, rows: chartRows, frame: 'box' },
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

// Charts take what the table leaves, and two fifths of the room when it wants all of it.
function rowsForCharts(spare: number, size: Size, tableWants: number): number {
  if (spare < CHART_ROWS) return 0
  const left = Math.max(Math.floor(spare * 0.4), spare - Math.max(0, tableWants))
  return Math.max(CHART_ROWS, Math.min(left, Math.floor(size.rows * 0.5)))
}

// The charts that have something to show, as many as stand side by side; where there is room for one, the one at risk.
function chartsInSight(scene: Scene, columns: number): readonly PanelId[] {
  const { frame } = scene
  const ownMemory = frame.gpus.some((gpu) => !gpu.unifiedMemory && gpu.memory.usedBytes.kind === 'known')
  const hasKv = frame.workloads.some((workload) => workload.kv.usedRatio.kind === 'known')
  const hasHost = frame.hostMemory.totalBytes.kind === 'known'
  const charts: readonly (PanelId | false)[] = [
    ownMemory && 'chart-memory',
    hasKv && 'chart-kv',
    hasHost && 'chart-host',
  ]
  const useful = charts.filter((chart) => chart !== false)
  const count = Math.floor(columns / CHART_COLUMNS)
  const urgent = chartOf(frame.risks[0]?.class)
  return count === 1 && urgent !== undefined && useful.includes(urgent) ? [urgent] : useful.slice(0, count)
}

function chartOf(risk: RiskClass | undefined): PanelId | undefined {
  switch (risk) {
    case 'kv-saturation':
    case 'context-limit':
      return 'chart-kv'
    case 'host-oom':
    case 'unified-oom':
      return 'chart-host'
    case 'cuda-oom':
    case 'will-not-fit':
    case 'over-ceiling':
    case 'spill':
    case undefined:
      return undefined
  }
}
