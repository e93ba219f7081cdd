import type { Frame } from '../../model/frame.ts'
import { isOptional, type Metric, type OptionalLabel, type Series } from './metric.ts'
import { METRICS } from './metrics.ts'
import { WARNINGS_TOTAL, type WarningCounts } from './warning-counts.ts'

export type ExpositionFormat = 'text' | 'openmetrics'

/** The content type of each format. https://prometheus.io/docs/instrumenting/exposition_formats/ */
export const CONTENT_TYPES: Readonly<Record<ExpositionFormat, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
}

/** What is exposed of one host. */
export interface HostState {
  readonly frame: Frame
  readonly warnings: WarningCounts
}

/**
 * All series of all hosts, family by family, as Prometheus reads them. Pure.
 * @param asked the optional labels that are written
 */
export function exposition(
  hosts: readonly HostState[],
  format: ExpositionFormat,
  asked: ReadonlySet<OptionalLabel> = new Set(),
): string {
  const families = [
    ...METRICS.map((metric) => {
      const isLeftOut = metric.labels.map((label) => isOptional(label) && !asked.has(label))
      return family(
        metric,
        hosts.flatMap(({ frame }) =>
          ofHost(frame.host, merged(metric, without(metric.series(frame), isLeftOut))),
        ),
        format,
      )
    }),
    family(
      WARNINGS_TOTAL,
      hosts.flatMap(({ frame, warnings }) =>
        ofHost(
          frame.host,
          [...warnings].map(([rule, value]) => ({ labels: [rule], value })),
        ),
      ),
      format,
    ),
  ]
  return `${families.join('')}${format === 'openmetrics' ? '# EOF\n' : ''}`
}

type Described = Pick<Metric, 'name' | 'type' | 'unit' | 'help' | 'labels'>

/** A family without series is left out: its header alone says nothing. */
function family(metric: Described, series: readonly Series[], format: ExpositionFormat): string {
  if (series.length === 0) return ''
  const names = ['host', ...metric.labels]
  const lines = series.map(({ labels, value }) => `${metric.name}${labelSet(names, labels)} ${value}\n`)
  return `${header(metric, format)}${lines.join('')}`
}

function header({ name, type, unit, help }: Described, format: ExpositionFormat): string {
  if (format === 'text') {
    const plainType = type === 'info' ? 'gauge' : type
    return `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${plainType}\n`
  }
  // OpenMetrics names a family without the suffix that its type adds to the series
  const base = name.replace(/_total$|_info$/, '')
  const unitLine = unit === undefined || !base.endsWith(`_${unit}`) ? '' : `# UNIT ${base} ${unit}\n`
  return `# TYPE ${base} ${type}\n${unitLine}# HELP ${base} ${escapeHelp(help)}\n`
}

function ofHost(host: string, series: readonly Series[]): readonly Series[] {
  return series.map(({ labels, value }) => ({ labels: [host, ...labels], value }))
}

function without(series: readonly Series[], isLeftOut: readonly boolean[]): readonly Series[] {
  if (!isLeftOut.includes(true)) return series
  return series.map(({ labels, value }) => ({
    labels: labels.map((label, at) => (isLeftOut[at] === true ? '' : label)),
    value,
  }))
}

/** Series with equal labels made one, since Prometheus refuses a page that holds a series twice. */
function merged({ merge }: Metric, series: readonly Series[]): readonly Series[] {
  const byLabels = new Map<string, Series>()
  for (const next of series) {
    const key = next.labels.join('\u0000')
    const before = byLabels.get(key)
    byLabels.set(
      key,
      before === undefined ? next : { ...next, value: combine(merge, before.value, next.value) },
    )
  }
  return [...byLabels.values()]
}

function combine(merge: Metric['merge'], a: number, b: number): number {
  switch (merge) {
    case 'sum':
      return a + b
    case 'max':
      return Math.max(a, b)
    case 'min':
      return Math.min(a, b)
  }
}

/** An empty label is the same as none (Prometheus data model), and is left out. */
function labelSet(names: readonly string[], values: readonly string[]): string {
  const pairs = names.flatMap((name, at) => {
    const value = values[at] ?? ''
    return value === '' ? [] : [`${name}="${escapeLabel(value)}"`]
  })
  return `{${pairs.join(',')}}`
}

// a name or a command line of any length may come from outside
const LONGEST_LABEL = 200

function escapeLabel(text: string): string {
  const short = text.length > LONGEST_LABEL ? `${text.slice(0, LONGEST_LABEL - 1)}…` : text
  return short.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}
