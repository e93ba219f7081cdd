import { dated } from './dated.ts'
import { boxed, ruled } from './frame-lines.ts'
import { fitLine, span } from './line.ts'
import type { Placement } from './bands.ts'
import { layout, SMALLEST } from './layout.ts'
import type { Chart, Line, PanelView, Rect, Scene, Size, Span } from './panel.ts'
import { PANELS } from './panels/index.ts'

/** The whole screen: as many lines as rows, each exactly as wide, and the places where curves are drawn over them. */
export interface Picture {
  readonly lines: readonly Line[]
  readonly plots: readonly { readonly rect: Rect; readonly chart: Chart }[]
}

/** The picture of a scene at a size. Pure. */
export function picture(scene: Scene, size: Size): Picture {
  const drawn = layout(size, scene).map((placement) => draw(scene, placement))
  const rows = Array.from({ length: size.rows }, (): Span[] => [])
  // placements of a row follow each other from left to right
  for (const { rect, lines } of drawn) lines.forEach((line, y) => rows[rect.top + y]?.push(...line))
  return {
    lines: rows.map((row) => fitLine(row, size.columns)),
    plots: drawn.flatMap(({ plot }) => (plot === undefined ? [] : [plot])),
  }
}

/** The picture before the first frame has come. */
export function waitingPicture(what: string, size: Size): Picture {
  const middle = size.rows < SMALLEST.rows ? 0 : Math.floor(size.rows / 2)
  const words = [span(' llmtop ', 'title'), span(`waits for the first answer of ${what} …  q quits`, 'dim')]
  return {
    lines: Array.from({ length: size.rows }, (_, y) => fitLine(y === middle ? words : [], size.columns)),
    plots: [],
  }
}

/** What a placement leaves to its panel, the rows out of sight included. */
export function innerSize({ rect, frame, part }: Placement): Size {
  const rows = part?.rows ?? rect.rows
  switch (frame) {
    case 'none':
      return { columns: rect.columns, rows }
    case 'rule':
      return { columns: rect.columns, rows: rows - 1 }
    case 'box':
      return { columns: rect.columns - 2, rows: rows - 2 }
  }
}

interface Drawn {
  readonly rect: Rect
  readonly lines: readonly Line[]
  readonly plot: Picture['plots'][number] | undefined
}

function draw(scene: Scene, placement: Placement): Drawn {
  const size = innerSize(placement)
  const panel = PANELS[placement.panel]
  const view = panel.view(scene, size)
  const text = dated(placement.panel, scene, view.lines)
  const inner = Array.from({ length: size.rows }, (_, y) => fitLine(text[y] ?? [], size.columns))
  const lines = framed(placement, panel.title(scene), inner)
  const { rect, part } = placement
  return {
    rect,
    lines: part === undefined ? lines : lines.slice(part.skip, part.skip + rect.rows),
    plot: plotOf(view, placement),
  }
}

function framed(
  { frame, rect }: Placement,
  title: Parameters<typeof boxed>[0],
  inner: readonly Line[],
): readonly Line[] {
  switch (frame) {
    case 'none':
      return inner
    case 'rule':
      return [ruled(title, rect.columns), ...inner]
    case 'box':
      return boxed(title, inner, rect.columns)
  }
}

// Curves are drawn whole or not at all.
function plotOf(view: PanelView, { rect, frame, part }: Placement): Drawn['plot'] {
  if (view.kind === 'lines') return undefined
  const skip = part?.skip ?? 0
  const left = frame === 'box' ? 1 : 0
  const top = frame === 'none' ? 0 : 1
  const { plot, chart } = view
  const y = top + plot.top - skip
  if (y < 0 || y + plot.rows > rect.rows) return undefined
  return { chart, rect: { ...plot, left: rect.left + left + plot.left, top: rect.top + y } }
}
