import { known } from '../core/reading.ts'
import type { EngineReport } from '../engines/engine.ts'
import { countedBy, pooled, total, type Pool } from '../engines/pool.ts'
import type { Workload } from '../model/workload.ts'
import { parseSglangMetrics } from '../parse/engine-pages/sglang-metrics.ts'
import { parseVllmMetrics } from '../parse/engine-pages/vllm-metrics.ts'
import { parseMetrics } from '../parse/prometheus-text.ts'
import { enginePage, LLMTOP_PAGE } from '../parse/prometheus-fleet/engine-pages.ts'
import type { Counts } from './activity.ts'
import { textOf, type AnswerBook } from './answers.ts'
import type { AttributedWorkload } from './attribute.ts'
import { bareWorkload } from './bare-workload.ts'
import { llmtopWorkloads } from './scraped-llmtop.ts'

/** A workload without a process that could be seen, and what its page counts. */
export interface ScrapedWorkload {
  readonly workload: AttributedWorkload
  readonly counts: Counts
}

/**
 * The engines that others have scraped: known by their metrics pages alone. Where llmtop itself runs on that host its word
 * counts, since it knows the memory too.
 */
export function scrapedWorkloads(answers: AnswerBook): readonly ScrapedWorkload[] {
  const page = textOf(answers, LLMTOP_PAGE)
  if (page !== '') {
    const atMs = renewedAtMs(answers, LLMTOP_PAGE)
    return llmtopWorkloads(parseMetrics(page)).map((workload) => ({
      workload,
      // its rates were worked out there
      counts: { counted: countedBy(atMs, []), requests: workload.requests },
    }))
  }
  return [...answers.keys()].flatMap((part) => {
    const place = enginePage(part)
    if (place === undefined) return []
    const told = pageOf(place.engine, textOf(answers, part), renewedAtMs(answers, part))
    return told === undefined ? [] : [scraped(`${place.engine}:${place.instance}`, place.engine, told)]
  })
}

function renewedAtMs(answers: AnswerBook, part: string): number {
  return answers.get(part)?.renewedAtMs ?? 0
}

interface Told extends Pick<Workload, 'kv' | 'requests'>, Pick<EngineReport, 'counted'> {
  readonly modelNames: readonly string[]
  readonly isAsleep: boolean
}

function pageOf(engine: 'vllm' | 'sglang', page: string, atMs: number): Told | undefined {
  if (engine === 'vllm') {
    const metrics = parseVllmMetrics(page)
    return (
      metrics && {
        ...told(metrics.modelNames, metrics.engines, ({ preemptions }) => preemptions, atMs),
        isAsleep: metrics.engines.every(({ isAwake }) => !isAwake),
      }
    )
  }
  const metrics = parseSglangMetrics(page)
  return metrics && told(metrics.modelNames, metrics.replicas, ({ retractions }) => retractions, atMs)
}

interface Replica extends Pool {
  readonly running: number | undefined
  readonly waiting: number | undefined
  readonly promptTokens: number | undefined
  readonly generatedTokens: number | undefined
}

function told<R extends Replica>(
  modelNames: readonly string[],
  replicas: readonly R[],
  preempted: (replica: R) => number | undefined,
  atMs: number,
): Told {
  return {
    modelNames,
    isAsleep: false,
    kv: pooled(replicas),
    requests: {
      running: total(replicas.map(({ running }) => running)),
      waiting: total(replicas.map(({ waiting }) => waiting)),
      preemptions: total(replicas.map(preempted)),
    },
    counted: countedBy(atMs, replicas),
  }
}

function scraped(id: string, engine: 'vllm' | 'sglang', told: Told): ScrapedWorkload {
  const { kv, requests, counted, isAsleep } = told
  const bare = bareWorkload(id, engine)
  const [name] = told.modelNames
  const model =
    name === undefined ? bare.model : { ...bare.model, name: known(name), source: known('api' as const) }
  const state = isAsleep ? 'sleeping' : 'serving'
  return { counts: { counted, requests }, workload: { ...bare, state, model, kv, requests } }
}
