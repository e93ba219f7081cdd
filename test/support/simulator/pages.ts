/** Pages of engines as they answer them, with the numbers of one moment. */

export interface VllmMoment {
  readonly model: string
  readonly utilization: number
  readonly capacityTokens: number
  readonly usedRatio: number
  readonly running: number
  readonly waiting: number
  readonly preemptions: number
  readonly promptTokens: number
  readonly generatedTokens: number
  readonly asleep?: boolean
}

/** vLLM 0.11's /metrics, the series that matter. */
export function vllmMetrics(moment: VllmMoment): string {
  const labels = `engine="0",model_name="${moment.model}"`
  const series = {
    'vllm:num_requests_running': moment.running,
    'vllm:num_requests_waiting': moment.waiting,
    'vllm:kv_cache_usage_perc': moment.usedRatio.toFixed(4),
    'vllm:num_preemptions_total': Math.round(moment.preemptions),
    'vllm:prompt_tokens_total': Math.round(moment.promptTokens),
    'vllm:generation_tokens_total': Math.round(moment.generatedTokens),
  }
  const config = [
    'block_size="16"',
    'cache_dtype="auto"',
    'enable_prefix_caching="True"',
    `gpu_memory_utilization="${moment.utilization}"`,
    `kv_cache_size_tokens="${moment.capacityTokens}"`,
    `num_gpu_blocks="${Math.floor(moment.capacityTokens / 16)}"`,
  ].join(',')
  const awake = moment.asleep === true ? 0 : 1
  return [
    `vllm:cache_config_info{engine="0",${config}} 1.0`,
    `vllm:engine_sleep_state{${labels},sleep_state="awake"} ${awake}`,
    `vllm:engine_sleep_state{${labels},sleep_state="weights_offloaded"} ${1 - awake}`,
    `vllm:engine_sleep_state{${labels},sleep_state="discard_all"} 0`,
    ...Object.entries(series).map(([name, value]) => `${name}{${labels}} ${value}`),
    '',
  ].join('\n')
}

export interface SglangMoment {
  readonly model: string
  readonly capacityTokens: number
  readonly usedTokens: number
  readonly running: number
  readonly waiting: number
  readonly retractions: number
  readonly promptTokens: number
  readonly generatedTokens: number
}

export function sglangMetrics(moment: SglangMoment): string {
  const labels = `engine_type="unified",model_name="${moment.model}",pp_rank="0",tp_rank="0"`
  const used = Math.round(moment.usedTokens)
  const series = {
    'sglang:num_running_reqs': moment.running,
    'sglang:num_queue_reqs': moment.waiting,
    'sglang:max_total_num_tokens': moment.capacityTokens,
    'sglang:kv_used_tokens': used,
    'sglang:num_used_tokens': used,
    'sglang:token_usage': (used / moment.capacityTokens).toFixed(4),
    'sglang:num_retracted_requests_total': Math.round(moment.retractions),
    'sglang:prompt_tokens_total': Math.round(moment.promptTokens),
    'sglang:generation_tokens_total': Math.round(moment.generatedTokens),
  }
  return `${Object.entries(series)
    .map(([name, value]) => `${name}{${labels}} ${value}`)
    .join('\n')}\n`
}

export interface SlotMoment {
  readonly id: number
  readonly contextTokens: number
  readonly busy: boolean
  /** -1: never used. */
  readonly task: number
  readonly tokens: number
  readonly generated: number
  /** -1: no limit. */
  readonly remaining: number
}

/** llama-server's /slots (v0.5.0). */
export function llamaSlots(slots: readonly SlotMoment[]): string {
  return JSON.stringify(
    slots.map((slot) => ({
      id: slot.id,
      n_ctx: slot.contextTokens,
      speculative: false,
      is_processing: slot.busy,
      ...(slot.task < 0
        ? {}
        : {
            id_task: slot.task,
            n_prompt_tokens: Math.round(slot.tokens),
            n_prompt_tokens_processed: Math.round(slot.tokens - slot.generated),
            n_prompt_tokens_cache: 0,
            params: { n_predict: slot.remaining < 0 ? -1 : Math.round(slot.remaining + slot.generated) },
            next_token: [
              {
                has_next_token: slot.busy,
                n_remain: Math.round(slot.remaining),
                n_decoded: Math.round(slot.generated),
              },
            ],
          }),
    })),
  )
}

export function llamaProps(moment: {
  readonly slots: number
  readonly contextTokens: number
  readonly modelPath: string
  readonly modelType: string
}): string {
  return JSON.stringify({
    default_generation_settings: { n_ctx: moment.contextTokens, params: { n_predict: -1 } },
    total_slots: moment.slots,
    model_path: moment.modelPath,
    model_ftype: moment.modelType,
    is_sleeping: false,
    endpoint_slots: true,
    endpoint_metrics: false,
    build_info: 'b8400-1234567',
  })
}

export interface LoadedModel {
  readonly name: string
  readonly digest: string
  readonly sizeBytes: number
  readonly contextTokens: number
  readonly quantization: string
  readonly expiresAtEpochMs?: number
}

const FAR_EXPIRY = Date.UTC(2026, 10, 21, 3, 5)

/** Ollama's /api/ps: everything on the GPU. */
export function ollamaPs(models: readonly LoadedModel[]): string {
  return JSON.stringify({
    models: models.map((model) => ({
      name: model.name,
      model: model.name,
      size: model.sizeBytes,
      digest: model.digest,
      details: { format: 'gguf', family: 'llama', quantization_level: model.quantization },
      expires_at: new Date(model.expiresAtEpochMs ?? FAR_EXPIRY).toISOString(),
      size_vram: model.sizeBytes,
      context_length: model.contextTokens,
    })),
  })
}
