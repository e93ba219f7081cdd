/** A cell's place in a picture, in pixels. */
export interface Cell {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/**
 * Blocks, box lines and braille as shapes that fill their cell exactly: fonts leave gaps between rows and many have
 * no braille. undefined: the character is text.
 */
export function shapeOf(character: string, cell: Cell, color: string): string | undefined {
  const code = character.codePointAt(0) ?? 0
  if (code > 0x2800 && code <= 0x28ff) return braille(code - 0x2800, cell, color)
  const block = BLOCKS[character]
  if (block !== undefined) return rect(cell, block, color)
  const strokes = STROKES[character]
  return strokes === undefined ? undefined : path(cell, strokes, color)
}

interface Block {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly opacity: number
}

const WHOLE = { x: 0, y: 0, width: 1, height: 1 }
const BLOCKS: Readonly<Record<string, Block>> = {
  '█': { ...WHOLE, opacity: 1 },
  '▓': { ...WHOLE, opacity: 0.75 },
  '▒': { ...WHOLE, opacity: 0.5 },
  '░': { ...WHOLE, opacity: 0.3 },
  '▆': { x: 0, y: 0.25, width: 1, height: 0.75, opacity: 0.8 },
  '▕': { x: 0.88, y: 0, width: 0.12, height: 1, opacity: 1 },
  '▏': { x: 0, y: 0, width: 0.12, height: 1, opacity: 1 },
  '┃': { x: 0.38, y: 0, width: 0.24, height: 1, opacity: 1 },
}

// Lines in tenths of the cell: M moves, L draws, Q bends.
const STROKES: Readonly<Record<string, string>> = {
  '─': 'M0 5L10 5',
  '│': 'M5 0L5 10',
  '╭': 'M10 5Q5 5 5 10',
  '╮': 'M0 5Q5 5 5 10',
  '╰': 'M5 0Q5 5 10 5',
  '╯': 'M5 0Q5 5 0 5',
  '└': 'M5 0L5 5L10 5',
  '┤': 'M5 0L5 10M0 5L5 5',
  '┊': 'M5 0L5 2M5 4L5 6M5 8L5 10',
  '╱': 'M0 10L10 0',
  '╳': 'M0 10L10 0M0 0L10 10',
  '▚': 'M0 0L5 0L5 5L0 5ZM5 5L10 5L10 10L5 10Z',
}

// Bits of a braille cell by column and row of its dots.
const DOTS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const

function braille(bits: number, cell: Cell, color: string): string {
  const dots = DOTS.flatMap((column, x) =>
    column.flatMap((bit, y) =>
      (bits & bit) === 0
        ? []
        : [
            `M${at(cell.left + (x + 0.5) * (cell.width / 2))} ${at(cell.top + (y + 0.5) * (cell.height / 4))}h0`,
          ],
    ),
  )
  return `<path d="${dots.join('')}" stroke="${color}" stroke-width="2.4" stroke-linecap="round"/>`
}

function rect(cell: Cell, block: Block, color: string): string {
  const place = `x="${at(cell.left + block.x * cell.width)}" y="${at(cell.top + block.y * cell.height)}"`
  const size = `width="${at(block.width * cell.width)}" height="${at(block.height * cell.height)}"`
  return `<rect ${place} ${size} fill="${color}"${block.opacity === 1 ? '' : ` opacity="${block.opacity}"`}/>`
}

function path(cell: Cell, strokes: string, color: string): string {
  const scaled = strokes.replace(/([\d.]+) ([\d.]+)/g, (_, x: string, y: string) => {
    return `${at(cell.left + (Number(x) / 10) * cell.width)} ${at(cell.top + (Number(y) / 10) * cell.height)}`
  })
  const fill = strokes.endsWith('Z') ? `fill="${color}"` : `fill="none" stroke="${color}"`
  return `<path d="${scaled}" ${fill}/>`
}

function at(value: number): string {
  return value.toFixed(2).replace(/\.?0+$/, '')
}
