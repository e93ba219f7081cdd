import { parseMetrics, type Metrics, type Series } from '../prometheus-text.ts'
import { finiteSeries, numberIn } from './series.ts'

/** What vLLM's /metrics says; one engine for each data-parallel replica. */
export interface VllmMetrics {
  readonly modelNames: readonly string[]
  readonly engines: readonly VllmEngine[]
  readonly gpuMemoryUtilization: number | undefined
  /** undefined where it is `auto`: the model's own type. */
  readonly cacheType: string | undefined
}

export interface VllmEngine {
  readonly label: string
  /** Of the blocks that live requests claim; a cached block that nobody uses counts as free. */
  readonly usedRatio: number | undefined
  readonly capacityTokens: number | undefined
  readonly running: number | undefined
  readonly waiting: number | undefined
  readonly preemptions: number | undefined
  readonly promptTokens: number | undefined
  readonly generatedTokens: number | undefined
  readonly isAwake: boolean
}

/** undefined when the page is not vLLM's. Names of V0, 0.9–0.10 (both) and later. Source: vllm/v1/metrics/loggers.py. */
export function parseVllmMetrics(text: string): VllmMetrics | undefined {
  const metrics = parseMetrics(text, (name) => name.startsWith('vllm:'))
  const running = finiteSeries(metrics, 'vllm:num_requests_running')
  if (running.length === 0) return undefined
  const configs = metrics.get('vllm:cache_config_info') ?? []
  const cacheType = configs[0]?.labels.get('cache_dtype')
  const labels = [...new Set(running.map(engineLabel))].sort()
  return {
    modelNames: [...new Set(running.flatMap(({ labels }) => labels.get('model_name') ?? []))],
    engines: labels.map((label) => engineOf(metrics, configs, label)),
    gpuMemoryUtilization: numberIn(configs[0], 'gpu_memory_utilization'),
    cacheType: cacheType === 'auto' || cacheType === 'None' ? undefined : cacheType,
  }
}

function engineOf(metrics: Metrics, configs: readonly Series[], label: string): VllmEngine {
  const value = (...names: readonly string[]): number | undefined =>
    finiteSeries(metrics, ...names).find((series) => isOf(series, label))?.value
  return {
    label,
    usedRatio: value('vllm:kv_cache_usage_perc', 'vllm:gpu_cache_usage_perc'),
    capacityTokens: capacityOf(configs.find((series) => isOf(series, label)) ?? configs[0]),
    running: value('vllm:num_requests_running'),
    waiting: value('vllm:num_requests_waiting'),
    preemptions: value('vllm:num_preemptions_total', 'vllm:num_preemptions'),
    promptTokens: value('vllm:prompt_tokens_total', 'vllm:prompt_tokens'),
    generatedTokens: value('vllm:generation_tokens_total', 'vllm:generation_tokens'),
    isAwake: !finiteSeries(metrics, 'vllm:engine_sleep_state').some(
      (series) => isOf(series, label) && series.labels.get('sleep_state') === 'awake' && series.value === 0,
    ),
  }
}

/** Blocks × block size is wrong for hybrid models (vLLM #51163), and `num_gpu_blocks` is "None" in V1 0.8. */
function capacityOf(config: Series | undefined): number | undefined {
  const tokens = numberIn(config, 'kv_cache_size_tokens')
  if (tokens !== undefined) return tokens
  const blocks = numberIn(config, 'num_gpu_blocks')
  const blockTokens = numberIn(config, 'effective_attention_block_size') ?? numberIn(config, 'block_size')
  return blocks === undefined || blockTokens === undefined ? undefined : blocks * blockTokens
}

/** V0 and early V1 have no such label: there is one engine. */
function engineLabel({ labels }: Series): string {
  return labels.get('engine') ?? '0'
}

function isOf(series: Series, label: string): boolean {
  return engineLabel(series) === label
}
