import { known, missing, type Reading } from '../core/reading.ts'
import { blankReport } from '../engines/blank-report.ts'
import { orMissing, pooled, preallocated, total, type Pool } from '../engines/pool.ts'
import { SLICE_LABELS, type EngineId, type KvCache, type Slices, type Workload } from '../model/workload.ts'
import { parseMetrics, type Metrics, type Series } from '../parse/prometheus-text.ts'
import { parseSglangMetrics } from '../parse/engine-pages/sglang-metrics.ts'
import { parseVllmMetrics } from '../parse/engine-pages/vllm-metrics.ts'
import { enginePage, LLMTOP_PAGE } from '../parse/prometheus-fleet/engine-pages.ts'
import { textOf, type AnswerBook } from './answers.ts'
import type { AttributedWorkload } from './attribute.ts'

/**
 * The engines that others have scraped: known by their metrics pages alone, without a process that could be seen. Where
 * llmtop itself runs on that host its word counts, since it knows the memory too.
 */
export function scrapedWorkloads(answers: AnswerBook): readonly AttributedWorkload[] {
  if (answers.has(LLMTOP_PAGE)) return ofLlmtop(parseMetrics(textOf(answers, LLMTOP_PAGE)))
  return [...answers.keys()].flatMap((part) => {
    const page = enginePage(part)
    return page === undefined ? [] : (ofEngine(page.engine, page.instance, textOf(answers, part)) ?? [])
  })
}

function ofEngine(engine: 'vllm' | 'sglang', instance: string, page: string): AttributedWorkload | undefined {
  const read = engine === 'vllm' ? vllmOf(page) : sglangOf(page)
  if (read === undefined) return undefined
  const { modelNames, kv, requests } = read
  const [name] = modelNames
  return workloadOf(`${engine}:${instance}`, engine, name === undefined ? NO : known(name), { kv, requests })
}

type Told = Pick<Workload, 'kv' | 'requests'> & { readonly memory?: Workload['memory'] }

function vllmOf(page: string): (Told & { readonly modelNames: readonly string[] }) | undefined {
  const metrics = parseVllmMetrics(page)
  return (
    metrics && { modelNames: metrics.modelNames, ...told(metrics.engines, ({ preemptions }) => preemptions) }
  )
}

function sglangOf(page: string): (Told & { readonly modelNames: readonly string[] }) | undefined {
  const metrics = parseSglangMetrics(page)
  return (
    metrics && { modelNames: metrics.modelNames, ...told(metrics.replicas, ({ retractions }) => retractions) }
  )
}

type Replica = Pool & { readonly running: number | undefined; readonly waiting: number | undefined }

function told<R extends Replica>(
  replicas: readonly R[],
  preempted: (replica: R) => number | undefined,
): Told {
  return {
    kv: pooled(replicas),
    requests: {
      running: total(replicas.map(({ running }) => running)),
      waiting: total(replicas.map(({ waiting }) => waiting)),
      preemptions: total(replicas.map(preempted)),
    },
  }
}

const NO = missing('not-reported', 'only its metrics are known')

/** Engine and model are all that llmtop's own series name. */
function ofLlmtop(metrics: Metrics): readonly AttributedWorkload[] {
  const all = [...metrics.values()].flat()
  const keys = new Map(all.map((series) => [keyOf(series), series] as const))
  return [...keys].map(([key, { labels }]) => {
    const own = (name: string): readonly Series[] =>
      (metrics.get(name) ?? []).filter((series) => keyOf(series) === key)
    const value = (name: string): number | undefined => own(name)[0]?.value
    const model = labels.get('model') ?? ''
    return workloadOf(key, engineIn(labels), model === '' ? NO : known(model), {
      kv: cacheOf(value),
      requests: {
        running: orMissing(value('llmtop_requests_running')),
        waiting: orMissing(value('llmtop_requests_waiting')),
        preemptions: orMissing(value('llmtop_preemptions_total')),
      },
      memory: memoryOf(own('llmtop_process_memory_bytes')),
    })
  })
}

function keyOf({ labels }: Series): string {
  return `${labels.get('engine') ?? 'unknown'}:${labels.get('model') ?? ''}`
}

const ENGINE_IDS: readonly EngineId[] = [
  'vllm',
  'sglang',
  'llama.cpp',
  'ollama',
  'tgi',
  'tensorrt-llm',
  'lmdeploy',
  'exllama',
  'koboldcpp',
  'lmstudio',
  'text-generation-webui',
  'transformers',
  'pytorch',
]

function engineIn(labels: Series['labels']): EngineId {
  return ENGINE_IDS.find((id) => id === labels.get('engine')) ?? 'unknown'
}

function cacheOf(value: (name: string) => number | undefined): KvCache {
  const ratio = value('llmtop_kv_cache_usage_ratio')
  if (ratio === undefined) return { ...preallocated(NO), growth: NO }
  return {
    ...preallocated(NO),
    usedRatio: known(ratio),
    capacityTokens: orMissing(value('llmtop_kv_cache_capacity_tokens')),
    usedTokens: orMissing(value('llmtop_kv_cache_used_tokens')),
  }
}

function memoryOf(series: readonly Series[]): Workload['memory'] {
  const uuids = [...new Set(series.flatMap(({ labels }) => labels.get('uuid') ?? []))]
  return {
    usedBytes: series.length === 0 ? NO : known(sumOf(series)),
    slices: slicesOf(series),
    perGpu: uuids.map((uuid) => {
      const here = series.filter(({ labels }) => labels.get('uuid') === uuid)
      return { uuid, usedBytes: known(sumOf(here)), slices: slicesOf(here) }
    }),
    residentBytes: NO,
    onCpuRatio: NO,
  }
}

function slicesOf(series: readonly Series[]): Slices {
  const entries = SLICE_LABELS.map(([part, key]): readonly [keyof Slices, Reading<number>] => {
    const own = series.filter(({ labels }) => labels.get('part') === part)
    return [key, own.length === 0 ? NO : known(sumOf(own))]
  })
  return { ...NO_SLICES, ...Object.fromEntries(entries) }
}

const NO_SLICES: Slices = {
  weightsBytes: NO,
  kvBytes: NO,
  stateBytes: NO,
  activationsBytes: NO,
  overheadBytes: NO,
  unexplainedBytes: NO,
}

function sumOf(series: readonly Series[]): number {
  return series.reduce((sum, { value }) => sum + value, 0)
}

function workloadOf(id: string, engine: EngineId, name: Reading<string>, told: Told): AttributedWorkload {
  const { config } = blankReport('not-reported')
  return {
    id,
    engine,
    rootPid: 0,
    pids: [],
    user: NO,
    container: undefined,
    command: [],
    state: 'serving',
    idleSeconds: NO,
    model: { name, source: known('api'), quantization: NO, parameters: NO },
    config,
    memory: told.memory ?? memoryOf([]),
    kv: told.kv,
    partial: undefined,
    telemetryGaps: [],
    cgroup: NO,
    requests: told.requests,
    throughput: { promptTokensPerSecond: NO, generatedTokensPerSecond: NO },
    estimated: NO,
  }
}
