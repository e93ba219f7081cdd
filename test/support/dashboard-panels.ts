import type { Metric } from '../../src/outputs/prometheus/metric.ts'

type MetricName = Metric['name']

/** A row of the dashboard that can be folded. */
export interface DashboardRow {
  readonly title: string
  readonly panels: readonly PanelDefinition[]
}

/** Unit, description and legend come from the metrics themselves unless they are given. */
export interface PanelDefinition {
  readonly title: string
  /** Each is a curve per series, or a line per series in a table. */
  readonly of: readonly (MetricName | Asked)[]
  readonly kind?: 'timeseries' | 'table'
  readonly unit?: 'bytes' | 'percentunit' | 's' | 'short' | 'ops'
  readonly description?: string
  readonly stacked?: boolean
  readonly wide?: boolean
  /** Less than zero can be, and is a finding. */
  readonly signed?: boolean
}

/** What is worked out of metrics. */
export interface Asked {
  /** `llmtop_…` stands for the series of the chosen hosts. */
  readonly expression: string
  readonly legend: string
}

/** In the order of llmtop's own questions: will it run out, what holds it, how full is the cache, the host. */
export const ROWS: readonly DashboardRow[] = [
  {
    title: 'Will it run out?',
    panels: [
      {
        title: 'Warnings that stand',
        description: 'The same warnings as on the screen.',
        kind: 'table',
        of: [{ expression: 'llmtop_risk == 1', legend: '' }],
      },
      { title: 'Time until what warnings foresee', of: ['llmtop_risk_eta_seconds'] },
      { title: 'GPU memory runs out in', of: ['llmtop_oom_eta_seconds'] },
      {
        title: 'Warnings raised within an hour, and recent deaths',
        of: [
          { expression: 'increase(llmtop_warnings_total[1h])', legend: '{{host}} {{rule}}' },
          'llmtop_recent_deaths',
        ],
      },
    ],
  },
  {
    title: 'What holds the memory of the cards?',
    panels: [
      {
        title: 'GPU memory in use',
        description: 'Share of what can be allocated.',
        unit: 'percentunit',
        wide: true,
        of: [
          {
            expression:
              'llmtop_gpu_memory_used_bytes / (llmtop_gpu_memory_used_bytes + llmtop_gpu_memory_free_bytes)',
            legend: '{{host}} GPU {{gpu}}',
          },
        ],
      },
      {
        title: 'Memory of engines by part',
        stacked: true,
        signed: true,
        unit: 'bytes',
        of: [
          {
            expression: 'sum by (engine, model, part) (llmtop_process_memory_bytes)',
            legend: '{{engine}} {{model}} {{part}}',
          },
        ],
      },
      { title: 'In use and owned by no process', of: ['llmtop_gpu_unowned_bytes'] },
      {
        title: 'Predicted ceiling less memory held',
        description: 'What an engine can still grow by; below zero it holds more than was predicted.',
        signed: true,
        unit: 'bytes',
        of: [
          {
            expression:
              'llmtop_predicted_ceiling_bytes - on (host, uuid, engine, model) group_left sum by (host, uuid, engine, model) (llmtop_process_memory_bytes)',
            legend: '{{host}} GPU {{gpu}} {{engine}} {{model}}',
          },
        ],
      },
      {
        title: 'Predicted ceilings with their range',
        of: [
          'llmtop_predicted_ceiling_low_bytes',
          'llmtop_predicted_ceiling_bytes',
          'llmtop_predicted_ceiling_high_bytes',
        ],
      },
      {
        title: 'Limits of control groups and MPS on GPU memory',
        of: ['llmtop_vram_limit_bytes', 'llmtop_vram_limit_used_bytes'],
      },
      { title: 'MIG instances', of: ['llmtop_mig_memory_used_bytes', 'llmtop_mig_memory_total_bytes'] },
      { title: 'Weights on the CPU', of: ['llmtop_weights_on_cpu_ratio'] },
      { title: 'Engines over several nodes', of: ['llmtop_ranks_here', 'llmtop_ranks_expected'] },
    ],
  },
  {
    title: 'How full are the KV caches, and what is asked of them?',
    panels: [
      { title: 'KV cache in use', of: ['llmtop_kv_cache_usage_ratio'] },
      { title: 'Tokens that still fit', of: ['llmtop_headroom_tokens'] },
      {
        title: 'KV cache in tokens',
        of: ['llmtop_kv_cache_used_tokens', 'llmtop_kv_cache_capacity_tokens'],
      },
      { title: 'KV cache in bytes', of: ['llmtop_kv_cache_used_bytes', 'llmtop_kv_cache_capacity_bytes'] },
      { title: 'Requests', of: ['llmtop_requests_running', 'llmtop_requests_waiting'] },
      {
        title: 'Requests put back for lack of KV cache',
        description: 'Per second; from 0.05 on, for a minute, llmtop warns.',
        unit: 'ops',
        of: [{ expression: 'rate(llmtop_preemptions_total[5m])', legend: '{{host}} {{engine}} {{model}}' }],
      },
      {
        title: 'Tokens per second',
        of: ['llmtop_prompt_tokens_per_second', 'llmtop_generated_tokens_per_second'],
      },
      { title: 'Servers by state', of: ['llmtop_workload_state'], stacked: true },
    ],
  },
  {
    title: 'Cards',
    panels: [
      {
        title: 'Memory of all cards',
        description: 'Used, free, and what the driver keeps for itself.',
        stacked: true,
        unit: 'bytes',
        of: ['used', 'free', 'reserved'].map((part) => ({
          expression: `sum(llmtop_gpu_memory_${part}_bytes)`,
          legend: part,
        })),
      },
      { title: 'Utilization', of: ['llmtop_gpu_utilization_ratio'] },
      { title: 'Temperature', of: ['llmtop_gpu_temperature_celsius'] },
      { title: 'Power', of: ['llmtop_gpu_power_watts'] },
      { title: 'Cards and drivers', kind: 'table', of: ['llmtop_gpu_info'] },
      { title: 'What runs', kind: 'table', of: ['llmtop_workload_info'] },
    ],
  },
  {
    title: 'Hosts',
    panels: [
      {
        title: 'Host memory available',
        of: ['llmtop_host_memory_available_bytes', 'llmtop_host_memory_total_bytes'],
      },
      { title: 'Swap', of: ['llmtop_host_swap_used_bytes', 'llmtop_host_swap_total_bytes'] },
      {
        title: 'Waiting for memory',
        of: ['llmtop_host_memory_pressure_ratio', 'llmtop_host_memory_stall_ratio'],
      },
      {
        title: 'Killed by the kernel for memory',
        description: 'Processes within five minutes.',
        unit: 'short',
        of: [{ expression: 'increase(llmtop_host_oom_kills_total[5m])', legend: '{{host}}' }],
      },
      { title: 'Resident memory of engines', of: ['llmtop_resident_memory_bytes'] },
      {
        title: 'Control groups of engines',
        of: ['llmtop_cgroup_memory_held_bytes', 'llmtop_cgroup_memory_limit_bytes'],
      },
    ],
  },
  {
    title: 'llmtop itself',
    panels: [
      { title: 'Hosts that answer', of: ['llmtop_up'] },
      {
        title: 'Age of the newest sample',
        description: 'Above three intervals the numbers beside are old.',
        unit: 's',
        of: [
          { expression: 'time() - llmtop_last_sample_timestamp_seconds', legend: '{{host}} age' },
          'llmtop_sample_interval_seconds',
        ],
      },
      { title: 'What an answer of nvidia-smi took', of: ['llmtop_scrape_duration_seconds'] },
    ],
  },
]

/** Metrics that no panel shows, and why. */
export const NOT_SHOWN: ReadonlyMap<MetricName, string> = new Map<MetricName, string>([
  ['llmtop_oom_risk', 'for rules of your own; the table of warnings says the same with its cause'],
  ['llmtop_gpu_memory_total_bytes', 'used, free and reserved stand one on the other up to it'],
])
