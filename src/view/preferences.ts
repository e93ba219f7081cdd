import type { ColumnId } from './column-ids.ts'
import type { GpuMetric } from './gpu-metric.ts'
import type { SortColumn } from './process-order.ts'
import type { ThemeName } from './themes.ts'

/** All that a user may wish to find again at the next start. Plain data: it can be saved as it is. */
export interface Preferences {
  readonly theme: ThemeName
  readonly sort: SortColumn
  readonly reversed: boolean
  /** Processes below their workload. */
  readonly tree: boolean
  readonly hiddenColumns: readonly ColumnId[]
  /** What the chart of the GPUs shows. */
  readonly chartMetric: GpuMetric
  /** How far the charts look back; `auto`: five or ten minutes, as the width allows. */
  readonly chartMinutes: ChartMinutes
  readonly units: MemoryUnit
  /** Wheel and clicks; off, so that the terminal's own selection of text works. */
  readonly mouse: boolean
}

export const MEMORY_UNITS = ['GiB', 'MiB'] as const
export type MemoryUnit = (typeof MEMORY_UNITS)[number]

/** How far charts can look back. */
export const CHART_MINUTES = ['auto', 1, 5, 10, 30, 60, 360, 1440] as const
export type ChartMinutes = (typeof CHART_MINUTES)[number]

/** The next shorter or longer way to look back; `auto` counts as the ten minutes that it mostly is. */
export function zoomed(minutes: ChartMinutes, direction: 'in' | 'out'): ChartMinutes {
  const spans = CHART_MINUTES.filter((one) => one !== 'auto')
  const at = spans.indexOf(minutes === 'auto' ? 10 : minutes) + (direction === 'in' ? -1 : 1)
  return spans[at] ?? minutes
}

export const DEFAULT_PREFERENCES: Preferences = {
  theme: 'dark',
  sort: 'risk',
  reversed: false,
  tree: false,
  hiddenColumns: [],
  chartMetric: 'memory',
  chartMinutes: 'auto',
  units: 'GiB',
  mouse: false,
}
