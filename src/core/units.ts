// Conversions at the edge: inside llmtop everything is bytes, milliseconds, watts, percent 0–100, ratio 0–1.

const KIB = 1024
const MIB = KIB * 1024
export const GIB = MIB * 1024

export function kibibytes(count: number): number {
  return count * KIB
}

export function mebibytes(count: number): number {
  return count * MIB
}

export function gibibytes(count: number): number {
  return count * GIB
}

export function seconds(count: number): number {
  return count * 1000
}

export function minutes(count: number): number {
  return count * 60_000
}
