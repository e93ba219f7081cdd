import { known, type Reading } from '../core/reading.ts'
import type { GpuState } from '../model/frame.ts'
import type { NotedGpu } from './history-note.ts'

/** What a chart can show of GPUs. */
export const GPU_METRICS = ['memory', 'utilization', 'power', 'temperature'] as const
export type GpuMetric = (typeof GPU_METRICS)[number]
export const GPU_VITALS = ['utilization', 'power', 'temperature'] as const satisfies readonly GpuMetric[]
export type GpuVital = (typeof GPU_VITALS)[number]

/** The metric's value on a GPU: bytes, percent 0–100, watts, degrees Celsius. */
export function metricOf(gpu: NotedGpu, metric: GpuMetric): Reading<number> {
  switch (metric) {
    case 'memory':
      return gpu.memory.usedBytes
    case 'utilization':
      return gpu.utilization.gpuPercent
    case 'power':
      return gpu.powerWatts
    case 'temperature':
      return gpu.temperatureCelsius
  }
}

/** What is sure to be its top: 100 %, the power limit, 100 °C. */
export function metricTop(gpu: GpuState, metric: GpuVital): Reading<number> {
  switch (metric) {
    case 'utilization':
    case 'temperature':
      return known(100, 'declared')
    case 'power':
      return gpu.powerLimitWatts
  }
}
