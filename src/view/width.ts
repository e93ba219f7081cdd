import { printable } from '../core/text.ts'
import { glyph } from './glyphs.ts'

// East Asian Wide and Fullwidth, and what terminals draw as emoji (Unicode 15.1, EastAsianWidth.txt, emoji-data.txt),
// as first and last code points. Neighbouring blocks are joined over unassigned code points.
const WIDE = [
  [0x1100, 0x115f],
  [0x231a, 0x231b],
  [0x2329, 0x232a],
  [0x23e9, 0x23ec],
  [0x23f0, 0x23f0],
  [0x23f3, 0x23f3],
  [0x25fd, 0x25fe],
  [0x2614, 0x2615],
  [0x2648, 0x2653],
  [0x267f, 0x267f],
  [0x2693, 0x2693],
  [0x26a1, 0x26a1],
  [0x26aa, 0x26ab],
  [0x26bd, 0x26be],
  [0x26c4, 0x26c5],
  [0x26ce, 0x26ce],
  [0x26d4, 0x26d4],
  [0x26ea, 0x26ea],
  [0x26f2, 0x26f3],
  [0x26f5, 0x26f5],
  [0x26fa, 0x26fa],
  [0x26fd, 0x26fd],
  [0x2705, 0x2705],
  [0x270a, 0x270b],
  [0x2728, 0x2728],
  [0x274c, 0x274c],
  [0x274e, 0x274e],
  [0x2753, 0x2755],
  [0x2757, 0x2757],
  [0x2795, 0x2797],
  [0x27b0, 0x27b0],
  [0x27bf, 0x27bf],
  [0x2b1b, 0x2b1c],
  [0x2b50, 0x2b50],
  [0x2b55, 0x2b55],
  [0x2e80, 0x303e],
  [0x3041, 0x3247],
  [0x3250, 0x4dbf],
  [0x4e00, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18cff],
  [0x1aff0, 0x1b2ff],
  [0x1f004, 0x1f004],
  [0x1f0cf, 0x1f0cf],
  [0x1f18e, 0x1f18e],
  [0x1f191, 0x1f19a],
  [0x1f1e6, 0x1f202],
  [0x1f210, 0x1f23b],
  [0x1f240, 0x1f265],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f7e0, 0x1f7f0],
  [0x1f90c, 0x1f9ff],
  [0x1fa70, 0x1faff],
  [0x20000, 0x3fffd],
] as const

const COMBINING = /^[\p{Mn}\p{Me}\u1160-\u11ff]$/u
// Joiners, variation selectors and other formatting that draws nothing of its own.
const INVISIBLE = /[\u00ad\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\u{e0000}-\u{e0fff}]/gu
const PLAIN = /^[\x20-\x7e]*$/
// Latin, dashes and dots, arrows, and what is drawn by us: box lines, blocks, shapes and braille, which are most of the
// screen. No need to ask further.
const ONE_COLUMN_EACH = /^[\x20-\x7e\xa1-\u02ff\u2010-\u2027\u2190-\u2319\u2500-\u25fc\u2800-\u28ff]*$/

/** Columns that a code point takes: 0 for marks that sit on their neighbour, 2 for wide characters and emoji. */
export function charWidth(character: string): 0 | 1 | 2 {
  const code = character.codePointAt(0) ?? 0
  if (code < 0x300 || ONE_COLUMN_EACH.test(character)) return 1
  if (COMBINING.test(character)) return 0
  return isWide(code) ? 2 : 1
}

/** Columns that a text takes on a terminal. */
export function displayWidth(text: string): number {
  if (ONE_COLUMN_EACH.test(text)) return text.length
  let columns = 0
  for (const character of text) columns += charWidth(character)
  return columns
}

/** Text from outside as it can be drawn: composed, without control or invisible characters. */
export function drawable(text: string): string {
  return PLAIN.test(text) ? text : printable(text).normalize('NFC').replace(INVISIBLE, '')
}

/** `text` in at most `columns`: what is cut off is announced by an ellipsis. */
export function truncate(text: string, columns: number): string {
  const shown = drawable(text)
  if (displayWidth(shown) <= columns) return shown
  return columns <= 0 ? '' : take(shown, columns - 1) + glyph('ellipsis')
}

/** `text` in exactly `columns`, cut or padded. */
export function fit(text: string, columns: number, align: 'left' | 'right' = 'left'): string {
  const shown = truncate(text, columns)
  const padding = ' '.repeat(Math.max(0, columns - displayWidth(shown)))
  return align === 'left' ? shown + padding : padding + shown
}

/** The part of a drawable text behind its first `columns`, for scrolling. */
export function skip(text: string, columns: number): string {
  const head = take(text, columns)
  return text.slice(head.length)
}

/** The longest beginning of a drawable text that fits. */
export function take(text: string, columns: number): string {
  let used = 0
  let length = 0
  for (const character of text) {
    used += charWidth(character)
    if (used > columns) break
    length += character.length
  }
  return text.slice(0, length)
}

/** The text in lines of at most `columns`, broken between words; what does not fit into `rows` ends in an ellipsis. */
export function wrap(text: string, columns: number, rows: number): readonly string[] {
  const lines: string[] = []
  let rest = drawable(text)
  while (lines.length < rows - 1 && displayWidth(rest) > columns) {
    const head = take(rest, columns + 1)
    const space = head.lastIndexOf(' ')
    const line = space > 0 ? head.slice(0, space) : take(rest, columns)
    if (line === '') break
    lines.push(line)
    rest = rest.slice(line.length).trimStart()
  }
  return rows > 0 && rest !== '' ? [...lines, truncate(rest, columns)] : lines
}

function isWide(code: number): boolean {
  let low = 0
  let high = WIDE.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const [first, last] = WIDE[middle] ?? [0, 0]
    if (code < first) high = middle - 1
    else if (code > last) low = middle + 1
    else return true
  }
  return false
}
