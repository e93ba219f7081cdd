import type { RiskLevel } from '../model/risk.ts'

/** Every character that is not ASCII and that llmtop itself draws, with its stand-in for ASCII terminals. */
const GLYPHS = {
  critical: ['▲', '!'],
  warn: ['●', '*'],
  watch: ['○', 'o'],
  fine: ['✓', '+'],
  ceiling: ['┃', '|'],
  selected: ['▸', '>'],
  branch: ['╴', '-'],
  died: ['✝', 'x'],
  ellipsis: ['…', '~'],
  missing: ['–', '-'],
  minus: ['−', '-'],
  times: ['×', 'x'],
  degree: ['°', 'C'],
  atLeast: ['≥', '>'],
  about: ['≈', '~'],
  descending: ['▾', 'v'],
  ascending: ['▴', '^'],
  dot: ['·', '.'],
  recording: ['◉', '*'],
  loop: ['↻', '@'],
  weights: ['█', '#'],
  kvUsed: ['▓', '='],
  kvReserved: ['▒', '-'],
  activations: ['░', '+'],
  dynamic: ['▚', '%'],
  undivided: ['▆', '*'],
  others: ['╱', '/'],
  unowned: ['╳', 'x'],
  reserved: ['┊', ':'],
  barStart: ['▕', '['],
  barEnd: ['▏', ']'],
  horizontal: ['─', '-'],
  vertical: ['│', '|'],
  topLeft: ['╭', '.'],
  topRight: ['╮', '.'],
  bottomLeft: ['╰', "'"],
  bottomRight: ['╯', "'"],
  corner: ['└', '+'],
  tick: ['┤', '+'],
  tickDown: ['┬', '+'],
  dashed: ['┄', '-'],
  arrowUp: ['↑', '^'],
  arrowDown: ['↓', 'v'],
  arrowLeft: ['←', '<'],
  arrowRight: ['→', '>'],
  replacement: ['\ufffd', '?'],
} as const satisfies Record<string, readonly [unicode: string, ascii: string]>

export type GlyphName = keyof typeof GLYPHS

/** The Unicode form; ASCII terminals get theirs at the very edge, through `toAscii`. */
export function glyph(name: GlyphName): string {
  return GLYPHS[name][0]
}

/** One glyph for each level: colour is never the only carrier. */
export function levelGlyph(level: RiskLevel): string {
  return glyph(level)
}

/** What is told otherwise in ASCII than by single characters, in as many columns: `57°C` is `57 C`, `57°` is `57C`. */
export function toldInAscii(text: string): string {
  return text.replaceAll('°C', ' C')
}

/** The whole text in ASCII. */
export function textInAscii(text: string): string {
  return Array.from(toldInAscii(text), toAscii).join('')
}

const ASCII = new Map<string, string>(Object.values(GLYPHS))

/** The ASCII stand-in of a character of one column; what has none becomes `?`. */
export function toAscii(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (code < 0x80) return character
  if (code > 0x2800 && code <= 0x28ff) return brailleInAscii(code)
  return ASCII.get(character) ?? '?'
}

// Dots 1, 2, 4, 5 are the upper half of a braille cell, 3, 6, 7, 8 the lower.
const UPPER_DOTS = 0b0001_1011
const LOWER_DOTS = 0b1110_0100

function brailleInAscii(code: number): string {
  const upper = (code & UPPER_DOTS) !== 0
  const lower = (code & LOWER_DOTS) !== 0
  if (upper && lower) return ':'
  return upper ? "'" : '.'
}
