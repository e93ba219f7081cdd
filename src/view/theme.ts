import type { RiskLevel } from '../model/risk.ts'

/** A meaning, never a colour: the theme alone says how it looks. */
export type Tone =
  | 'text'
  | 'strong'
  | 'dim'
  | 'title'
  | 'border'
  | 'key'
  | 'badge'
  | 'replay'
  | 'weights'
  | 'kvUsed'
  | 'kvReserved'
  | 'activations'
  | 'dynamic'
  | 'undivided'
  | 'others'
  | 'unowned'
  | 'reserved'
  | 'free'
  | 'limit'
  | 'ceiling'
  | 'fine'
  | 'unknown'
  | 'selected'
  | RiskLevel
  | CurveTone

/** Curves of a chart, told apart by their labels too. */
export const CURVE_TONES = [
  'curve0',
  'curve1',
  'curve2',
  'curve3',
  'curve4',
  'curve5',
  'curve6',
  'curve7',
] as const
export type CurveTone = (typeof CURVE_TONES)[number]

/** How a tone is drawn. Colours are indices of the 256-colour palette; absent means the terminal's own. */
export interface Ink {
  readonly fg?: number
  readonly bg?: number
  readonly bold?: boolean
  readonly inverse?: boolean
}

/** A tone without an ink is drawn in the terminal's own. */
export type Theme = Readonly<Partial<Record<Tone, Ink>>>

/** For dark backgrounds. Only the row under the cursor has a background of its own. */
export const DARK_THEME: Theme = {
  strong: { bold: true },
  dim: { fg: 245 },
  title: { fg: 253, bold: true },
  border: { fg: 240 },
  key: { fg: 117 },
  badge: { fg: 114, bold: true },
  replay: { fg: 183, bold: true },
  weights: { fg: 68 },
  kvUsed: { fg: 79 },
  kvReserved: { fg: 66 },
  activations: { fg: 179 },
  dynamic: { fg: 43 },
  undivided: { fg: 110 },
  others: { fg: 139 },
  unowned: { fg: 174 },
  reserved: { fg: 242 },
  free: { fg: 238 },
  limit: { fg: 247 },
  ceiling: { fg: 215 },
  watch: { fg: 221 },
  warn: { fg: 208, bold: true },
  critical: { fg: 203, bold: true },
  fine: { fg: 114 },
  unknown: { fg: 245 },
  selected: { bg: 238 },
  curve0: { fg: 79 },
  curve1: { fg: 75 },
  curve2: { fg: 179 },
  curve3: { fg: 176 },
  curve4: { fg: 149 },
  curve5: { fg: 209 },
  curve6: { fg: 147 },
  curve7: { fg: 181 },
}

/** Without colours (NO_COLOR): weight alone, since every state has its own glyph and word. */
export const MONO_THEME: Theme = {
  strong: { bold: true },
  title: { bold: true },
  key: { bold: true },
  badge: { bold: true },
  replay: { bold: true },
  warn: { bold: true },
  critical: { bold: true, inverse: true },
  selected: { inverse: true },
}

/**
 * How a tone is drawn in the row under the cursor. What is dim elsewhere is read there; a row that is inverse as a whole is
 * of one colour, but for bars, which would show what is free as taken; what is inverse by itself stays as it is.
 */
export function chosenInk(theme: Theme, tone: Tone): Ink {
  const own = inkUnderCursor(theme, tone)
  const { selected = {} } = theme
  const isInverse = selected.inverse === true
  if (isInverse && BAR_TONES.has(tone)) return own
  if (isInverse) return { ...theme.text, ...selected, ...(own.bold === true && { bold: true }) }
  return own.inverse === true || own.bg !== undefined ? own : { ...own, ...selected }
}

function inkUnderCursor(theme: Theme, tone: Tone): Ink {
  return (tone === 'dim' || tone === 'unknown' ? theme.text : theme[tone]) ?? {}
}

// prettier-ignore
const BAR_TONES: ReadonlySet<Tone> = new Set<Tone>([
  'weights', 'kvUsed', 'kvReserved', 'activations', 'dynamic', 'undivided', 'others', 'unowned', 'reserved', 'free',
  'border', 'ceiling',
])

/** The tone of the n-th curve of a chart; after eight they repeat. */
export function curveTone(n: number): CurveTone {
  return CURVE_TONES[n % CURVE_TONES.length] ?? 'curve0'
}
