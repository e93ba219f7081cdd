import type { ApiSeries } from './api-answer.ts'

/** `/proc/meminfo` as far as an exporter tells of it; undefined where none does. */
export function meminfoText(series: readonly ApiSeries[]): string | undefined {
  const value = valueFinder(series)
  const lines = [
    ['MemTotal', value('node_memory_MemTotal_bytes') ?? value('llmtop_host_memory_total_bytes')],
    ['MemAvailable', value('node_memory_MemAvailable_bytes') ?? value('llmtop_host_memory_available_bytes')],
    ['SwapTotal', value('node_memory_SwapTotal_bytes')],
    ['SwapFree', value('node_memory_SwapFree_bytes')],
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

function valueFinder(series: readonly ApiSeries[]): (name: string) => number | undefined {
  return (name) => series.find((one) => one.name === name)?.points.at(-1)?.value
}
