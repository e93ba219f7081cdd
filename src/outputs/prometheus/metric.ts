import type { Reading } from '../../core/reading.ts'
import type { Frame } from '../../model/frame.ts'

/** One family of series: a row of the table that the exposition, docs/metrics.md and the dashboard are made of. */
export interface Metric {
  /** As Prometheus knows its series: base unit in the name, counters with `_total`. */
  readonly name: `llmtop_${string}`
  readonly type: 'gauge' | 'counter' | 'info'
  readonly unit?: 'bytes' | 'ratio' | 'seconds' | 'celsius' | 'watts'
  readonly help: string
  readonly group: MetricGroup
  /** The labels beside `host`, in the order in which they are written. */
  readonly labels: readonly string[]
  /**
   * How the values of series with equal labels become one: two servers of one model on one card are told apart by their
   * pids only, which are no labels unless that is asked for.
   */
  readonly merge: 'sum' | 'max' | 'min'
  readonly series: (frame: Frame) => readonly Series[]
}

/**
 * Labels that are written only where they were asked for: they change with every start of an engine, and a command line
 * tells of people. In the tables they are labels like all others.
 */
export const OPTIONAL_LABELS = ['pid', 'command'] as const
export type OptionalLabel = (typeof OPTIONAL_LABELS)[number]

export function isOptional(label: string): label is OptionalLabel {
  return OPTIONAL_LABELS.some((optional) => optional === label)
}

export type MetricGroup = 'GPU' | 'Workload' | 'Risk' | 'Host' | 'llmtop'

/** Label values without names, in the order of `Metric.labels`, and a number. A missing reading has no series. */
export interface Series {
  readonly labels: readonly string[]
  readonly value: number
}

/** One series, or none where the value is missing: a zero that nobody measured would be an alarm or hide one. */
export function seriesOf(labels: readonly string[], value: Reading<number>): readonly Series[] {
  return value.kind === 'known' && Number.isFinite(value.value) ? [{ labels, value: value.value }] : []
}
