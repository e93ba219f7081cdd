import type { Hidden } from './hidden.ts'
import type { PanelId, Rect, Room, Size } from './panel.ts'

/** Panels side by side across the whole width. */
export interface Band {
  readonly panels: readonly PanelId[]
  readonly rows: number
  readonly frame: PanelFrame
  /** Share of the width that the first of two panels takes. */
  readonly firstShare?: number
}

/** `box` takes a line on each side, `rule` one above, `foot` one below. */
export type PanelFrame = 'none' | 'box' | 'rule' | 'foot'

/** Where a panel stands, and what is drawn around it. The rectangle holds its frame. */
export interface Placement {
  readonly panel: PanelId
  readonly rect: Rect
  readonly frame: PanelFrame
  /** Set where panels of like width stand in one row: which, and the columns of the narrowest, its frame included. */
  readonly shared?: NonNullable<Room['shared']>
  /** Set where only a part of the panel is in sight: all its rows, and those above the part that is seen. */
  readonly part?: { readonly rows: number; readonly skip: number }
  /** Stands in its frame: what lies out of sight of the list or text that it is, or that ends at it. */
  readonly hidden?: Hidden
}

/** What a placement leaves to its panel, the rows out of sight included. */
export function innerSize({ rect, frame, part, shared }: Placement): Room {
  const around = frame === 'box' ? 2 : 0
  const inner = { columns: rect.columns - around, rows: (part?.rows ?? rect.rows) - frameRows(frame) }
  return shared === undefined ? inner : { ...inner, shared: { ...shared, columns: shared.columns - around } }
}

function frameRows(frame: PanelFrame): number {
  switch (frame) {
    case 'none':
      return 0
    case 'rule':
    case 'foot':
      return 1
    case 'box':
      return 2
  }
}

export function band(panel: PanelId, rows: number, frame: PanelFrame = 'none'): Band {
  return { panels: [panel], rows, frame }
}

export function pair(first: PanelId, second: PanelId, rows: number, firstShare: number): Band {
  return { panels: [first, second], rows, frame: 'box', firstShare }
}

export function rowsOfBands(bands: readonly Band[]): number {
  return bands.reduce((rows, one) => rows + Math.max(0, one.rows), 0)
}

/** The bands below each other from `top` on; empty ones are left out. */
export function stacked(bands: readonly Band[], columns: number, top: number): readonly Placement[] {
  const placements: Placement[] = []
  let y = top
  for (const one of bands.filter(({ rows }) => rows > 0)) {
    placements.push(...sideBySide(one, { left: 0, top: y, columns, rows: one.rows }))
    y += one.rows
  }
  return placements
}

/**
 * What is seen of placements through a window of `size.rows` at `top`, `scroll` lines of them above it. One of which only
 * the title would be seen is left out.
 */
export function windowed(
  placements: readonly Placement[],
  size: Size,
  top: number,
  scroll: number,
): readonly Placement[] {
  return placements.flatMap((one): readonly Placement[] => {
    const start = one.rect.top - scroll
    const first = Math.max(0, start)
    const end = Math.min(size.rows, start + one.rect.rows)
    const rect = { ...one.rect, top: top + first, rows: end - first }
    const whole = rect.rows === one.rect.rows
    if (rect.rows <= 0 || (rect.rows === 1 && !whole && start === first)) return []
    return [whole ? { ...one, rect } : { ...one, rect, part: { rows: one.rect.rows, skip: first - start } }]
  })
}

function sideBySide({ panels, frame, firstShare }: Band, rect: Rect): readonly Placement[] {
  const share = (i: number) =>
    i === 1 && panels.length === 2 && firstShare !== undefined ? firstShare : i / panels.length
  return panels.map((panel, i) => {
    const left = Math.floor(share(i) * rect.columns)
    const end = i + 1 === panels.length ? rect.columns : Math.floor(share(i + 1) * rect.columns)
    const place = { panel, frame, rect: { ...rect, left, columns: end - left } }
    return panels.length > 1 && firstShare === undefined
      ? { ...place, shared: { panels, columns: Math.floor(rect.columns / panels.length) } }
      : place
  })
}
