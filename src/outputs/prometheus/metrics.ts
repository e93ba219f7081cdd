import { GPU_METRICS } from './gpu-metrics.ts'
import { HOST_METRICS } from './host-metrics.ts'
import { LIMIT_METRICS } from './limit-metrics.ts'
import type { Metric } from './metric.ts'
import { RISK_METRICS } from './risk-metrics.ts'
import { WORKLOAD_METRICS } from './workload-metrics.ts'

/** Every metric that is made of a frame. What counts over the run beside them is `WARNINGS_TOTAL`. */
export const METRICS: readonly Metric[] = [
  ...GPU_METRICS,
  ...WORKLOAD_METRICS,
  ...LIMIT_METRICS,
  ...RISK_METRICS,
  ...HOST_METRICS,
]
