import { innerSize } from './bands.ts'
import type { Placement } from './bands.ts'
import { dated } from './dated.ts'
import { boxed, ruled } from './frame-lines.ts'
import { hiddenWords } from './hidden.ts'
import { fitLine, span } from './line.ts'
import { layout, SMALLEST } from './layout.ts'
import type { Chart, Line, PanelTitle, PanelView, Rect, Scene, Size, Span } from './panel.ts'
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
  return { rect: placement.rect, lines: inSight(lines, placement), plot: plotOf(view, placement) }
}

function framed(
  { frame, rect, hidden }: Placement,
  title: PanelTitle,
  inner: readonly Line[],
): readonly Line[] {
  const more = hidden === undefined ? undefined : hiddenWords(hidden)
  switch (frame) {
    case 'none':
      return inner
    case 'rule':
      return [ruled(more === undefined ? title : { ...title, right: more }, rect.columns), ...inner]
    case 'foot':
      return [...inner, ruled({ left: [], right: more ?? [] }, rect.columns)]
    case 'box':
      return boxed(title, inner, rect.columns, more)
  }
}

// A box that is cut stays closed: its title says what is read, its lower edge how much more there is.
function inSight(lines: readonly Line[], { part, rect: { rows } }: Placement): readonly Line[] {
  if (part === undefined) return lines
  if (rows < 2) return lines.slice(part.skip, part.skip + rows)
  return [...lines.slice(0, 1), ...lines.slice(part.skip + 1, part.skip + rows - 1), ...lines.slice(-1)]
}

// Curves are drawn whole or not at all.
function plotOf(view: PanelView, { rect, frame, part }: Placement): Drawn['plot'] {
  if (view.kind === 'lines') return undefined
  const skip = part?.skip ?? 0
  const left = frame === 'box' ? 1 : 0
  const top = frame === 'box' || frame === 'rule' ? 1 : 0
  const { plot, chart } = view
  const y = top + plot.top - skip
  if (y < top || y + plot.rows > rect.rows - left) return undefined
  return { chart, rect: { ...plot, left: rect.left + left + plot.left, top: rect.top + y } }
}
