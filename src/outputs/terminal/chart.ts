import type { Widgets } from 'blessed'
import type Line from 'blessed-contrib/lib/widget/charts/line.js'
import { glyph, toAscii } from '../../view/glyphs.ts'
import type { Chart, Curve, Rect } from '../../view/panel.ts'
import type { Tone } from '../../view/theme.ts'
import { attributes, write } from './draw.ts'
import type { Cells, Style } from './draw.ts'
import { curveSigns } from './curve-signs.ts'

/** blessed-contrib's line chart, on which `show` draws curves that know gaps and ranges. */
export interface TimeChart {
  /** Moves the chart to a place and draws it there. */
  show(chart: Chart, place: Rect, style: Style): void
  hide(): void
}

type LineClass = typeof Line
type Place = Line['lpos']

/**
 * A chart of its own over contrib's `line`, because that draws through gaps, puts values at the limit outside its canvas,
 * keeps its first size for ever, and throws where there is little room. Axes and labels are text around it.
 */
export function timeChart(ContribLine: LineClass, screen: Widgets.Screen): TimeChart {
  let shown: Shown = { chart: { curves: [], marks: [] }, style: { theme: {}, ascii: false } }

  class Plot extends ContribLine {
    override calcSize(): void {
      this.canvasSize = {
        width: Math.max(1, Number(this.width)) * 2,
        height: Math.max(1, Number(this.height)) * 4,
      }
    }

    // the canvas into cells directly: as content, blessed would read every colour code of every dot twice
    override render(): ReturnType<Line['_getCoords']> {
      const place = this._getCoords(true)
      if (place === undefined) return undefined
      this.lpos = place
      paintCanvas(this.ctx._canvas, place, screen, shown)
      paintSigns(this.canvasSize, place, screen, shown)
      return place
    }
  }

  const plot = new Plot({ screen, top: 0, left: 0, width: 1, height: 1, wrap: false, tags: false })
  let place = ''
  let attached = false

  return {
    show(chart, rect, style) {
      shown = { chart, style }
      const wanted = `${rect.left},${rect.top},${rect.columns},${rect.rows}`
      if (!attached) screen.append(plot)
      attached = true
      if (wanted !== place) move(plot, rect)
      place = wanted
      plot.show()
      plot.ctx._canvas.clear()
      draw(shown, plot)
    },
    hide() {
      plot.hide()
    },
  }
}

// 'attach' is what makes the canvas anew.
function move(plot: Line, { left, top, columns, rows }: Rect): void {
  plot.left = left
  plot.top = top
  plot.width = columns
  plot.height = rows
  plot.emit('attach')
}

interface Shown {
  readonly chart: Chart
  readonly style: Style
}

function paintCanvas(
  { content, colors, width }: Line['ctx']['_canvas'],
  place: Place,
  cells: Cells,
  { chart, style }: Shown,
): void {
  const columns = width / 2
  const height = (4 * content.length) / columns
  content.forEach((bits, i) => {
    const [x, y] = [i % columns, Math.floor(i / columns)]
    const row = cells.lines[place.yi + y]
    if (row === undefined) return
    const mark = style.ascii && bits === 0 ? markAt(chart, x, y, height) : undefined
    const dots = String.fromCharCode(0x2800 + bits)
    if (mark !== undefined)
      write(row, place.xi + x, attributes(style.theme[mark.tone] ?? {}), toAscii(glyph('dashed')))
    else if (bits === 0) write(row, place.xi + x, PLAIN, ' ')
    else write(row, place.xi + x, attributesOf(colors[i] ?? ''), style.ascii ? toAscii(dots) : dots)
  })
}

// In ASCII a mark has a sign of its own: its dots would be those of a curve.
function markAt({ marks }: Chart, x: number, y: number, height: number): Mark | undefined {
  return marks.find((mark) => Math.floor(dotOf(mark.at, height) / 4) === y && isDash(mark.tone, x))
}

function paintSigns(dots: Line['canvasSize'], place: Place, cells: Cells, { chart, style }: Shown): void {
  const size = { columns: dots.width / 2, rows: dots.height / 4 }
  for (const { x, y, text, tone } of curveSigns(chart.curves, style.theme, size)) {
    const row = cells.lines[place.yi + y]
    const attribute = attributes({ ...style.theme[tone], bold: true })
    if (row !== undefined)
      Array.from(text).forEach((sign, i) => write(row, place.xi + x + i, attribute, sign))
  }
}

const PLAIN = attributes({})

const ATTRIBUTES = new Map<string, number>()

// drawille keeps the colour of a cell as the escape sequence for it, of which there are few.
function attributesOf(color: string): number {
  const known = ATTRIBUTES.get(color)
  if (known !== undefined) return known
  const [, index] = /38;5;(\d+)/.exec(color) ?? []
  const found = index === undefined ? PLAIN : attributes({ fg: Number(index) })
  ATTRIBUTES.set(color, found)
  return found
}

function draw({ chart, style }: Shown, plot: Line): void {
  const { width, height } = plot.canvasSize
  if (!style.ascii) for (const mark of chart.marks) drawMark(mark, plot, width, height, style)
  for (const curve of chart.curves) drawCurve(curve, plot, height, style)
}

type Mark = Chart['marks'][number]

function drawMark(mark: Mark, plot: Line, width: number, height: number, style: Style): void {
  const y = dotOf(mark.at, height)
  for (let x = 0; x < width; x += 2)
    if (isDash(mark.tone, x / 2)) for (const dot of [x, x + 1]) stroke(plot, dot, y, y, mark.tone, style)
}

// What is predicted has short dashes, what is certain long ones: neither can be taken for a curve, nor for the other.
function isDash(tone: Tone, cell: number): boolean {
  return tone === 'ceiling' ? cell % 2 === 0 : cell % 4 < 3
}

function drawCurve(curve: Curve, plot: Line, height: number, style: Style): void {
  curve.columns.forEach((range, x) => {
    if (range === undefined || isBlank(curve.stroke, x)) return
    stroke(plot, x, dotOf(range.high, height), dotOf(range.low, height), curve.tone, style)
  })
}

function isBlank(kind: Curve['stroke'], x: number): boolean {
  switch (kind) {
    case 'solid':
      return false
    case 'dashed':
      return x % 4 > 1
    case 'dotted':
      return x % 4 !== 0
  }
}

// From dot to dot: a path would go through two matrices and five objects for each of them.
function stroke(plot: Line, x: number, top: number, bottom: number, tone: Tone, style: Style): void {
  const canvas = plot.ctx._canvas
  canvas.color = style.theme[tone]?.fg ?? 'normal'
  for (let y = top; y <= bottom; y++) canvas.set(x, y)
}

// Out of range is drawn at the edge; what is not a number at the bottom.
function dotOf(ratio: number, height: number): number {
  const inside = Math.min(1, Math.max(0, Number.isFinite(ratio) ? ratio : 0))
  return Math.round((1 - inside) * (height - 1))
}
