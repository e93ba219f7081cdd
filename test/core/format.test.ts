import { describe, expect, test } from 'vitest'
import {
  formatBytes,
  formatBytesShort,
  formatCount,
  formatDuration,
  formatGib,
  formatGrowth,
  formatPercent,
} from '../../src/core/format.ts'
import { gibibytes, kibibytes, mebibytes, minutes, seconds } from '../../src/core/units.ts'

describe('what people read', () => {
  test.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [kibibytes(12), '12 KiB'],
    [mebibytes(496), '496 MiB'],
    [mebibytes(1023), '1023 MiB'],
    [gibibytes(1), '1.0 GiB'],
    [gibibytes(71.4), '71.4 GiB'],
    [-gibibytes(2), '-2.0 GiB'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text)
  })

  test.each([
    [0, '0K'],
    [kibibytes(700), '700K'],
    [mebibytes(496), '496M'],
    [mebibytes(972), '972M'],
    [mebibytes(980), '1.0G'],
    [gibibytes(71.4), '71.4G'],
    [gibibytes(999.9), '999.9G'],
    [gibibytes(1128.1), '1128G'],
    [-mebibytes(5), '-5M'],
  ])('%d bytes in a narrow column are %s', (bytes, text) => {
    expect(formatBytesShort(bytes)).toBe(text)
  })

  test.each([
    [4200, '4.2 s'],
    [9940, '9.9 s'],
    [seconds(35.9), '35 s'],
    [seconds(119.9), '119 s'],
    [seconds(120), '2 min'],
    [minutes(12.9), '12 min'],
    [minutes(119), '119 min'],
    [minutes(120), '2 h'],
    [minutes(60 * 47), '47 h'],
    [minutes(60 * 24 * 12.5), '12 d'],
  ])('%d ms are %s: one number, one unit, rounded down to what is certain', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })

  test('growth has a sign and is per minute, the pace at which people watch memory', () => {
    expect(formatGrowth(gibibytes(0.06))).toBe('+3.6 GiB/min')
    expect(formatGrowth(-mebibytes(1))).toBe('−60 MiB/min')
  })

  test('counts have thousands separators that no locale changes', () => {
    expect([0, 999, 1000, 2310.4, 8_030_261_248].map(formatCount)).toEqual([
      '0',
      '999',
      '1,000',
      '2,310',
      '8,030,261,248',
    ])
  })

  test('percent and bare GiB', () => {
    expect([formatPercent(91.6), formatGib(gibibytes(71.44))]).toEqual(['92 %', '71.4'])
  })
})
