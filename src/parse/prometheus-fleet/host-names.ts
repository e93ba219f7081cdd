import type { ApiSeries } from './api-answer.ts'
import { STAMP_LABEL } from './query.ts'

/** The host that a series is about, under one name whatever exporter it comes from; undefined where nothing names one. */
export type HostNames = (series: Pick<ApiSeries, 'name' | 'labels'>) => string | undefined

/**
 * Learns from all series of an answer what their targets are called: exporters name hosts each in their own way.
 * - llmtop: `host`; dcgm-exporter: `Hostname`, since 2026 `hostname` (dcgm-exporter #655).
 * - node_exporter: `node_uname_info` says what the machine behind an `instance` calls itself.
 * - An engine in Kubernetes is on the host of the GPU that its pod uses.
 * - Else the `instance` without its port.
 */
export function learnHostNames(all: readonly ApiSeries[]): HostNames {
  const byInstance = new Map<string, string>()
  const byPod = new Map<string, string>()
  const stated = new Set<string>()
  for (const series of all) {
    const own = statedHost(series)
    if (own !== undefined) stated.add(own)
    const { labels } = series
    if (series.name === 'node_uname_info') note(byInstance, instanceHost(labels), labels.get('nodename'))
    if (series.name.startsWith('DCGM_')) note(byPod, podOf(labels), own)
  }
  const canonical = canonicalNames([...stated, ...byInstance.values()])
  return (series) => {
    const { labels } = series
    const instance = instanceHost(labels)
    const pod = podOf(labels)
    const name =
      statedHost(series) ??
      (pod === undefined ? undefined : byPod.get(pod)) ??
      labels.get('node') ??
      (instance === undefined ? undefined : (byInstance.get(instance) ?? instance))
    return name === undefined ? undefined : canonical(name)
  }
}

function note(names: Map<string, string>, key: string | undefined, name: string | undefined): void {
  if (key !== undefined && name !== undefined) names.set(key, name)
}

function statedHost({ name, labels }: Pick<ApiSeries, 'name' | 'labels'>): string | undefined {
  // the time stamps of series have lost their names
  if (name.startsWith('llmtop_') || labels.get(STAMP_LABEL) === 'host') return labels.get('host')
  if (name.startsWith('DCGM_') || labels.get(STAMP_LABEL) === 'gpu')
    return labels.get('hostname') ?? labels.get('Hostname')
  return name === 'node_uname_info' ? labels.get('nodename') : undefined
}

/** Prometheus' own label of a target wins, and the exporter's becomes `exported_…` (honor_labels off). */
function podOf(labels: ReadonlyMap<string, string>): string | undefined {
  const pod = labels.get('exported_pod') ?? labels.get('pod') ?? labels.get('pod_name')
  const namespace = labels.get('exported_namespace') ?? labels.get('namespace') ?? labels.get('pod_namespace')
  return pod === undefined || pod === '' ? undefined : `${namespace ?? ''}/${pod}`
}

function instanceHost(labels: ReadonlyMap<string, string>): string | undefined {
  const instance = labels.get('instance')
  return instance?.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')
}

/** `gpu-01` and `gpu-01.example.com` are one host, where there is but one such long name. */
function canonicalNames(names: readonly string[]): (name: string) => string {
  const long = new Map<string, Set<string>>()
  for (const name of names) {
    const short = shortOf(name)
    if (short !== name) long.set(short, (long.get(short) ?? new Set()).add(name))
  }
  return (name) => {
    const short = shortOf(name)
    const candidates = long.get(short)
    return candidates === undefined || candidates.size === 1 ? short : name
  }
}

function shortOf(name: string): string {
  // an address is no name
  return /^[\d.]+$|:/.test(name) ? name : (name.split('.')[0] ?? name)
}
