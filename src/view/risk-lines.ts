import { formatBytes, formatCount } from '../core/format.ts'
import type { Advice, Risk } from '../model/risk.ts'
import { lineWidth, span, spread } from './line.ts'
import type { Line } from './panel.ts'
import { wrap } from './width.ts'

const LABEL_COLUMNS = 20
const NARROW_LABEL_COLUMNS = 7
const MOST_LINES = 12

/** A warning in full: what will happen, why llmtop thinks so, and what to do with its price and its command. */
export function riskLines(risk: Risk, columns: number): readonly Line[] {
  return [
    ...labelled('What will happen', 'What', [risk.summary], columns),
    ...labelled('Why', 'Why', risk.evidence, columns),
    ...adviceLines(risk.advice, columns),
  ]
}

/** `frees about 15 GiB, needs a restart`: what a step brings and what it costs. */
export function priceOf(advice: Advice): string {
  return [
    ...(advice.freesBytes === undefined ? [] : [`frees about ${formatBytes(advice.freesBytes)}`]),
    ...(advice.addsTokens === undefined ? [] : [`adds ${formatCount(advice.addsTokens)} tokens`]),
    ...(advice.quality === undefined ? [] : [advice.quality]),
    advice.restart ? 'needs a restart' : 'no restart',
  ].join(', ')
}

/** A text behind a label, broken over lines. */
export function labelled(
  label: string,
  short: string,
  texts: readonly string[],
  columns: number,
): readonly Line[] {
  const width = labelWidth(columns)
  const name = columns >= 90 ? label : short
  const lines = texts.flatMap((text) => wrap(text, Math.max(1, columns - width - 2), MOST_LINES))
  return lines.map((text, i) => [span(` ${(i === 0 ? name : '').padEnd(width - 1)}`, 'title'), span(text)])
}

function adviceLines(advice: readonly Advice[], columns: number): readonly Line[] {
  const width = labelWidth(columns)
  return advice.flatMap((one, i) => {
    const label = i === 0 ? (columns >= 90 ? 'What to do' : 'Do') : ''
    const head: Line = [span(` ${label.padEnd(width - 1)}`, 'title'), span(`${i + 1}  `, 'key')]
    return [...stepLines(one, head, columns), ...commandLines(one, width + 3, columns)]
  })
}

function stepLines(advice: Advice, head: Line, columns: number): readonly Line[] {
  const price: Line = [span(`${priceOf(advice)} `, 'dim')]
  const room = columns - lineWidth(head) - lineWidth(price) - 2
  const indent = span(' '.repeat(lineWidth(head)))
  if (room >= advice.action.length) return [spread([...head, span(advice.action)], price, columns)]
  const words = wrap(advice.action, Math.max(1, columns - lineWidth(head) - 1), MOST_LINES)
  return [
    ...words.map((text, i): Line => (i === 0 ? [...head, span(text)] : [indent, span(text)])),
    ...wrap(priceOf(advice), Math.max(1, columns - lineWidth(head) - 1), 2).map((text): Line => [
      indent,
      span(text, 'dim'),
    ]),
  ]
}

function commandLines({ command }: Advice, indent: number, columns: number): readonly Line[] {
  if (command === undefined) return []
  return wrap(command, Math.max(1, columns - indent - 1), MOST_LINES).map((text): Line => [
    span(' '.repeat(indent)),
    span(text, 'key'),
  ])
}

function labelWidth(columns: number): number {
  return columns >= 90 ? LABEL_COLUMNS : NARROW_LABEL_COLUMNS
}
