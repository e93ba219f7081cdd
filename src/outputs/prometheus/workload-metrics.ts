import type { Reading } from '../../core/reading.ts'
import type { Frame } from '../../model/frame.ts'
import { SLICE_LABELS, type Slices, type Workload } from '../../model/workload.ts'
import { identity } from './gpu-metrics.ts'
import { seriesOf, type Metric, type Series } from './metric.ts'

/** What only llmtop knows: what each engine's memory is made of, how far it can grow, how full its KV cache is. */
export const WORKLOAD_METRICS: readonly Metric[] = [
  {
    ...inBytes(
      'llmtop_process_memory_bytes',
      'Memory of an engine on one GPU by part; the parts sum to what the driver reports.',
    ),
    labels: ['gpu', 'uuid', 'engine', 'model', 'part'],
    series: onGpus((workload, share) =>
      SLICE_LABELS.flatMap(([part, key]) => seriesOf([...nameOf(workload), part], partOf(share, key))),
    ),
  },
  {
    ...inBytes(
      'llmtop_predicted_ceiling_bytes',
      'The most an engine can come to hold on one GPU, by the estimator.',
    ),
    labels: ['gpu', 'uuid', 'engine', 'model'],
    series: (frame) =>
      frame.workloads.flatMap((workload) =>
        workload.ceiling.kind === 'missing'
          ? []
          : workload.ceiling.value.perGpu.flatMap(({ uuid, bytes }) =>
              gpuLabels(frame, uuid).map((labels) => ({
                labels: [...labels, ...nameOf(workload)],
                value: bytes,
              })),
            ),
      ),
  },
  {
    ...ofEngine(
      'llmtop_kv_cache_usage_ratio',
      'Share of the KV cache that live requests claim, 0 to 1.',
      ({ kv }) => kv.usedRatio,
    ),
    unit: 'ratio',
    merge: 'max',
  },
  ofEngine(
    'llmtop_kv_cache_capacity_tokens',
    'Tokens that the KV cache can hold.',
    ({ kv }) => kv.capacityTokens,
  ),
  ofEngine('llmtop_kv_cache_used_tokens', 'Tokens that live requests claim.', ({ kv }) => kv.usedTokens),
  {
    ...ofEngine('llmtop_headroom_tokens', 'Tokens that still fit.', ({ headroom }) => headroom.tokens),
    merge: 'min',
  },
  ofEngine('llmtop_requests_running', 'Requests being generated.', ({ requests }) => requests.running),
  ofEngine('llmtop_requests_waiting', 'Requests that wait for a place.', ({ requests }) => requests.waiting),
  {
    ...ofEngine(
      'llmtop_preemptions_total',
      'Requests put back for lack of KV cache since the engine began.',
      ({ requests }) => requests.preemptions,
    ),
    type: 'counter',
  },
  ofEngine(
    'llmtop_generated_tokens_per_second',
    'Tokens generated per second, lately.',
    ({ throughput }) => throughput.generatedTokensPerSecond,
  ),
  {
    ...inBytes('llmtop_resident_memory_bytes', 'Resident host memory of the processes of an engine.'),
    labels: ['engine', 'model'],
    series: ({ workloads }) =>
      workloads.flatMap((workload) => seriesOf(nameOf(workload), workload.memory.residentBytes)),
  },
]

/** Engine and model; of a model given by its path the last part, since paths name people and change. */
export function nameOf({ engine, model }: Pick<Workload, 'engine' | 'model'>): readonly string[] {
  const name = model.name.kind === 'known' ? model.name.value : ''
  const isPath = /^[~./\\]|^[a-z]:\\/i.test(name)
  return [engine, isPath ? (name.split(/[/\\]/).findLast((part) => part !== '') ?? '') : name]
}

type Share = Workload['memory']['perGpu'][number]

/** Where nothing is known of the parts, all of it is unexplained, so that the parts always sum to the whole. */
function partOf({ slices, usedBytes }: Share, key: keyof Slices): Reading<number> {
  const undivided = SLICE_LABELS.every(([, name]) => slices[name].kind === 'missing')
  return undivided && key === 'unexplainedBytes' ? usedBytes : slices[key]
}

function onGpus(read: (workload: Workload, share: Share) => readonly Series[]): Metric['series'] {
  return (frame) =>
    frame.workloads.flatMap((workload) =>
      workload.memory.perGpu.flatMap((share) =>
        gpuLabels(frame, share.uuid).flatMap((gpu) =>
          read(workload, share).map(({ labels, value }) => ({ labels: [...gpu, ...labels], value })),
        ),
      ),
    )
}

function gpuLabels({ gpus }: Frame, uuid: string): readonly (readonly string[])[] {
  return gpus.filter((gpu) => gpu.uuid === uuid).map(identity)
}

function inBytes(name: Metric['name'], help: string): Omit<Metric, 'labels' | 'series'> {
  return { name, type: 'gauge', unit: 'bytes', help, group: 'Workload', merge: 'sum' }
}

function ofEngine(name: Metric['name'], help: string, read: (workload: Workload) => Reading<number>): Metric {
  return {
    name,
    type: 'gauge',
    help,
    group: 'Workload',
    labels: ['engine', 'model'],
    merge: 'sum',
    series: ({ workloads }) =>
      workloads
        .filter(({ engine }) => engine !== 'unknown')
        .flatMap((workload) => seriesOf(nameOf(workload), read(workload))),
  }
}
