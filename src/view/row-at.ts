import type { Placement } from './bands.ts'
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
  const row = lineAt(placement, x, y) - list.headRows
  const rows = rowsInSight(placement, scene)
  const first = firstRow(
    cursorOf(scene.ui),
    choices.map(({ id }) => id),
    rows,
  )
  return row >= 0 && row < rows && first + row < choices.length ? first + row : undefined
}

// Which of its lines stands there, those out of sight counted; -1 beside it and on its frame.
function lineAt({ rect, frame, part }: Placement, x: number, y: number): number {
  const edge = frame === 'box' ? 1 : 0
  const line = y - rect.top
  const isInside = x >= rect.left && x < rect.left + rect.columns && line >= edge && line < rect.rows - edge
  return isInside ? line + (part?.skip ?? 0) - edge : -1
}

/** The share of the log whose place on the scrub bar that is; undefined beside it. */
export function logShareAt(scene: Scene, size: Size, x: number, y: number): number | undefined {
  const placement = layout(size, scene).find(({ panel }) => panel === 'scrub')
  return placement?.rect.top === y ? shareAt(scene, placement.rect, x) : undefined
}
