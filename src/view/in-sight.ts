import { layout } from './layout.ts'
import type { PanelId, Scene, Size } from './panel.ts'
import { helpLines } from './panels/help.ts'
import { innerSize } from './picture.ts'
import { processRows } from './process-rows.ts'
import type { InSight } from './ui-state.ts'

/** What of the table and the help can be seen at a size: what moving the selection depends on. */
export function inSight(scene: Scene, size: Size): InSight {
  return {
    ids: processRows(scene.frame, scene.ui).map((row) => row.id),
    rows: Math.max(0, rowsOf('processes', scene, size) - 1),
    helpLines: helpLines().length,
    helpRows: rowsOf('help', scene, size),
  }
}

function rowsOf(panel: PanelId, scene: Scene, size: Size): number {
  const placement = layout(size, scene).find((candidate) => candidate.panel === panel)
  return placement === undefined ? 0 : innerSize(placement).rows
}
