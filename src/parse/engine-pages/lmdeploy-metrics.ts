import { parseMetrics } from '../prometheus-text.ts'
import { onlyValue } from './series.ts'

/** What LMDeploy says in /metrics; how many tokens its pool holds it does not. */
export interface LmdeployMetrics {
  readonly running: number | undefined
  readonly waiting: number | undefined
  readonly usedRatio: number | undefined
}

/** undefined when the page is not LMDeploy's. Source: lmdeploy/metrics/loggers.py. */
export function parseLmdeployMetrics(text: string): LmdeployMetrics | undefined {
  const metrics = parseMetrics(text, (name) => name.startsWith('lmdeploy:'))
  if (metrics.size === 0) return undefined
  return {
    running: onlyValue(metrics, 'lmdeploy:num_requests_running'),
    waiting: onlyValue(metrics, 'lmdeploy:num_requests_waiting'),
    usedRatio: onlyValue(metrics, 'lmdeploy:gpu_cache_usage_perc'),
  }
}
