import { isOptional, type Metric } from '../../src/outputs/prometheus/metric.ts'
import { METRICS } from '../../src/outputs/prometheus/metrics.ts'
import { ROWS, type Asked, type PanelDefinition } from './dashboard-panels.ts'

/** The Grafana dashboard that ships in docs/deploy. Grafana 9 and later; schema 38. */
export function dashboardJson(): string {
  return `${JSON.stringify(
    {
      id: null,
      uid: 'llmtop',
      title: 'llmtop',
      tags: ['gpu', 'llm'],
      schemaVersion: 38,
      editable: true,
      refresh: '10s',
      time: { from: 'now-1h', to: 'now' },
      templating: { list: [DATASOURCE, HOST] },
      panels: placed(ROWS.flatMap(({ title, panels }) => [rowPanel(title), ...panels.map(panel)])),
    },
    null,
    2,
  )}\n`
}

/** What each panel asks, of the chosen hosts. */
export function dashboardExpressions(): readonly string[] {
  return ROWS.flatMap(({ panels }) => panels.flatMap(({ of }) => of.map((one) => askedOf(one).expression)))
}

const SOURCE = { type: 'prometheus', uid: '${datasource}' }

const DATASOURCE = { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus' }

const HOST = {
  name: 'host',
  label: 'Host',
  type: 'query',
  datasource: SOURCE,
  query: { query: 'label_values(llmtop_up, host)', refId: 'host' },
  refresh: 2,
  multi: true,
  includeAll: true,
  allValue: '.*',
  current: { text: 'All', value: '$__all' },
}

const WHOLE_WIDTH = 24

interface Unplaced {
  readonly width: number
  readonly height: number
  readonly content: object
}

function rowPanel(title: string): Unplaced {
  return { width: WHOLE_WIDTH, height: 1, content: { type: 'row', title, collapsed: false, panels: [] } }
}

function panel(definition: PanelDefinition): Unplaced {
  const { title, kind = 'timeseries', stacked = false, wide = false, signed = false, of } = definition
  const metrics = of.flatMap((one) => (typeof one === 'string' ? metricCalled(one) : []))
  return {
    width: wide ? WHOLE_WIDTH : WHOLE_WIDTH / 2,
    height: 8,
    content: {
      type: kind,
      title,
      description: definition.description ?? metrics.map(({ help }) => help).join(' '),
      datasource: SOURCE,
      fieldConfig: {
        defaults: {
          unit: definition.unit ?? unitOf(metrics[0]),
          ...(signed ? {} : { min: 0 }),
          custom: stacked ? { stacking: { mode: 'normal' }, fillOpacity: 40 } : {},
        },
        overrides: [],
      },
      targets: of.map((one, at) => ({
        refId: String.fromCharCode(65 + at),
        datasource: SOURCE,
        expr: askedOf(one).expression,
        legendFormat: askedOf(one).legend,
        ...(kind === 'table' ? { instant: true, format: 'table' } : {}),
      })),
    },
  }
}

function metricCalled(name: Metric['name']): Metric {
  const metric = METRICS.find((one) => one.name === name)
  if (metric === undefined) throw new Error(`no metric is called ${name}`)
  return metric
}

const UNITS: Readonly<Record<NonNullable<Metric['unit']>, string>> = {
  bytes: 'bytes',
  ratio: 'percentunit',
  seconds: 's',
  celsius: 'celsius',
  watts: 'watt',
}

function unitOf(metric: Metric | undefined): string {
  return metric?.unit === undefined ? 'short' : UNITS[metric.unit]
}

const OF_HOSTS = '{host=~"$host"}'

function askedOf(one: Metric['name'] | Asked): Asked {
  if (typeof one !== 'string')
    return { ...one, expression: one.expression.replace(/llmtop_\w+/g, (name) => `${name}${OF_HOSTS}`) }
  return { expression: `${one}${OF_HOSTS}`, legend: legendOf(metricCalled(one)) }
}

/** `{{host}} GPU {{gpu}} {{engine}} {{model}} used`: whose it is, then which of several metrics. */
function legendOf({ name, labels }: Metric): string {
  const shown = labels.filter((label) => label !== 'uuid' && !isOptional(label))
  const whose = shown.map((label) => (label === 'gpu' ? 'GPU {{gpu}}' : `{{${label}}}`))
  const what = name.replace(/^llmtop_|_(bytes|ratio|seconds|celsius|watts|total)$/g, '').replaceAll('_', ' ')
  return ['{{host}}', ...whose, what].join(' ')
}

/** Panels flow from left to right on a grid of 24 columns; one that does not fit begins a line. */
function placed(panels: readonly Unplaced[]): readonly object[] {
  let [x, y, lineHeight] = [0, 0, 0]
  return panels.map(({ width, height, content }, at) => {
    if (x + width > WHOLE_WIDTH) [x, y, lineHeight] = [0, y + lineHeight, 0]
    const gridPos = { x, y, w: width, h: height }
    x += width
    lineHeight = height
    return { id: at + 1, ...content, gridPos }
  })
}
