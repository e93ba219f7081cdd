import { parseMetrics, type Metrics, type Series } from '../prometheus-text.ts'
import { finiteSeries } from './series.ts'

/** What SGLang's /metrics says; one replica for each data-parallel rank. */
export interface SglangMetrics {
  readonly modelNames: readonly string[]
  readonly replicas: readonly SglangReplica[]
}

export interface SglangReplica {
  readonly label: string
  /** For hybrid models the fullest of the sub-pools. */
  readonly usedRatio: number | undefined
  readonly usedTokens: number | undefined
  readonly capacityTokens: number | undefined
  readonly running: number | undefined
  readonly waiting: number | undefined
  /** Requests that were taken out of the batch for lack of memory. */
  readonly retractions: number | undefined
  readonly promptTokens: number | undefined
  readonly generatedTokens: number | undefined
}

/**
 * undefined when the page is not SGLang's. Every tensor- and pipeline-parallel rank reports the same pool, so the largest
 * of them counts and their sum never does. Source: python/sglang/srt/metrics/collector.py, old names and new.
 */
export function parseSglangMetrics(text: string): SglangMetrics | undefined {
  const metrics = parseMetrics(text, (name) => name.startsWith('sglang:'))
  const running = finiteSeries(metrics, 'sglang:num_running_reqs')
  if (running.length === 0) return undefined
  return {
    modelNames: [...new Set(running.flatMap(({ labels }) => labels.get('model_name') ?? []))],
    replicas: [...new Set(running.map(replicaLabel))].sort().map((label) => replicaOf(metrics, label)),
  }
}

function replicaOf(metrics: Metrics, label: string): SglangReplica {
  const largest = (...names: readonly string[]): number | undefined => {
    const values = finiteSeries(metrics, ...names).filter((series) => replicaLabel(series) === label)
    return values.length === 0 ? undefined : Math.max(...values.map(({ value }) => value))
  }
  return {
    label,
    usedRatio: largest('sglang:token_usage'),
    usedTokens: largest('sglang:kv_used_tokens', 'sglang:num_used_tokens'),
    capacityTokens: largest('sglang:max_total_num_tokens'),
    running: largest('sglang:num_running_reqs'),
    waiting: largest('sglang:num_queue_reqs'),
    retractions: largest('sglang:num_retracted_requests_total', 'sglang:num_retracted_reqs'),
    promptTokens: largest('sglang:prompt_tokens_total'),
    generatedTokens: largest('sglang:generation_tokens_total'),
  }
}

function replicaLabel({ labels }: Series): string {
  return labels.get('dp_rank') ?? '0'
}
