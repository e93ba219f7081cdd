import type { Output } from '../output.ts'
import { exposition, type ExpositionFormat, type HostState } from './exposition.ts'
import type { OptionalLabel } from './metric.ts'
import { countWarnings } from './warning-counts.ts'

export interface PrometheusOutput extends Output {
  /** What is known now; undefined until the first frame. Made once per frame and format, however often it is scraped. */
  page(format: ExpositionFormat): string | undefined
  /** How long ago the newest frame came, and the interval at which frames were to come. */
  freshness(): { readonly ageMs: number; readonly intervalMs: number } | undefined
}

/**
 * Keeps the newest frame of each host for whoever scrapes. A scrape reads what is there: it collects nothing.
 * @param asked the optional labels that are written
 */
export function prometheusOutput(
  nowMs: () => number,
  asked: ReadonlySet<OptionalLabel> = new Set(),
): PrometheusOutput {
  const hosts = new Map<string, HostState>()
  const pages = new Map<ExpositionFormat, string>()
  let newest: { readonly atMs: number; readonly intervalMs: number } | undefined
  return {
    label: 'prometheus',
    accept(frame) {
      const warnings = countWarnings(
        hosts.get(frame.host)?.warnings ?? new Map<string, number>(),
        frame.events,
      )
      hosts.set(frame.host, { frame, warnings })
      newest = { atMs: nowMs(), intervalMs: frame.intervalMs }
      pages.clear()
    },
    page(format) {
      if (hosts.size === 0) return undefined
      const page = pages.get(format) ?? exposition([...hosts.values()], format, asked)
      pages.set(format, page)
      return page
    },
    freshness: () =>
      newest === undefined ? undefined : { ageMs: nowMs() - newest.atMs, intervalMs: newest.intervalMs },
    close: () => undefined,
  }
}
