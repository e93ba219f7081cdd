import { formatCount, formatGib } from '../core/format.ts'
import type { FitAdvice } from '../model/fit.ts'
import { glyph } from './glyphs.ts'

const LONGEST_ACTION = 44

/** The changes as a table: those that are enough are numbered. */
export function fitAdviceLines(advice: readonly FitAdvice[]): readonly string[] {
  if (advice.length === 0) return []
  const rows = advice.map((step, index) => [
    step.enough ? `${advice.slice(0, index + 1).filter(({ enough }) => enough).length}` : glyph('missing'),
    clip(step.action),
    step.contextTokens === undefined ? '' : formatCount(step.contextTokens),
    step.kvType ?? '',
    gain(step),
    [step.flags, step.enough ? '' : 'not enough alone', step.quality ?? '']
      .filter((text) => text !== '')
      .join('   '),
  ])
  const head = ['', 'what to change', 'context', 'KV type', 'gains', 'command (changes only)']
  const best = advice.find((step) => step.enough && step.command !== undefined)
  return ['', ...table([head, ...rows]), ...(best?.command === undefined ? [] : ['', `  ${best.command}`])]
}

function gain({ freesBytes, addsTokens }: FitAdvice): string {
  if (addsTokens !== undefined) return `+${formatCount(addsTokens)} tokens`
  return freesBytes === undefined ? '' : `${formatGib(freesBytes)} GiB`
}

function clip(text: string): string {
  return text.length > LONGEST_ACTION ? `${text.slice(0, LONGEST_ACTION - 1)}${glyph('ellipsis')}` : text
}

const RIGHT: ReadonlySet<number> = new Set([2, 4])

/** Columns as wide as their widest cell; the last one is not padded. */
export function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows.reduce<readonly number[]>(
    (widest, row) => row.map((text, column) => Math.max(text.length, widest[column] ?? 0)),
    [],
  )
  return rows.map((row) =>
    row
      .map((text, column) => {
        const width = widths[column] ?? 0
        return RIGHT.has(column) ? text.padStart(width) : text.padEnd(width)
      })
      .join('  ')
      .replace(/^/, '  ')
      .trimEnd(),
  )
}
