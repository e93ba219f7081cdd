import { parseMetrics, type Metrics } from '../prometheus-text.ts'
import { finiteSeries } from './series.ts'

/** What LMDeploy says in /metrics, by data-parallel replica; how many tokens a pool holds it does not. */
export interface LmdeployReplica {
  readonly label: string
  readonly running: number | undefined
  readonly waiting: number | undefined
  readonly usedRatio: number | undefined
  readonly promptTokens: number | undefined
  readonly generatedTokens: number | undefined
}

/** undefined when the page is not LMDeploy's. Source: lmdeploy/metrics/loggers.py. */
export function parseLmdeployMetrics(text: string): readonly LmdeployReplica[] | undefined {
  const metrics = parseMetrics(text, (name) => name.startsWith('lmdeploy:'))
  if (metrics.size === 0) return undefined
  const series = [...metrics.values()].flat()
  const labels = [...new Set(series.map((each) => each.labels.get('engine') ?? '0'))].sort()
  return labels.map((label) => replicaOf(metrics, label))
}

function replicaOf(metrics: Metrics, label: string): LmdeployReplica {
  const value = (name: string): number | undefined =>
    finiteSeries(metrics, name).find(({ labels }) => (labels.get('engine') ?? '0') === label)?.value
  return {
    label,
    running: value('lmdeploy:num_requests_running'),
    waiting: value('lmdeploy:num_requests_waiting'),
    usedRatio: value('lmdeploy:gpu_cache_usage_perc'),
    promptTokens: value('lmdeploy:prompt_tokens_total'),
    generatedTokens: value('lmdeploy:generation_tokens_total'),
  }
}
