import { choicesOf } from './choices.ts'
import { firstRow } from './cursor.ts'
import { rowsInSight } from './hidden-rows.ts'
import { layout } from './layout.ts'
import { listOf } from './lists.ts'
import type { Scene, Size } from './panel.ts'
import { shareAt } from './panels/scrub.ts'
import { cursorOf } from './ui-state.ts'
import { topView } from './views.ts'

/** The index of the row of the list that stands at a place of the screen; undefined where there is none. */
export function rowAt(scene: Scene, size: Size, x: number, y: number): number | undefined {
  const list = listOf(topView(scene.ui.views).kind)
  const placement = layout(size, scene).find(({ panel }) => panel === list?.panel)
  const choices = choicesOf(scene)
  if (list === undefined || placement === undefined || choices === undefined) return undefined
  const { rect, frame } = placement
  const rows = rowsInSight(placement, scene)
  const row = y - rect.top - (frame === 'box' ? 1 : 0) - list.headRows
  const inside = x >= rect.left && x < rect.left + rect.columns && row >= 0 && row < rows
  const first = firstRow(
    cursorOf(scene.ui),
    choices.map(({ id }) => id),
    rows,
  )
  return inside && first + row < choices.length ? first + row : undefined
}

/** The share of the log whose place on the scrub bar that is; undefined beside it. */
export function logShareAt(scene: Scene, size: Size, x: number, y: number): number | undefined {
  const placement = layout(size, scene).find(({ panel }) => panel === 'scrub')
  return placement?.rect.top === y ? shareAt(scene, placement.rect, x) : undefined
}
