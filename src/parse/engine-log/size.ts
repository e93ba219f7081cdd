import { gibibytes, mebibytes } from '../../core/units.ts'

/**
 * `1952.00 MiB`, `2160,00 MiB`, `6.25GiB`, `15.54 GB`, `-2.14 GiB` as bytes. Engines that say GB and MB mean the binary
 * units; before a unit a comma is the decimal sign of a locale. Undefined where it is no number.
 */
export function sizeBytes(number: string, unit: string): number | undefined {
  const value = Number(number.replace(',', '.'))
  if (!Number.isFinite(value)) return undefined
  const bytes = SIZES[unit.charAt(0).toUpperCase()]?.(value)
  return bytes === undefined ? undefined : Math.round(bytes)
}

/** `1,754,352` or `46611`: a count, whose commas are thousands marks. */
export function countOf(text: string): number | undefined {
  const value = Number(text.replaceAll(',', ''))
  return Number.isSafeInteger(value) ? value : undefined
}

/** A number with its unit, as a piece of a pattern with two groups. */
export const SIZE = String.raw`(-?\d[\d.,]*)\s*([KMG]i?B)`

const SIZES: Readonly<Partial<Record<string, (value: number) => number>>> = {
  K: (value) => value * 1024,
  M: mebibytes,
  G: gibibytes,
}
