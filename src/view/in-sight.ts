import { choicesOf, noSignal, processInView } from './choices.ts'
import { rowsInSight } from './hidden-rows.ts'
import { bodyOf, layout } from './layout.ts'
import type { PanelId, Scene, Size } from './panel.ts'
import { listOf } from './lists.ts'
import type { InSight } from './sight.ts'
import { topView } from './views.ts'

/** What a view shows at a size. */
export function inSight(scene: Scene, size: Size): InSight {
  const choices = choicesOf(scene)
  const list = listOf(topView(scene.ui.views).kind)
  const body = bodyOf(size, scene)
  return {
    choices,
    lines: body.lines,
    rows: list === undefined || body.listTop !== undefined ? body.rows : rowsOf(list.panel, scene, size),
    listTop: body.listTop,
    process: processInView(scene),
    noSignal: noSignal(scene),
  }
}

function rowsOf(panel: PanelId, scene: Scene, size: Size): number {
  const placement = layout(size, scene).find((candidate) => candidate.panel === panel)
  return placement === undefined ? 0 : rowsInSight(placement, scene)
}
