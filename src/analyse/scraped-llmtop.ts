import { asOneOf } from '../core/decode.ts'
import { both, known, missing, type Reading } from '../core/reading.ts'
import { orMissing } from '../engines/pool.ts'
import { CEILING_BASES, CEILING_LIMITS, type Ceiling, type GpuCeiling } from '../model/ceiling.ts'
import {
  ENGINE_IDS,
  SLICE_LABELS,
  VRAM_LIMIT_KINDS,
  type KvCache,
  type Slices,
  type Workload,
  type WorkloadState,
} from '../model/workload.ts'
import type { Metrics, Series } from '../parse/prometheus-text.ts'
import type { AttributedWorkload } from './attribute.ts'
import { bareWorkload } from './bare-workload.ts'

/**
 * The workloads that `llmtop serve` on a host tells of. Servers of one model there are one here, unless it labels them
 * with their pids.
 */
export function llmtopWorkloads(metrics: Metrics): readonly AttributedWorkload[] {
  const byWorkload = new Map<string, Told>()
  for (const [name, all] of metrics) {
    if (name.startsWith('llmtop_risk')) continue
    for (const series of all) {
      const id = workloadId(series.labels)
      const told: Told = byWorkload.get(id) ?? {
        labels: series.labels,
        byMetric: new Map<string, Series[]>(),
      }
      byWorkload.set(id, told)
      told.byMetric.set(name, [...(told.byMetric.get(name) ?? []), series])
    }
  }
  return [...byWorkload].map(([id, told]) => workloadOf(id, told))
}

/** What a workload is called here: by its pid where the series say it, as on the host itself. */
export function workloadId(labels: Series['labels']): string {
  return `${labels.get('engine') ?? 'unknown'}:${labels.get('pid') ?? labels.get('model') ?? ''}`
}

/** The series about one workload. */
interface Told {
  readonly labels: Series['labels']
  readonly byMetric: Map<string, readonly Series[]>
}

function workloadOf(id: string, told: Told): AttributedWorkload {
  const { labels } = told
  const bare = bareWorkload(id, asOneOf(ENGINE_IDS, labels.get('engine')) ?? 'unknown')
  const value = (name: string): Reading<number> => orMissing(seriesOf(told, name)[0]?.value)
  const info = seriesOf(told, 'workload_info')[0]?.labels
  const ceiling = ceilingOf(told, info)
  return {
    ...bare,
    rootPid: pidIn(labels),
    state: stateOf(told),
    model: {
      ...bare.model,
      name: textOf(labels.get('model')),
      source: known('api'),
      quantization: textOf(info?.get('quantization')),
    },
    memory: {
      ...memoryOf(told, bare),
      residentBytes: value('resident_memory_bytes'),
      onCpuRatio: value('weights_on_cpu_ratio'),
    },
    vramLimits: limitsOf(told),
    kv: cacheOf(value, info, bare.kv),
    requests: {
      running: value('requests_running'),
      waiting: value('requests_waiting'),
      preemptions: value('preemptions_total'),
    },
    throughput: {
      promptTokensPerSecond: value('prompt_tokens_per_second'),
      generatedTokensPerSecond: value('generated_tokens_per_second'),
    },
    ...(ceiling === undefined ? {} : { toldCeiling: ceiling }),
  }
}

/** llmtop labels with pids where it was asked to. */
function pidIn(labels: Series['labels']): Reading<number> {
  const pid = labels.get('pid') ?? ''
  return /^\d{1,10}$/.test(pid) ? known(Number(pid)) : missing('not-reported', 'no label says it')
}

function seriesOf({ byMetric }: Told, name: string): readonly Series[] {
  return byMetric.get(`llmtop_${name}`) ?? []
}

// of several servers of one model: while one of them serves, the model is served
const STATES: readonly WorkloadState[] = ['serving', 'idle', 'loading', 'unloading', 'sleeping']

function stateOf(told: Told): WorkloadState {
  const states = new Set(seriesOf(told, 'workload_state').map(({ labels }) => labels.get('state')))
  return STATES.find((state) => states.has(state)) ?? 'serving'
}

