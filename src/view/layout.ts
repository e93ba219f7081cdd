import { valueOr } from '../core/reading.ts'
import type { RiskClass } from '../model/risk.ts'
import { gpuRowsWanted } from './gpu-rows.ts'
import type { PanelId, Rect, Scene, Size } from './panel.ts'
import { faultLines } from './panels/faults.ts'
import { warningLines } from './panels/warnings.ts'

/** Where a panel stands, and what is drawn around it. The rectangle holds its frame. */
export interface Placement {
  readonly panel: PanelId
  readonly rect: Rect
  readonly frame: Frame
}

/** `box` takes a line on each side, `rule` one above. */
export type Frame = 'none' | 'box' | 'rule'

/** Below this there is one true line instead of a layout. */
export const SMALLEST: Size = { columns: 60, rows: 15 }

// A chart says nothing in less: ten columns and four rows within its box.
const CHART_ROWS = 6
const CHART_COLUMNS = 46

/**
 * Bands from top to bottom: header, faults, GPUs, charts, host line, processes, warnings, key bar. The rectangles lie inside
 * `size`, are not empty and don't overlap. Rows go first to what answers "what holds the memory", then to charts.
 */
export function layout(size: Size, scene: Scene): readonly Placement[] {
  if (size.columns < SMALLEST.columns || size.rows < SMALLEST.rows) {
    return [{ panel: 'one-line', rect: { left: 0, top: 0, columns: size.columns, rows: 1 }, frame: 'none' }]
  }
  return stack(scene.ui.helpOpen ? helpBands(size, scene) : overviewBands(size, scene), size)
}

interface Band {
  readonly panels: readonly PanelId[]
  readonly rows: number
  readonly frame: Frame
}

function helpBands(size: Size, scene: Scene): readonly Band[] {
  const faults = faultRows(size, scene)
  return [
    band('header', 1),
    band('faults', faults),
    band('help', size.rows - 2 - faults, 'box'),
    band('keys', 1),
  ]
}

function overviewBands(size: Size, scene: Scene): readonly Band[] {
  const roomy = size.columns >= 100 && size.rows >= 30
  const faults = faultRows(size, scene)
  const warnings = warningRows(scene, size, roomy)
  const leastTable = roomy ? 6 : 4
  const rest = size.rows - 3 - faults - warnings
  const gpus = Math.min(
    rest - leastTable,
    gpuRowsWanted(scene.frame, { columns: size.columns, rows: rest - leastTable }),
  )
  const charts = chartsInSight(scene, size.columns)
  const chartRows =
    charts.length === 0
      ? 0
      : rowsForCharts(rest - gpus - leastTable, size, tableRowsWanted(scene, roomy) - leastTable)
  return [
    band('header', 1),
    band('faults', faults),
    band('gpus', gpus),
    { panels: charts, rows: chartRows, frame: 'box' },
    band('host', 1),
    band('processes', rest - gpus - chartRows, roomy ? 'box' : 'none'),
    band('warnings', warnings, roomy ? 'box' : 'rule'),
    band('keys', 1),
  ]
}

function band(panel: PanelId, rows: number, frame: Frame = 'none'): Band {
  return { panels: [panel], rows, frame }
}

function stack(bands: readonly Band[], size: Size): readonly Placement[] {
  const placements: Placement[] = []
  let top = 0
  for (const { panels, rows, frame } of bands.filter((one) => one.rows > 0)) {
    placements.push(...sideBySide(panels, frame, { left: 0, top, columns: size.columns, rows }))
    top += rows
  }
  return placements
}

function sideBySide(panels: readonly PanelId[], frame: Frame, rect: Rect): readonly Placement[] {
  return panels.map((panel, i) => {
    const left = Math.floor((i * rect.columns) / panels.length)
    const end = Math.floor(((i + 1) * rect.columns) / panels.length)
    return { panel, frame, rect: { ...rect, left, columns: end - left } }
  })
}

function faultRows(size: Size, scene: Scene): number {
  return faultLines(scene.frame.faults, { columns: size.columns, rows: size.rows >= 30 ? 4 : 2 }).length
}

function warningRows(scene: Scene, size: Size, roomy: boolean): number {
  if (scene.frame.risks.length === 0) return 0
  const inner = roomy ? { columns: size.columns - 2, rows: 6 } : { columns: size.columns, rows: 3 }
  return warningLines(scene.frame.risks, inner).length + (roomy ? 2 : 1)
}

function tableRowsWanted(scene: Scene, roomy: boolean): number {
  const pids = new Set(
    scene.frame.gpus.flatMap((gpu) => valueOr(gpu.processes, []).map((process) => process.pid)),
  )
  return pids.size + 1 + (roomy ? 2 : 0)
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
