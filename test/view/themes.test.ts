import { expect, test } from 'vitest'
import { SLICE_KINDS } from '../../src/view/gpu-memory.ts'
import { CURVE_TONES } from '../../src/view/theme.ts'
import type { Ink, Tone } from '../../src/view/theme.ts'
import { THEME_NAMES, themeOf } from '../../src/view/themes.ts'

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

// Brightness as the eye sees it (ITU-R BT.709) of the colours of the 6×6×6 cube and the grey ramp.
function brightness(colour: number): number {
  if (colour >= 232) return (8 + 10 * (colour - 232)) / 255
  const level = (n: number) => (n === 0 ? 0 : 55 + 40 * n) / 255
  const n = colour - 16
  return 0.2126 * level(Math.floor(n / 36)) + 0.7152 * level(Math.floor(n / 6) % 6) + 0.0722 * level(n % 6)
}

test('text is dark on light, and light on dark', () => {
  const read: readonly Tone[] = ['dim', 'title', 'key', 'watch', 'warn', 'fine', 'ceiling']
  const of = (name: (typeof THEME_NAMES)[number]) =>
    read.map((tone) => brightness(themeOf(name)[tone]?.fg ?? 16))
  expect(Math.max(...of('light'))).toBeLessThan(0.6)
  expect(Math.min(...of('dark'))).toBeGreaterThan(0.4)
  expect(Math.min(...of('contrast'))).toBeGreaterThan(0.6)
})
