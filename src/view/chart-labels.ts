import { rowOf } from './chart-subject.ts'
import type { ChartSubject } from './chart-subject.ts'
import type { Tone } from './theme.ts'

interface Label {
  readonly text: string
  readonly tone: Tone
  readonly value: number
}

/** With more curves than this, those at the same value share a label, which counts them. */
export const FEW_CURVES = 4

/**
 * Names and newest values at the height of their curves and marks, one to a row. Where these are too many the limit goes
 * first, whose number the axis has, then ceilings, then the lowest curves.
 */
export function chartLabels(subject: ChartSubject, rows: number): ReadonlyMap<number, Label> {
  const marks = subject.marks.map(({ name, tone, value }): Label => ({ text: name, tone, value }))
  const curves = curveLabels(subject).toSorted(byHeight)
  const sorted = [...curves, ...marks.toReversed()].slice(0, rows).toSorted(byHeight)
  return spreadOut(
    sorted,
    sorted.map(({ value }) => rowOf(value / subject.yMax, rows)),
    rows,
  )
}

function byHeight(a: Label, b: Label): number {
  return b.value - a.value
}

interface CurveGroup {
  readonly first: Label
  readonly text: string
  readonly count: number
}

function curveLabels({ curves }: ChartSubject): readonly Label[] {
  const groups = new Map<string, CurveGroup>()
  for (const { name, tone, latest } of curves) {
    if (latest === undefined) continue
    const key = curves.length > FEW_CURVES ? latest.text : name
    const { first = { text: name, tone, value: latest.value }, count = 0 } = groups.get(key) ?? {}
    groups.set(key, { first, text: latest.text, count: count + 1 })
  }
  return [...groups.values()].map(({ first, text, count }) => ({
    ...first,
    text: `${first.text}${count > 1 ? ` +${count - 1}` : ''} ${text}`,
  }))
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
