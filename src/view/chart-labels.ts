import { rowOf } from './chart-subject.ts'
import type { ChartSubject } from './chart-subject.ts'
import type { Tone } from './theme.ts'

interface Label {
  readonly text: string
  readonly tone: Tone
  readonly row: number
}

/** Names and newest values at the height of their curves and marks, one to a row; what finds no row is left out. */
export function chartLabels(subject: ChartSubject, rows: number): ReadonlyMap<number, Label> {
  const curves = subject.curves.flatMap(({ name, tone, latest }): readonly Label[] =>
    latest === undefined
      ? []
      : [{ text: `${name} ${latest.text}`, tone, row: rowOf(latest.value / subject.yMax, rows) }],
  )
  const marks = subject.marks.map(({ name, tone, value }): Label => ({
    text: name,
    tone,
    row: rowOf(value / subject.yMax, rows),
  }))
  return spreadOut([...marks, ...curves].slice(0, rows), rows)
}

// Each label keeps its place in the order of heights and moves no further than it must: first down, then back up.
function spreadOut(labels: readonly Label[], rows: number): ReadonlyMap<number, Label> {
  const sorted = labels.toSorted((a, b) => a.row - b.row)
  const lowered: number[] = []
  for (const label of sorted) lowered.push(Math.max(label.row, (lowered.at(-1) ?? -1) + 1))
  return new Map(sorted.map((label, i) => [Math.min(lowered[i] ?? 0, rows - sorted.length + i), label]))
}
