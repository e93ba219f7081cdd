import { expect, test } from 'vitest'
import { SLICE_KINDS } from '../../src/view/gpu-memory.ts'
import { chosenInk, CURVE_TONES } from '../../src/view/theme.ts'
import type { Ink, Tone } from '../../src/view/theme.ts'
import { THEME_NAMES, themeOf } from '../../src/view/themes.ts'
import type { ThemeName } from '../../src/view/themes.ts'
import { paletteColor } from '../support/svg.ts'

const COLOURED = THEME_NAMES.filter((name) => name !== 'mono')
const LEVELS: readonly Tone[] = ['watch', 'warn', 'critical', 'fine']

function look(ink: Ink | undefined): string {
  return JSON.stringify(ink ?? {})
}

test.each(THEME_NAMES)('%s keeps within the 256 colours', (name) => {
  const colours = Object.values(themeOf(name)).flatMap(({ fg, bg }) => [fg ?? 0, bg ?? 0])
  expect(colours.every((colour) => Number.isInteger(colour) && colour >= 0 && colour <= 255)).toBe(true)
})

test.each(COLOURED)('%s tells slices, levels and curves apart', (name) => {
  const theme = themeOf(name)
  for (const tones of [SLICE_KINDS, LEVELS, CURVE_TONES]) {
    const looks = tones.map((tone) => look(theme[tone]))
    expect(new Set(looks).size).toBe(tones.length)
  }
})

test('mono has no colour at all', () => {
  const colours = Object.values(themeOf('mono')).flatMap(({ fg, bg }) => [fg, bg])
  expect(colours.every((colour) => colour === undefined)).toBe(true)
})

test.each(THEME_NAMES)('%s tells a key from what it does', (name) => {
  expect(look(themeOf(name).key)).not.toBe(look(themeOf(name).dim))
})

/** Tones in which words are written, curves apart. */
const WORDS: readonly Tone[] = [
  'text', 'strong', 'dim', 'title', 'key', 'badge', 'replay', 'limit', 'ceiling', 'unowned', 'unknown',
  ...LEVELS,
] // prettier-ignore
const GROUNDS = { dark: '#1e1e1e', light: '#ffffff', contrast: '#1e1e1e', safe: '#1e1e1e', mono: '#1e1e1e' }
const TEXTS = { dark: '#d4d4d4', light: '#1e1e1e', contrast: '#d4d4d4', safe: '#d4d4d4', mono: '#d4d4d4' }

// Relative luminance and contrast of WCAG 2 (https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio).
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const level = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return level <= 0.03928 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast({ fg, bg }: Ink, name: ThemeName): number {
  const luminances = [
    fg === undefined ? TEXTS[name] : paletteColor(fg),
    bg === undefined ? GROUNDS[name] : paletteColor(bg),
  ].map(luminance)
  return (Math.max(...luminances) + 0.05) / (Math.min(...luminances) + 0.05)
}

test.each(THEME_NAMES)('%s: words have the contrast of 4.5 that WCAG asks for', (name) => {
  const weak = [...WORDS, ...CURVE_TONES].filter((tone) => contrast(themeOf(name)[tone] ?? {}, name) < 4.5)
  expect(weak).toEqual([])
})

test.each(THEME_NAMES)('%s: under the cursor words keep a contrast of 3', (name) => {
  const weak = WORDS.filter((tone) => contrast(chosenInk(themeOf(name), tone), name) < 3)
  expect(weak).toEqual([])
})

test('a row that is inverse under the cursor is so as a whole', () => {
  const looks = (['text', 'dim', 'strong', 'watch'] as const).map((tone) =>
    look({ ...chosenInk(themeOf('contrast'), tone), bold: false }),
  )
  expect(new Set(looks).size).toBe(1)
})

test.each(THEME_NAMES)('%s: under the cursor a bar looks as it does elsewhere', (name) => {
  const theme = themeOf(name)
  const bar = [...SLICE_KINDS, 'border', 'ceiling'] as const
  const drawn = bar.map((tone) => withoutGround(chosenInk(theme, tone)))
  expect(drawn).toEqual(bar.map((tone) => withoutGround(theme[tone] ?? {})))
})

function withoutGround({ fg, bold, inverse }: Ink): readonly unknown[] {
  return [fg, bold, inverse]
}
