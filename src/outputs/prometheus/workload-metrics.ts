import { known, missing, type Reading } from '../../core/reading.ts'
import type { GpuCeiling } from '../../model/ceiling.ts'
import type { Frame } from '../../model/frame.ts'
import { SLICE_LABELS, type Slices, type Workload } from '../../model/workload.ts'
import { identity } from './gpu-metrics.ts'
import { seriesOf, type Metric, type Series } from './metric.ts'

/** What a workload is called in all series about it, in the order of `nameOf`. */
export const NAME_LABELS = ['engine', 'model', 'pid', 'command'] as const

/** What only llmtop knows: what each engine's memory is made of, how far it can grow, how full its KV cache is. */
export const WORKLOAD_METRICS: readonly Metric[] = [
  {
    name: 'llmtop_workload_info',
    type: 'info',
    help: 'What an engine runs, how it takes its KV cache, and what its ceiling comes from; the value is always 1.',
    group: 'Workload',
    labels: [...NAME_LABELS, 'quantization', 'kv_growth', 'limited_by', 'basis'],
    merge: 'max',
    series: ofEngines((workload) => [{ labels: [...nameOf(workload), ...natureOf(workload)], value: 1 }]),
  },
  {
    name: 'llmtop_workload_state',
    type: 'gauge',
    help: 'How many servers of the model are in this state: loading, serving, idle, sleeping or unloading.',
    group: 'Workload',
    labels: [...NAME_LABELS, 'state'],
    merge: 'sum',
    series: ofEngines((workload) => [{ labels: [...nameOf(workload), workload.state], value: 1 }]),
  },
  {
    ...inBytes(
      'llmtop_process_memory_bytes',
      'Memory of an engine on one GPU by part; the parts sum to what the driver reports.',
    ),
    labels: ['gpu', 'uuid', ...NAME_LABELS, 'part'],
    series: onGpus((workload, share) =>
      SLICE_LABELS.flatMap(([part, key]) => seriesOf([...nameOf(workload), part], partOf(share, key))),
    ),
  },
  ceiling('', 'The most an engine can come to hold on one GPU, by the estimator.', 'bytes'),
  ceiling('_low', 'The low end of that, by the error that the estimator states of itself.', 'lowBytes'),
  ceiling('_high', 'The high end of that: growth up to here is expected.', 'highBytes'),
  {
    ...ofEngine(
      'llmtop_kv_cache_usage_ratio',
      'Share of the KV cache that live requests claim, 0 to 1.',
      ({ kv }) => kv.usedRatio,
    ),
    unit: 'ratio',
    merge: 'max',
  },
  kvBytes('capacity', 'Size of the KV cache.', ({ kv }) => kv.capacityBytes),
  kvBytes('used', 'What live requests claim of the KV cache.', ({ kv }) => kv.usedBytes),
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
    'llmtop_prompt_tokens_per_second',
    'Tokens of prompts read per second, lately.',
    ({ throughput }) => throughput.promptTokensPerSecond,
  ),
  ofEngine(
    'llmtop_generated_tokens_per_second',
    'Tokens generated per second, lately.',
    ({ throughput }) => throughput.generatedTokensPerSecond,
  ),
  {
    ...ofEngine(
      'llmtop_weights_on_cpu_ratio',
      'Share of the weights that is on the CPU, 0 to 1.',
      ({ memory }) => memory.onCpuRatio,
    ),
    unit: 'ratio',
    merge: 'max',
  },
  ofEngine(
    'llmtop_ranks_here',
    'Of an engine that spans nodes: how many of its ranks run here.',
    ({ partial }) => (partial === undefined ? NOT_SPANNING : known(partial.ranksHere)),
  ),
  ofEngine(
    'llmtop_ranks_expected',
    'Of an engine that spans nodes: how many ranks it has in all.',
    ({ partial }) => partial?.ranksInAll ?? NOT_SPANNING,
  ),
  {
    ...inBytes('llmtop_resident_memory_bytes', 'Resident host memory of the processes of an engine.'),
    labels: NAME_LABELS,
    series: ({ workloads }) =>
      workloads.flatMap((workload) => seriesOf(nameOf(workload), workload.memory.residentBytes)),
  },
]

