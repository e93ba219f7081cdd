import { isOptional, type Metric, type MetricGroup } from './metric.ts'
import { METRICS } from './metrics.ts'
import { WARNINGS_TOTAL } from './warning-counts.ts'

const GROUPS: readonly MetricGroup[] = ['GPU', 'Workload', 'Risk', 'Host', 'llmtop']

type Described = Pick<Metric, 'name' | 'type' | 'help' | 'labels' | 'group'>

/** The whole of docs/metrics.md. */
export function metricsMarkdown(): string {
  const described: readonly Described[] = [...METRICS, WARNINGS_TOTAL]
  return [
    '# Metrics',
    '',
    'What `llmtop serve` exports, made from the tables in `src/outputs/prometheus`. Every series has the label `host`',
    'beside those that stand here. A value that is not known has no series. Two servers of one model on one card share',
    'their labels: bytes, tokens and requests are summed, ratios are the highest, times the shortest. `--label-pid` and',
    "`--label-command` keep them apart: then all that have the labels engine and model have the pid of the engine's first",
    'process, or its command line, beside them.',
    '',
    ...GROUPS.flatMap((group) => [
      `## ${group}`,
      '',
      ...described.filter((metric) => metric.group === group).map(line),
      '',
    ]),
  ]
    .join('\n')
    .replace(/\n+$/, '\n')
}

function line({ name, type, help, labels }: Described): string {
  const usual = labels.filter((label) => !isOptional(label))
  const set = usual.length === 0 ? '' : `{${usual.join(', ')}}`
  return `- \`${name}${set}\` (${type}): ${help}`
}