function cacheOf(
  value: (name: string) => Reading<number>,
  info: Series['labels'] | undefined,
  bare: KvCache,
): KvCache {
  const growth = asOneOf(['preallocated', 'on-demand'] as const, info?.get('kv_growth'))
  const capacityBytes = value('kv_cache_capacity_bytes')
  const capacityTokens = value('kv_cache_capacity_tokens')
  return {
    ...bare,
    growth: growth === undefined ? bare.growth : known(growth, 'declared'),
    usedRatio: value('kv_cache_usage_ratio'),
    capacityBytes,
    usedBytes: value('kv_cache_used_bytes'),
    capacityTokens,
    usedTokens: value('kv_cache_used_tokens'),
    bytesPerToken: both(capacityBytes, capacityTokens, (bytes, tokens) => bytes / tokens),
  }
}

function memoryOf(told: Told, { memory: bare }: AttributedWorkload): Workload['memory'] {
  const series = seriesOf(told, 'process_memory_bytes')
  if (series.length === 0) return bare
  return {
    ...bare,
    usedBytes: known(sumOf(series)),
    slices: slicesOf(series, bare.slices),
    perGpu: cardsOf(series).map((uuid) => {
      const here = onCard(series, uuid)
      return { uuid, usedBytes: known(sumOf(here)), slices: slicesOf(here, bare.slices) }
    }),
  }
}

function slicesOf(series: readonly Series[], bare: Slices): Slices {
  const told = SLICE_LABELS.flatMap(([part, key]) => {
    const own = series.filter(({ labels }) => labels.get('part') === part)
    return own.length === 0 ? [] : [[key, known(sumOf(own))] as const]
  })
  return { ...bare, ...Object.fromEntries(told) }
}

/** As it was worked out there; how, it does not say. */
function ceilingOf(told: Told, info: Series['labels'] | undefined): Ceiling | undefined {
  const middle = seriesOf(told, 'predicted_ceiling_bytes')
  if (middle.length === 0) return undefined
  const low = seriesOf(told, 'predicted_ceiling_low_bytes')
  const high = seriesOf(told, 'predicted_ceiling_high_bytes')
  const perGpu = cardsOf(middle).map((uuid): GpuCeiling => {
    const bytes = sumOf(onCard(middle, uuid))
    const end = (series: readonly Series[]): number => sumOf(onCard(series, uuid)) || bytes
    return { uuid, bytes, lowBytes: end(low), highBytes: end(high) }
  })
  const sum = (of: (share: GpuCeiling) => number): number =>
    perGpu.reduce((total, share) => total + of(share), 0)
  return {
    bytes: sum(({ bytes }) => bytes),
    lowBytes: sum(({ lowBytes }) => lowBytes),
    highBytes: sum(({ highBytes }) => highBytes),
    limitedBy: asOneOf(CEILING_LIMITS, info?.get('limited_by')) ?? 'device',
    basis: asOneOf(CEILING_BASES, info?.get('basis')) ?? 'formula',
    workings: [],
    perGpu,
  }
}

/** Which control group sets a limit is not told: its path may name people. */
function limitsOf(told: Told): Workload['vramLimits'] {
  const used = seriesOf(told, 'vram_limit_used_bytes')
  return seriesOf(told, 'vram_limit_bytes').flatMap(({ labels, value }) => {
    const kind = asOneOf(VRAM_LIMIT_KINDS, labels.get('kind'))
    const gpu = labels.get('uuid')
    if (kind === undefined || gpu === undefined) return []
    const counted = onCard(used, gpu).find((series) => series.labels.get('kind') === kind)
    return [{ kind, gpu, path: undefined, limitBytes: value, usedBytes: orMissing(counted?.value) }]
  })
}

function cardsOf(series: readonly Series[]): readonly string[] {
  return [...new Set(series.flatMap(({ labels }) => labels.get('uuid') ?? []))]
}

function onCard(series: readonly Series[], uuid: string): readonly Series[] {
  return series.filter(({ labels }) => labels.get('uuid') === uuid)
}

function sumOf(series: readonly Series[]): number {
  return series.reduce((sum, { value }) => sum + value, 0)
}

function textOf(text: string | undefined): Reading<string> {
  return text === undefined || text === '' ? missing('not-reported') : known(text)
}
