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
      panels: PANELS.map(panel),
    },
    null,
    2,
  )}\n`
}

interface PanelDefinition {
  readonly title: string
  readonly description: string
  readonly kind: 'timeseries' | 'table'
  readonly unit: 'bytes' | 'percentunit' | 's' | 'short'
  readonly stacked?: boolean
  readonly width: 12 | 24
  readonly queries: readonly (readonly [expression: string, legend: string])[]
}

const ON_HOST = '{host=~"$host"}'

/** In the order of llmtop's own questions: will it run out, what holds it, how full is the cache, the host. */
const PANELS: readonly PanelDefinition[] = [
  {
    title: 'Warnings that stand',
    description: 'The same warnings as on the screen.',
    kind: 'table',
    unit: 'short',
    width: 12,
    queries: [[`llmtop_risk${ON_HOST} == 1`, '']],
  },
  {
    title: 'Memory runs out in',
    description: 'No line: no such trend.',
    kind: 'timeseries',
    unit: 's',
    width: 12,
    queries: [[`llmtop_oom_eta_seconds${ON_HOST}`, '{{host}} GPU {{gpu}}']],
  },
  {
    title: 'GPU memory in use',
    description: 'Share of what can be allocated.',
    kind: 'timeseries',
    unit: 'percentunit',
    width: 24,
    queries: [
      [
        `llmtop_gpu_memory_used_bytes${ON_HOST} / (llmtop_gpu_memory_used_bytes${ON_HOST} + llmtop_gpu_memory_free_bytes${ON_HOST})`,
        '{{host}} GPU {{gpu}}',
      ],
    ],
  },
  {
    title: 'What holds it',
    description: 'Memory of engines by part.',
    kind: 'timeseries',
    unit: 'bytes',
    stacked: true,
    width: 12,
    queries: [
      [
        `sum by (engine, model, part) (llmtop_process_memory_bytes${ON_HOST})`,
        '{{engine}} {{model}} {{part}}',
      ],
    ],
  },
  {
    title: 'Predicted ceiling less memory held',
    description: 'What an engine can still grow by.',
    kind: 'timeseries',
    unit: 'bytes',
    width: 12,
    queries: [
      [
        `llmtop_predicted_ceiling_bytes${ON_HOST} - on (host, uuid, engine, model) group_left sum by (host, uuid, engine, model) (llmtop_process_memory_bytes${ON_HOST})`,
        '{{host}} GPU {{gpu}} {{engine}} {{model}}',
      ],
    ],
  },
  {
    title: 'KV cache in use',
    description: 'Share of the pool that live requests claim.',
    kind: 'timeseries',
    unit: 'percentunit',
    width: 12,
    queries: [[`llmtop_kv_cache_usage_ratio${ON_HOST}`, '{{host}} {{engine}} {{model}}']],
  },
  {
    title: 'Requests',
    description: 'Running and waiting; preemptions per second.',
    kind: 'timeseries',
    unit: 'short',
    width: 12,
    queries: [
      [`llmtop_requests_running${ON_HOST}`, '{{host}} {{model}} running'],
      [`llmtop_requests_waiting${ON_HOST}`, '{{host}} {{model}} waiting'],
      [`rate(llmtop_preemptions_total${ON_HOST}[5m])`, '{{host}} {{model}} preempted per second'],
    ],
  },
  {
    title: 'Host memory available',
    description: 'MemAvailable; below a tenth the kernel may begin to kill.',
    kind: 'timeseries',
    unit: 'bytes',
    width: 12,
    queries: [[`llmtop_host_memory_available_bytes${ON_HOST}`, '{{host}}']],
  },
  {
    title: 'Age of the newest sample',
    description: 'Above a minute: the numbers beside are old.',
    kind: 'timeseries',
    unit: 's',
    width: 12,
    queries: [[`time() - llmtop_last_sample_timestamp_seconds${ON_HOST}`, '{{host}}']],
  },
]

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

const ROW_HEIGHT = 8

function panel(definition: PanelDefinition, at: number): object {
  const { title, description, kind, unit, stacked = false, width, queries } = definition
  return {
    id: at + 1,
    type: kind,
    title,
    description,
    datasource: SOURCE,
    gridPos: { ...placeOf(at), w: width, h: ROW_HEIGHT },
    fieldConfig: {
      defaults: { unit, min: 0, custom: stacked ? { stacking: { mode: 'normal' }, fillOpacity: 40 } : {} },
      overrides: [],
    },
    targets: queries.map(([expr, legendFormat], index) => ({
      refId: String.fromCharCode(65 + index),
      datasource: SOURCE,
      expr,
      legendFormat,
      ...(kind === 'table' ? { instant: true, format: 'table' } : {}),
    })),
  }
}

/** Panels flow from left to right on a grid of 24 columns. */
function placeOf(at: number): { readonly x: number; readonly y: number } {
  let [x, y] = [0, 0]
  for (const { width } of PANELS.slice(0, at)) {
    x += width
    if (x >= 24) [x, y] = [0, y + ROW_HEIGHT]
  }
  return { x, y }
}
