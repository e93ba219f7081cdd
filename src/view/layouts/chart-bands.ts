import type { Frame } from '../../model/frame.ts'
import type { RiskClass } from '../../model/risk.ts'
import type { Band } from '../bands.ts'
import { GPU_VITALS, metricOf } from '../gpu-metric.ts'
import type { GpuMetric } from '../gpu-metric.ts'
import type { PanelId, Scene, Size } from '../panel.ts'

// A chart says nothing in less: ten columns and four rows within its box.
const CHART_ROWS = 6
const CHART_COLUMNS = 46
// Screens of so many rows have a second row of charts, each row as high as this at least.
const HIGH_ROWS = 50
const ROW_OF_TWO = 10

/**
 * The charts of the overview: one row of them, on high screens two. How many rows there are does not depend on the table,
 * so that no chart comes and goes with a process.
 * @param spare rows that charts and table share
 * @param tableWants how many of them the table could fill
 */
export function chartBands(scene: Scene, size: Size, spare: number, tableWants: number): readonly Band[] {
  const [charts, vitals] = chartRows(scene, size, spare)
  if (charts.length === 0 || spare < CHART_ROWS) return []
  const left = Math.max(Math.floor(spare * 0.4), spare - Math.max(0, tableWants))
  // charts take what the table leaves up to a share of the screen, and two fifths of the room when it wants all of it
  if (vitals.length === 0)
    return [row(charts, Math.max(CHART_ROWS, Math.min(left, Math.floor(size.rows * 0.5))))]
  const rows = Math.max(2 * ROW_OF_TWO, Math.min(left, Math.floor(size.rows * 0.6)))
  return [row(charts, Math.ceil(rows / 2)), row(vitals, Math.floor(rows / 2))]
}

// Where memory is not known, the first row is what else GPUs report.
function chartRows(
  scene: Scene,
  size: Size,
  spare: number,
): readonly [readonly PanelId[], readonly PanelId[]] {
  const charts = chartsInSight(scene, size.columns)
  const vitals = vitalsInSight(scene, size.columns)
  if (charts.length === 0) return [vitals, []]
  return [charts, size.rows >= HIGH_ROWS && spare >= 3 * ROW_OF_TWO ? vitals : []]
}

function row(panels: readonly PanelId[], rows: number): Band {
  return { panels, rows, frame: 'box' }
}

// What else GPUs report; what the user chose stands in place of memory already.
function vitalsInSight({ frame, ui }: Scene, columns: number): readonly PanelId[] {
  return GPU_VITALS.filter((vital) => vital !== ui.preferences.chartMetric && isReported(frame, vital))
    .map((vital) => `chart-${vital}` as const)
    .slice(0, Math.floor(columns / CHART_COLUMNS))
}

function isReported({ gpus }: Frame, metric: GpuMetric): boolean {
  return gpus.some((gpu) => metricOf(gpu, metric).kind === 'known')
}

// The charts that have something to show, as many as stand side by side; where there is room for one, the one at risk.
function chartsInSight(scene: Scene, columns: number): readonly PanelId[] {
  const { frame, ui } = scene
  const { chartMetric } = ui.preferences
  const ownMemory = frame.gpus.some((gpu) => !gpu.unifiedMemory && gpu.memory.usedBytes.kind === 'known')
  const hasKv = frame.workloads.some((workload) => workload.kv.usedRatio.kind === 'known')
  const hasHost = frame.hostMemory.totalBytes.kind === 'known'
  const charts: readonly (PanelId | false)[] = [
    (chartMetric === 'memory' ? ownMemory : isReported(frame, chartMetric)) && 'chart-memory',
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
