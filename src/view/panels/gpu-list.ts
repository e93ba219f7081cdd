import { firstRow, selectedRow } from '../cursor.ts'
import { span } from '../line.ts'
import type { Panel, PanelView, Scene, Size } from '../panel.ts'
import { rowLine } from '../row-line.ts'
import { cursorOf } from '../ui-state.ts'
import { gpuRow } from './gpu-row.ts'

/** Every GPU in one line; the one under the cursor is shown below in full. */
export const gpuListPanel: Panel = {
  id: 'gpu-list',
  title: ({ frame }) => ({
    left: [span('GPUs', 'title'), span(`  ${frame.gpus.length}`, 'dim')],
    right: [],
  }),
  view: (scene, size): PanelView => ({ kind: 'lines', lines: lines(scene, size) }),
}

function lines(scene: Scene, size: Size) {
  const { gpus } = scene.frame
  const ids = gpus.map(({ uuid }) => uuid)
  const first = firstRow(cursorOf(scene.ui), ids, size.rows)
  const selected = selectedRow(cursorOf(scene.ui), ids)
  return gpus.slice(first, first + Math.max(0, size.rows)).map((gpu, i) => {
    const [blank, ...rest] = gpuRow(gpu, scene.frame, size.columns)
    return rowLine(
      [{ text: (blank?.text ?? ' ').slice(1), tone: 'title' }, ...rest],
      size.columns,
      first + i === selected,
    )
  })
}
