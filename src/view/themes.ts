import { DARK_THEME, MONO_THEME } from './theme.ts'
import type { Theme } from './theme.ts'

/** `safe` can be told apart by people who see red and green alike. */
export const THEME_NAMES = ['dark', 'light', 'contrast', 'safe', 'mono'] as const
export type ThemeName = (typeof THEME_NAMES)[number]

/** A theme by its name, in colours of the 256-colour palette. */
export function themeOf(name: ThemeName): Theme {
  switch (name) {
    case 'dark':
      return DARK_THEME
    case 'light':
      return LIGHT_THEME
    case 'contrast':
      return CONTRAST_THEME
    case 'safe':
      return SAFE_THEME
    case 'mono':
      return MONO_THEME
  }
}

/** For light backgrounds: every colour is dark enough to be read on white. */
const LIGHT_THEME: Theme = {
  strong: { bold: true },
  dim: { fg: 242 },
  title: { fg: 235, bold: true },
  border: { fg: 248 },
  key: { fg: 25 },
  badge: { fg: 28, bold: true },
  replay: { fg: 91, bold: true },
  weights: { fg: 25 },
  kvUsed: { fg: 30 },
  kvReserved: { fg: 66 },
  activations: { fg: 136 },
  dynamic: { fg: 29 },
  undivided: { fg: 61 },
  others: { fg: 96 },
  unowned: { fg: 124 },
  reserved: { fg: 244 },
  free: { fg: 250 },
  limit: { fg: 240 },
  ceiling: { fg: 130 },
  watch: { fg: 94 },
  warn: { fg: 130, bold: true },
  critical: { fg: 160, bold: true },
  fine: { fg: 28 },
  unknown: { fg: 242 },
  selected: { bg: 253 },
  curve0: { fg: 23 },
  curve1: { fg: 26 },
  curve2: { fg: 130 },
  curve3: { fg: 127 },
  curve4: { fg: 22 },
  curve5: { fg: 160 },
  curve6: { fg: 61 },
  curve7: { fg: 95 },
}

/** The strongest colours there are, for tired eyes and bad projectors. */
const CONTRAST_THEME: Theme = {
  text: { fg: 231 },
  strong: { fg: 231, bold: true },
  dim: { fg: 252 },
  title: { fg: 231, bold: true },
  border: { fg: 250 },
  key: { fg: 123, bold: true },
  badge: { fg: 118, bold: true },
  replay: { fg: 219, bold: true },
  weights: { fg: 39 },
  kvUsed: { fg: 118 },
  kvReserved: { fg: 34 },
  activations: { fg: 226 },
  dynamic: { fg: 51 },
  undivided: { fg: 117 },
  others: { fg: 219 },
  unowned: { fg: 203 },
  reserved: { fg: 250 },
  free: { fg: 244 },
  limit: { fg: 231 },
  ceiling: { fg: 214, bold: true },
  watch: { fg: 226, bold: true },
  warn: { fg: 214, bold: true },
  critical: { fg: 231, bg: 160, bold: true },
  fine: { fg: 118 },
  unknown: { fg: 252 },
  selected: { inverse: true },
  curve0: { fg: 118 },
  curve1: { fg: 51 },
  curve2: { fg: 226 },
  curve3: { fg: 213 },
  curve4: { fg: 231 },
  curve5: { fg: 214 },
  curve6: { fg: 117 },
  curve7: { fg: 203 },
}

// Blue, orange, sky blue, yellow, bluish green, vermilion and reddish purple: the palette of Okabe and Ito (2008), as near
// as the 256 colours come. Levels rise from yellow over orange to vermilion in reverse.
const SAFE_THEME: Theme = {
  ...DARK_THEME,
  badge: { fg: 75, bold: true },
  weights: { fg: 33 },
  kvUsed: { fg: 214 },
  kvReserved: { fg: 137 },
  activations: { fg: 175 },
  dynamic: { fg: 36 },
  undivided: { fg: 110 },
  others: { fg: 250 },
  unowned: { fg: 248 },
  ceiling: { fg: 228 },
  watch: { fg: 228 },
  warn: { fg: 214, bold: true },
  critical: { fg: 202, bold: true, inverse: true },
  fine: { fg: 75 },
  curve0: { fg: 75 },
  curve1: { fg: 214 },
  curve2: { fg: 36 },
  curve3: { fg: 228 },
  curve4: { fg: 175 },
  curve5: { fg: 33 },
  curve6: { fg: 202 },
  curve7: { fg: 250 },
}
