import { rowOf } from './chart-subject.ts'
import type { ChartSubject } from './chart-subject.ts'
import type { Tone } from './theme.ts'

interface Label {
  readonly text: string
  readonly tone: Tone
  readonly value: number
}

/** Names and newest values at the height of their curves and marks, one to a row; of too many the lowest are left out. */
export function chartLabels(subject: ChartSubject, rows: number): ReadonlyMap<number, Label> {
  const curves = subject.curves.flatMap(({ name, tone, latest }): readonly Label[] =>
    latest === undefined ? [] : [{ text: `${name} ${latest.text}`, tone, value: latest.value }],
  )
  const marks = subject.marks.map(({ name, tone, value }): Label => ({ text: name, tone, value }))
  const sorted = [...marks, ...curves].toSorted((a, b) => b.value - a.value).slice(0, rows)
  return spreadOut(
    sorted,
    sorted.map(({ value }) => rowOf(value / subject.yMax, rows)),
    rows,
  )
}

// Each label keeps its place in the order of heights and moves no further than it must: first down, then back up.
function spreadOut(
  labels: readonly Label[],
  wanted: readonly number[],
  rows: number,
): ReadonlyMap<number, Label> {
  const lowered: number[] = []
  for (const row of wanted) lowered.push(Math.max(row, (lowered.at(-1) ?? -1) + 1))
  return new Map(labels.map((label, i) => [Math.min(lowered[i] ?? 0, rows - labels.length + i), label]))
}
