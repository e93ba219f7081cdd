import type { ScreenLine } from 'blessed'
import { toAscii, toldInAscii } from '../../view/glyphs.ts'
import type { Line, Rect, Span } from '../../view/panel.ts'
import type { Picture } from '../../view/picture.ts'
import { chosenInk } from '../../view/theme.ts'
import type { Ink, Theme } from '../../view/theme.ts'
import { charWidth } from '../../view/width.ts'

/** How text is put on this terminal. */
export interface Style {
  readonly theme: Theme
  readonly ascii: boolean
}

/** The part of blessed's screen that cells are written to. */
export interface Cells {
  readonly lines: readonly ScreenLine[]
  readonly olines: readonly ScreenLine[]
}

/**
 * Writes the lines of a picture into the screen's cells, and only what differs; the places of curves are left alone.
 * Straight into cells, not as content of a box: blessed's own reading of content knows no emoji, loses columns to
 * combining marks, and would obey escape sequences.
 */
export function paint({ lines, plots }: Picture, cells: Cells, style: Style): void {
  lines.forEach((line, y) => {
    const row = cells.lines[y]
    const shown = cells.olines[y]
    if (row === undefined || shown === undefined) return
    const covered = plots.flatMap(({ rect }) => (y >= rect.top && y < rect.top + rect.rows ? [rect] : []))
    paintLine(line, { row, shown, covered, style })
  })
}

/** blessed's packed attributes of an ink: flags, foreground, background; 511 is the terminal's own colour. */
export function attributes(ink: Ink): number {
  const flags = (ink.bold === true ? BOLD : 0) | (ink.inverse === true ? INVERSE : 0)
  return (flags << 18) | ((ink.fg ?? OWN_COLOUR) << 9) | (ink.bg ?? OWN_COLOUR)
}

const BOLD = 1
const INVERSE = 8
const OWN_COLOUR = 0x1ff

interface Target {
  readonly row: ScreenLine
  readonly shown: ScreenLine
  readonly covered: readonly Rect[]
  readonly style: Style
}

function paintLine(line: Line, target: Target): void {
  let x = 0
  for (const span of line) {
    const attribute = attributesOf(span, target.style.theme)
    const text = target.style.ascii ? toldInAscii(span.text) : span.text
    for (const character of text) x = put(target, x, attribute, character)
  }
}

// Returns the column behind the character.
function put(target: Target, x: number, attribute: number, character: string): number {
  const { row, covered, style } = target
  const columns = charWidth(character)
  if (columns === 0) {
    combine(row, x - 1, character, style)
  } else if (!covered.some((rect) => x >= rect.left && x < rect.left + rect.columns)) {
    if (columns === 2) putWide(target, x, attribute, character)
    else write(row, x, attribute, style.ascii ? toAscii(character) : character)
  }
  return x + columns
}

function attributesOf({ tone = 'text', selected = false }: Span, theme: Theme): number {
  return attributes(selected ? chosenInk(theme, tone) : (theme[tone] ?? {}))
}

// The second cell of a wide character holds the move to the column behind it: terminals disagree about the width of
// emoji, and with that what follows stands where it should on all of them. Both cells are always written together.
function putWide({ row, shown, style }: Target, x: number, attribute: number, character: string): void {
  const fits = x + 1 < row.length && !style.ascii
  const changed = write(row, x, attribute, fits ? character : '?')
  const second = shown[x + 1]
  if (changed && second !== undefined) second[1] = NEVER
  write(row, x + 1, attribute, fits ? `\u001b[${x + 3}G` : '?')
}

const NEVER = '\u0000'

// A mark that draws itself over its neighbour lives in the neighbour's cell.
function combine(row: ScreenLine, x: number, character: string, style: Style): void {
  const cell = row[x]
  if (cell === undefined || style.ascii || cell[1].startsWith('\u001b')) return
  cell[1] += character
  row.dirty = true
}

/** Puts a character into a cell; false when it was there already. */
export function write(row: ScreenLine, x: number, attribute: number, character: string): boolean {
  const cell = row[x]
  if (cell === undefined || (cell[0] === attribute && cell[1] === character)) return false
  cell[0] = attribute
  cell[1] = character
  row.dirty = true
  return true
}
