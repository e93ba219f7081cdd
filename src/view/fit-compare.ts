import { formatCount, formatGib } from '../core/format.ts'
import type { FitCell, FitVerdict } from '../model/fit.ts'
import { glyph } from './glyphs.ts'

const MARKS: Readonly<Record<FitVerdict['verdict'], string>> = { yes: glyph('fine'), no: ' ', unsure: '?' }

/**
 * The table of `--compare`: a block per cache type, a row per quantisation, a column per context. A cell is the GiB that are
 * needed on all GPUs together; with `pools`, the tokens that the pool holds.
 */
export function compareLines(cells: readonly FitCell[], pools: boolean): readonly string[] {
  const contexts = unique(cells.map(({ contextTokens }) => contextTokens))
  return unique(cells.map(({ kvType }) => kvType)).flatMap((kvType) => {
    const ofType = cells.filter((cell) => cell.kvType === kvType)
    const names = unique(ofType.map(({ quantization }) => quantization))
    const width = Math.max(...names.map((name) => name.length), 12)
    const head =
      `KV ${kvType}`.padEnd(width + 2) +
      contexts.map((tokens) => formatCount(tokens).padStart(COLUMN)).join('')
    const rows = names.map((name) => {
      const row = ofType.filter(({ quantization }) => quantization === name)
      return name.padEnd(width + 2) + row.map((cell) => cellText(cell, pools).padStart(COLUMN)).join('')
    })
    return ['', head, ...rows]
  })
}

/** What the marks mean. */
export function compareLegend(pools: boolean): string {
  const number = pools ? 'tokens that the pool holds' : 'GiB needed on all GPUs together'
  return `${number}; ${MARKS.yes} fits, ${MARKS.unsure} unsure, no mark: does not fit`
}

const COLUMN = 12

function cellText({ neededBytes, capacityTokens, fits }: FitCell, pools: boolean): string {
  const number = pools ? capacityTokens : neededBytes
  const text =
    number.kind === 'missing' ? glyph('missing') : pools ? formatCount(number.value) : formatGib(number.value)
  return `${text} ${MARKS[fits]}`
}

function unique<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values)]
}
