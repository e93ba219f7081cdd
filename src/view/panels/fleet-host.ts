import { uiAction } from '../binding.ts'
import { dated } from '../dated.ts'
import { gridColumns } from '../gpu-rows.ts'
import { hostAtCursor } from '../host-at-cursor.ts'
import { clickable, clipLine, span } from '../line.ts'
import type { Line, Panel, PanelTitle, PanelView, Scene, Size } from '../panel.ts'
import { hostChart, memoryChart } from './charts.ts'
import { gpuGrid, gpuRow } from './gpu-row.ts'
import { hostPanel } from './host.ts'

/** The host under the cursor: its memory in a line, and its GPUs. */
export const fleetHostPanel: Panel = {
  id: 'fleet-host',
  title: (scene) => ({
    left: [span(hostAtCursor(scene)?.frame.host ?? '', 'title')],
    right: [span('Enter', 'key'), span(' opens it', 'dim')],
  }),
  view: (scene, size): PanelView => ({ kind: 'lines', lines: lines(hostAtCursor(scene), size) }),
}

/** The memory of that host over time: of its GPUs, or where it has none its own. */
export const fleetChart: Panel = {
  id: 'chart-fleet-host',
  title: (scene): PanelTitle => {
    const host = hostAtCursor(scene)
    if (host === undefined) return { left: [], right: [] }
    const { left, right } = chartOf(host).title(host)
    return { left: [span(`${host.frame.host}  `, 'title'), ...left], right }
  },
  view: (scene, size) => {
    const host = hostAtCursor(scene)
    return host === undefined ? { kind: 'lines', lines: [] } : chartOf(host).view(host, size)
  },
}

function chartOf({ frame }: Scene): Panel {
  return frame.gpus.some((gpu) => !gpu.unifiedMemory) ? memoryChart : hostChart
}

function lines(host: Scene | undefined, size: Size): readonly Line[] {
  if (host === undefined || size.rows <= 0) return []
  const room = { columns: size.columns, rows: size.rows - 1 }
  const all = [...hostPanel.view(host, { columns: size.columns, rows: 1 }).lines, ...gpuLines(host, room)]
  return dated('gpus', host, all)
    .slice(0, size.rows)
    .map((line) => clipLine(clickable(line, uiAction({ kind: 'open' })), size.columns))
}

function gpuLines({ frame }: Scene, size: Size): readonly Line[] {
  if (frame.gpus.length <= size.rows) return frame.gpus.map((gpu) => gpuRow(gpu, frame, size.columns))
  return gpuGrid(frame, gridColumns(size.columns), size)
}
