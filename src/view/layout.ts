import { band, rowsOfBands, stacked, windowed } from './bands.ts'
import type { Band, Placement } from './bands.ts'
import { withHidden } from './hidden-rows.ts'
import {
  fleetBands,
  gpuBands,
  hostBands,
  oneWarningBands,
  warningBands,
  workloadBands,
} from './layouts/details.ts'
import { overviewBands } from './layouts/overview.ts'
import { listOf } from './lists.ts'
import type { Scene, Size } from './panel.ts'
import { faultLines } from './panels/faults.ts'
import { helpLines } from './panels/help.ts'
import { hasScrubBar } from './panels/scrub.ts'
import { sheetLines } from './panels/sheet.ts'
import { cursorOf } from './ui-state.ts'
import { topView } from './views.ts'

/** Below this there is one true line instead of a layout. */
export const SMALLEST: Size = { columns: 60, rows: 15 }

/**
 * Header, faults, the view, a choice that is open, key bar, from top to bottom. The rectangles lie inside `size`, are not
 * empty and don't overlap. A view that is a text may be longer than the room it has: then a part of it is in sight.
 */
export function layout(size: Size, scene: Scene): readonly Placement[] {
  if (size.columns < SMALLEST.columns || size.rows < SMALLEST.rows) {
    return [{ panel: 'one-line', rect: { left: 0, top: 0, columns: size.columns, rows: 1 }, frame: 'none' }]
  }
  const { above, body, below } = zones(size, scene)
  const bands = bodyBands(body, scene)
  const top = rowsOfBands(above)
  const most = Math.max(0, rowsOfBands(bands) - body.rows)
  const scroll = Math.min(cursorOf(scene.ui).scroll, most)
  const seen = windowed(stacked(bands, size.columns, 0), body, top, scroll)
  return [
    ...stacked(above, size.columns, 0),
    ...withHidden(seen, scene, { above: scroll, below: most - scroll }),
    ...stacked(below, size.columns, top + body.rows),
  ]
}

/** How long a view is, how much of it is in sight, and where in it its list begins if it is scrolled as a whole. */
export interface Body {
  readonly lines: number
  readonly rows: number
  readonly listTop: number | undefined
}

/** The body of the view in sight. */
export function bodyOf(size: Size, scene: Scene): Body {
  if (size.columns < SMALLEST.columns || size.rows < SMALLEST.rows)
    return { lines: 1, rows: 1, listTop: undefined }
  const { body } = zones(size, scene)
  const bands = bodyBands(body, scene)
  const lines = rowsOfBands(bands)
  return { lines, rows: body.rows, listTop: lines > body.rows ? listTop(bands, scene) : undefined }
}

// Below the frame of the list and its head.
function listTop(bands: readonly Band[], { ui }: Scene): number | undefined {
  const list = listOf(topView(ui.views).kind)
  const placement = stacked(bands, SMALLEST.columns, 0).find(({ panel }) => panel === list?.panel)
  return list === undefined || placement === undefined ? undefined : placement.rect.top + 1 + list.headRows
}

interface Zones {
  readonly above: readonly Band[]
  readonly body: Size
  readonly below: readonly Band[]
}

function zones(size: Size, scene: Scene): Zones {
  const faults = faultLines(scene.frame.faults, { columns: size.columns, rows: size.rows >= 24 ? 4 : 2 })
  const sheet = sheetLines(scene, { columns: size.columns - 2, rows: Math.floor(size.rows / 2) - 4 }).length
  const above = [band('header', 1), band('faults', faults.length)]
  const below = [
    band('sheet', sheet === 0 ? 0 : sheet + 2, 'box'),
    band('scrub', hasScrubBar(scene.session) ? 1 : 0),
    band('keys', 1),
  ]
  const rows = size.rows - rowsOfBands(above) - rowsOfBands(below)
  return { above, body: { columns: size.columns, rows }, below }
}

function bodyBands(size: Size, scene: Scene): readonly Band[] {
  switch (topView(scene.ui.views).kind) {
    case 'overview':
      return overviewBands(size, scene)
    case 'gpus':
    case 'gpu':
      return gpuBands(size, scene)
    case 'host':
      return hostBands(size, scene)
    case 'warnings':
    case 'fleet-warnings':
      return warningBands(size, scene)
    case 'fleet':
      return fleetBands(size, scene)
    case 'workload':
      return workloadBands(size, scene)
    case 'warning':
      return oneWarningBands(size, scene)
    case 'help':
      return [
        band('help', Math.max(size.rows, helpLines(size.columns - 2, scene.ui.ascii).length + 2), 'box'),
      ]
  }
}
