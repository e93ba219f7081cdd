import type { RiskEvent } from '../../model/incident.ts'
import type { Metric } from './metric.ts'

/** How often each class of risk has been raised since the exporter began. */
export type WarningCounts = ReadonlyMap<string, number>

export const WARNINGS_TOTAL: Pick<Metric, 'name' | 'type' | 'help' | 'labels' | 'group'> = {
  name: 'llmtop_warnings_total',
  type: 'counter',
  help: 'Warnings raised since the exporter began, by class of risk.',
  labels: ['rule'],
  group: 'Risk',
}

/** The counts with what a frame has raised. */
export function countWarnings(counts: WarningCounts, events: readonly RiskEvent[]): WarningCounts {
  const raised = events.filter(({ kind }) => kind === 'raised').map(({ risk }) => risk.class)
  if (raised.length === 0) return counts
  const next = new Map(counts)
  for (const rule of raised) next.set(rule, (next.get(rule) ?? 0) + 1)
  return next
}
