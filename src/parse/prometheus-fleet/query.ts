import { FLEET_METRICS, TREND_METRICS } from './names.ts'

/** How the time stamps that are asked for beside values are marked; its value says what they are the age of. */
export const STAMP_LABEL = 'llmtop_of'

/** One series of each exporter by what it tells of: its time stamps say how old those numbers are. */
const STAMPED = {
  host: 'llmtop_up',
  gpu: 'DCGM_FI_DEV_FB_USED|nvidia_smi_memory_used_bytes',
  engine: 'vllm:num_requests_running|sglang:num_running_reqs',
  memory: 'node_memory_MemAvailable_bytes',
} as const

/**
 * Everything of a refresh in one query. Values of an instant query carry the time of the query, so the time stamps of
 * some series are asked for beside; a label of their own keeps `or` from taking them for the same series.
 * @param selector further matchers, `cluster="a"`; empty for all
 */
export function fleetQuery(selector: string): string {
  const stamps = Object.entries(STAMPED).map(
    ([about, names]) =>
      `label_replace(timestamp(${matching([names], selector)}), "${STAMP_LABEL}", "${about}", "", "")`,
  )
  return [matching(FLEET_METRICS, selector), ...stamps].join(' or ')
}

/** What trends are made of, to be asked for over the recent past. */
export function trendQuery(selector: string): string {
  return matching(TREND_METRICS, selector)
}

function matching(names: readonly string[], selector: string): string {
  const more = selector === '' ? '' : `,${selector}`
  return `{__name__=~"${names.join('|')}"${more}}`
}
