import type { ApiSeries } from './api-answer.ts'

/** `/proc/meminfo` as far as an exporter tells of it; undefined where none does. */
export function meminfoText(series: readonly ApiSeries[]): string | undefined {
  const value = valueFinder(series)
  const swapTotal = value('node_memory_SwapTotal_bytes') ?? value('llmtop_host_swap_total_bytes')
  const swapUsed = value('llmtop_host_swap_used_bytes')
  const swapLeft = swapTotal === undefined || swapUsed === undefined ? undefined : swapTotal - swapUsed
  const lines = [
    ['MemTotal', value('node_memory_MemTotal_bytes') ?? value('llmtop_host_memory_total_bytes')],
    ['MemAvailable', value('node_memory_MemAvailable_bytes') ?? value('llmtop_host_memory_available_bytes')],
    ['SwapTotal', swapTotal],
    ['SwapFree', value('node_memory_SwapFree_bytes') ?? swapLeft],
  ] as const
  const known = lines.flatMap(([name, bytes]) =>
    bytes === undefined ? [] : [`${name}: ${Math.round(bytes / 1024)} kB\n`],
  )
  return known.length === 0 ? undefined : known.join('')
}

/** The counter of `/proc/vmstat`; undefined where nobody counts. */
export function vmstatText(series: readonly ApiSeries[]): string | undefined {
  const value = valueFinder(series)
  const kills = value('node_vmstat_oom_kill') ?? value('llmtop_host_oom_kills_total')
  return kills === undefined ? undefined : `oom_kill ${kills}\n`
}

/** `/proc/pressure/memory`, which only llmtop exports as the kernel averages it. */
export function pressureText(series: readonly ApiSeries[]): string | undefined {
  const value = valueFinder(series)
  const lines = [
    ['some', value('llmtop_host_memory_pressure_ratio')],
    ['full', value('llmtop_host_memory_stall_ratio')],
  ] as const
  const known = lines.flatMap(([kind, ratio]) =>
    ratio === undefined ? [] : [`${kind} avg10=${(ratio * 100).toFixed(2)}\n`],
  )
  return known.length === 0 ? undefined : known.join('')
}

function valueFinder(series: readonly ApiSeries[]): (name: string) => number | undefined {
  return (name) => series.find((one) => one.name === name)?.points.at(-1)?.value
}
