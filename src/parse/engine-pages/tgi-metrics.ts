import { parseMetrics } from '../prometheus-text.ts'
import { onlyValue } from './series.ts'

/** What the router of TGI says in /metrics. */
export interface TgiMetrics {
  readonly running: number
  readonly waiting: number | undefined
  /** What running requests may come to need: their input and all tokens that they may generate. */
  readonly reservedTokens: number | undefined
  readonly capacityTokens: number | undefined
}

/** undefined when the page is not TGI's; a gauge is absent until its first request. Source: router/src/infer, backends/v3. */
export function parseTgiMetrics(text: string): TgiMetrics | undefined {
  const metrics = parseMetrics(text, (name) => name.startsWith('tgi_'))
  if (metrics.size === 0) return undefined
  return {
    running: onlyValue(metrics, 'tgi_batch_current_size') ?? 0,
    waiting: onlyValue(metrics, 'tgi_queue_size'),
    reservedTokens: onlyValue(metrics, 'tgi_batch_current_max_tokens'),
    capacityTokens: onlyValue(metrics, 'tgi_batch_max_total_tokens'),
  }
}
