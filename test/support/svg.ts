import type { IBufferCell, Terminal } from '@xterm/headless'
import { shapeOf } from './svg-shapes.ts'

// Viewers join blanks: what is apart stands at its own place. A cell is as wide and high as DejaVu Sans Mono draws it at this size, so that box lines join without gaps.
const FONT_SIZE = 14
const CELL_WIDTH = 8.43
const CELL_HEIGHT = 16.3
const BACKGROUND = '#16181d'
const FOREGROUND = '#d4d7dd'
const PADDING = 10

/** The screen of an emulator as an SVG picture, cell by cell. */
export function svgOf(terminal: Terminal): string {
  const width = Math.ceil(terminal.cols * CELL_WIDTH + 2 * PADDING)
  const height = Math.ceil(terminal.rows * CELL_HEIGHT + 2 * PADDING)
  const rows = Array.from({ length: terminal.rows }, (_, y) => row(terminal, y)).join('\n')
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<rect width="100%" height="100%" rx="6" fill="${BACKGROUND}"/>
<g font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="${FONT_SIZE}" fill="${FOREGROUND}">
${rows}
</g>
</svg>
`
}

interface Run {
  readonly x: number
  readonly text: string
  readonly columns: number
  readonly look: Look
}

interface Look {
  readonly color: string
  readonly background: string | undefined
  readonly bold: boolean
}

function row(terminal: Terminal, y: number): string {
  const top = PADDING + y * CELL_HEIGHT
  return runs(terminal, y)
    .map((run) => backdrop(run, top) + foreground(run, top))
    .join('')
}

function backdrop({ x, columns, look }: Run, top: number): string {
  if (look.background === undefined) return ''
  const place = `x="${number(PADDING + x * CELL_WIDTH)}" y="${number(top)}"`
  return `<rect ${place} width="${number(columns * CELL_WIDTH)}" height="${number(CELL_HEIGHT)}" fill="${look.background}"/>`
}

function foreground({ x, text, columns, look }: Run, top: number): string {
  const left = PADDING + x * CELL_WIDTH
  const shape = shapeOf(text, { left, top, width: CELL_WIDTH, height: CELL_HEIGHT }, look.color)
  if (shape !== undefined) return shape
  const fill = look.color === FOREGROUND ? '' : ` fill="${look.color}"`
  const weight = look.bold ? ' font-weight="bold"' : ''
  const y = number(top + CELL_HEIGHT * 0.78)
  // of a wide character the columns are not its places in the text: then all keeps together
  const words = [...text.matchAll(text.length === columns ? /\S+(?: \S+)*/g : /\S(?:.*\S)?/g)]
  return words
    .map(({ 0: word, index }) => {
      const place = `x="${number(left + index * CELL_WIDTH)}" y="${y}"`
      return `<text ${place}${fill}${weight}>${escaped(word)}</text>`
    })
    .join('')
}

// Neighbouring cells of one look make one piece of text; shapes stand alone.
function runs(terminal: Terminal, y: number): readonly Run[] {
  const line = terminal.buffer.active.getLine(terminal.buffer.active.viewportY + y)
  const found: Run[] = []
  for (let x = 0; x < terminal.cols; x++) {
    const cell = line?.getCell(x)
    if (cell === undefined || cell.getWidth() === 0) continue
    const text = cell.getChars() === '' ? ' ' : cell.getChars()
    const run = { x, text, columns: cell.getWidth(), look: lookOf(cell) }
    const before = found.at(-1)
    if (before !== undefined && isText(text) && isText(before.text) && same(before.look, run.look)) {
      found[found.length - 1] = { ...before, text: before.text + text, columns: before.columns + run.columns }
    } else {
      found.push(run)
    }
  }
  return found
}

const NOWHERE = { left: 0, top: 0, width: 1, height: 1 }

function isText(text: string): boolean {
  return shapeOf(text, NOWHERE, '') === undefined
}

function same(a: Look, b: Look): boolean {
  return a.color === b.color && a.background === b.background && a.bold === b.bold
}

function lookOf(cell: IBufferCell): Look {
  const fg = cell.isFgDefault() ? FOREGROUND : paletteColor(cell.getFgColor())
  const bg = cell.isBgDefault() ? undefined : paletteColor(cell.getBgColor())
  const inverse = cell.isInverse() !== 0
  return {
    color: inverse ? (bg ?? BACKGROUND) : fg,
    background: inverse ? fg : bg,
    bold: cell.isBold() !== 0,
  }
}

/** The colour of an index of the 256-colour palette, as xterm has it. */
export function paletteColor(index: number): string {
  if (index >= 232) return hex(8 + (index - 232) * 10, 8 + (index - 232) * 10, 8 + (index - 232) * 10)
  if (index >= 16) {
    const level = (n: number) => (n === 0 ? 0 : 55 + n * 40)
    const n = index - 16
    return hex(level(Math.floor(n / 36)), level(Math.floor(n / 6) % 6), level(n % 6))
  }
  return BASE_COLORS[index] ?? FOREGROUND
}

const BASE_COLORS = [
  '#000000', '#cd0000', '#00cd00', '#cdcd00', '#0000ee', '#cd00cd', '#00cdcd', '#e5e5e5',
  '#7f7f7f', '#ff0000', '#00ff00', '#ffff00', '#5c5cff', '#ff00ff', '#00ffff', '#ffffff',
] // prettier-ignore

function hex(...levels: readonly number[]): string {
  return `#${levels.map((level) => level.toString(16).padStart(2, '0')).join('')}`
}

function number(value: number): string {
  return value.toFixed(2).replace(/\.?0+$/, '')
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
}