/** Engine and model; of a model given by its path the last part, since paths name people and change. Then the optional labels. */
export function nameOf({
  engine,
  model,
  rootPid,
  command,
}: Pick<Workload, 'engine' | 'model' | 'rootPid' | 'command'>): readonly string[] {
  const name = model.name.kind === 'known' ? model.name.value : ''
  const isPath = /^[~./\\]|^[a-z]:\\/i.test(name)
  const short = isPath ? (name.split(/[/\\]/).findLast((part) => part !== '') ?? '') : name
  return [engine, short, rootPid.kind === 'known' ? String(rootPid.value) : '', command.join(' ')]
}

function natureOf({ model, kv, ceiling }: Workload): readonly string[] {
  const { limitedBy = '', basis = '' } = ceiling.kind === 'known' ? ceiling.value : {}
  return [textOf(model.quantization), textOf(kv.growth), limitedBy, basis]
}

function textOf(reading: Reading<string>): string {
  return reading.kind === 'known' ? reading.value : ''
}

const NOT_SPANNING = missing('not-supported')

type Share = Workload['memory']['perGpu'][number]

/** Where nothing is known of the parts, all of it is unexplained, so that the parts always sum to the whole. */
function partOf({ slices, usedBytes }: Share, key: keyof Slices): Reading<number> {
  const undivided = SLICE_LABELS.every(([, name]) => slices[name].kind === 'missing')
  return undivided && key === 'unexplainedBytes' ? usedBytes : slices[key]
}

function onGpus(read: (workload: Workload, share: Share) => readonly Series[]): Metric['series'] {
  return (frame) =>
    frame.workloads.flatMap((workload) =>
      workload.memory.perGpu.flatMap((share) => onGpu(frame, share.uuid, read(workload, share))),
    )
}

/** Series about a workload with the labels of one card before their own; none of a card that is not there. */
export function onGpu({ gpus }: Frame, uuid: string, series: readonly Series[]): readonly Series[] {
  return gpus
    .filter((gpu) => gpu.uuid === uuid)
    .flatMap((gpu) => series.map(({ labels, value }) => ({ labels: [...identity(gpu), ...labels], value })))
}

function ceiling(
  end: '' | '_low' | '_high',
  help: string,
  bound: 'bytes' | 'lowBytes' | 'highBytes',
): Metric {
  const of = (workload: Workload): readonly GpuCeiling[] =>
    workload.ceiling.kind === 'known' ? workload.ceiling.value.perGpu : []
  return {
    ...inBytes(`llmtop_predicted_ceiling${end}_bytes`, help),
    labels: ['gpu', 'uuid', ...NAME_LABELS],
    series: (frame) =>
      frame.workloads.flatMap((workload) =>
        of(workload).flatMap((share) =>
          onGpu(frame, share.uuid, seriesOf(nameOf(workload), known(share[bound]))),
        ),
      ),
  }
}

function kvBytes(
  of: 'capacity' | 'used',
  help: string,
  read: (workload: Workload) => Reading<number>,
): Metric {
  return { ...ofEngine(`llmtop_kv_cache_${of}_bytes`, help, read), unit: 'bytes' }
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
    labels: NAME_LABELS,
    merge: 'sum',
    series: ofEngines((workload) => seriesOf(nameOf(workload), read(workload))),
  }
}

/** Of what is no engine only its memory is told. */
function ofEngines(read: (workload: Workload) => readonly Series[]): Metric['series'] {
  return ({ workloads }) => workloads.filter(({ engine }) => engine !== 'unknown').flatMap(read)
}
