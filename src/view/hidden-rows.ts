import { innerSize } from './bands.ts'
import type { Placement } from './bands.ts'
import { choicesOf } from './choices.ts'
import { firstRow } from './cursor.ts'
import type { Hidden } from './hidden.ts'
import { listOf } from './lists.ts'
import type { Scene } from './panel.ts'
import { cursorOf } from './ui-state.ts'
import { topView } from './views.ts'

/**
 * The placements of a view, one of which says how much lies out of sight: the list of the view, the rule below a list
 * without a frame, or where the view is scrolled as a whole the last of them.
 */
export function withHidden(
  placements: readonly Placement[],
  scene: Scene,
  ofPage: Hidden,
): readonly Placement[] {
  const at = placements.findIndex(({ panel }) => panel === listOf(topView(scene.ui.views).kind)?.panel)
  const list = placements[at]
  if (list === undefined || ofPage.above + ofPage.below > 0)
    return marked(placements, placements.length - 1, ofPage)
  const hidden = hiddenOf(list, scene)
  return list.frame === 'none' && placements[at + 1]?.frame === 'rule'
    ? marked(placements, at + 1, { ...hidden, of: 'workload' })
    : marked(placements, at, hidden)
}

/** The rows of the list of a view that its placement leaves out of sight. */
function hiddenOf(list: Placement, scene: Scene): Hidden {
  const ids = choicesOf(scene)?.map(({ id }) => id) ?? []
  const rows = rowsInSight(list, scene)
  const above = firstRow(cursorOf(scene.ui), ids, rows)
  return { above, below: Math.max(0, ids.length - above - rows) }
}

/** How many rows of the list of a view its placement has room for. */
export function rowsInSight(list: Placement, scene: Scene): number {
  const { headRows = 0 } = listOf(topView(scene.ui.views).kind) ?? {}
  return Math.max(0, innerSize(list).rows - headRows)
}

function marked(placements: readonly Placement[], at: number, hidden: Hidden): readonly Placement[] {
  if (hidden.above + hidden.below === 0) return placements
  return placements.map((one, i) => (i === at ? { ...one, hidden } : one))
}
