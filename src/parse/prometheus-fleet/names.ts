/** Which series a fleet is made of, as one regular expression for `__name__`. Facts: the exporters' own lists. */
export const FLEET_METRICS: readonly string[] = [
  // llmtop serve
  'llmtop_gpu_info',
  'llmtop_gpu_memory_(total|used|free|reserved)_bytes',
  'llmtop_gpu_utilization_ratio',
  'llmtop_gpu_temperature_celsius',
  'llmtop_gpu_power_watts',
  'llmtop_workload_(info|state)',
  'llmtop_process_memory_bytes',
  'llmtop_resident_memory_bytes',
  'llmtop_weights_on_cpu_ratio',
  'llmtop_vram_limit_(used_)?bytes',
  'llmtop_predicted_ceiling_(low_|high_)?bytes',
  'llmtop_kv_cache_(usage_ratio|capacity_tokens|used_tokens|capacity_bytes|used_bytes)',
  'llmtop_requests_(running|waiting)',
  'llmtop_preemptions_total',
  'llmtop_(prompt|generated)_tokens_per_second',
  'llmtop_risk',
  'llmtop_risk_eta_seconds',
  'llmtop_host_memory_(total|available)_bytes',
  'llmtop_host_swap_(total|used)_bytes',
  'llmtop_host_memory_(pressure|stall)_ratio',
  'llmtop_host_oom_kills_total',
  'llmtop_up',
  // NVIDIA/dcgm-exporter, etc/default-counters.csv
  'DCGM_FI_DEV_FB_(USED|FREE|RESERVED)',
  'DCGM_FI_DEV_GPU_UTIL',
  'DCGM_FI_DEV_GPU_TEMP',
  'DCGM_FI_DEV_POWER_USAGE',
  // utkuozdemir/nvidia_gpu_exporter
  'nvidia_smi_memory_(total|used|free|reserved)_bytes',
  'nvidia_smi_utilization_gpu_ratio',
  'nvidia_smi_temperature_gpu',
  'nvidia_smi_power_draw_watts',
  'nvidia_smi_gpu_info',
  // vLLM, both generations of names
  'vllm:(kv_cache_usage_perc|gpu_cache_usage_perc|num_requests_running|num_requests_waiting|num_preemptions_total|prompt_tokens_total|generation_tokens_total|engine_sleep_state|cache_config_info)',
  // SGLang with --enable-metrics, both generations
  'sglang:(token_usage|num_running_reqs|num_queue_reqs|num_used_tokens|kv_used_tokens|max_total_num_tokens|num_retracted_reqs|num_retracted_requests_total|prompt_tokens_total|generation_tokens_total)',
  // node_exporter
  'node_memory_(MemTotal|MemAvailable|SwapTotal|SwapFree)_bytes',
  'node_vmstat_oom_kill',
  'node_uname_info',
]

/** Of what judgement is made: asked for over the recent past when the watching begins. How warm a card is does not count. */
export const TREND_METRICS: readonly string[] = FLEET_METRICS.filter(
  (name) => !/util|temp|power|tokens_per_second|_risk|(smi|gpu)_info/i.test(name),
)
