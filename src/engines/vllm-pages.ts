import { asArray, asNumber, asObject, asText } from '../core/decode.ts'
import { missing, type Missing } from '../core/reading.ts'
import { stated } from '../core/stated.ts'
import type { EngineSettings } from '../estimate/settings.ts'
import type { Want } from '../model/want.ts'
import { parseVllmMetrics, type VllmMetrics } from '../parse/engine-pages/vllm-metrics.ts'
import { pageWant, type Address } from './allow-list.ts'
import { jsonOf, otherModel, pageAnswer, type Page } from './answers.ts'
import { fromApi, type LearntSettings } from './declared.ts'
import type { Answers, EngineReport } from './engine.ts'
import { countedBy, pooled, total } from './pool.ts'

/** The pages of vLLM's API server. */
export interface VllmPages {
  readonly metrics: Want
  readonly version: Want
  readonly models: Want
  /** /v1 wants a key; the others don't. */
  readonly isLocked: boolean
}

export function vllmPages(address: Address, isLocked: boolean): VllmPages {
  return {
    metrics: pageWant(address, '/metrics'),
    version: pageWant(address, '/version', 'once'),
    models: pageWant(address, '/v1/models', 'once'),
    isLocked,
  }
}

export type SaidByVllm = VllmMetrics & { readonly kind: 'metrics'; readonly page: Page }

/** What its metrics say; else why they say nothing. `expected`: the model that this server serves, where it is known. */
export function saidByVllm(
  pages: VllmPages,
  answers: Answers,
  expected: string | undefined,
): SaidByVllm | Missing {
  const page = pageAnswer(answers, pages.metrics)
  if (page.kind === 'missing') return page
  const metrics = parseVllmMetrics(page.text)
  if (metrics === undefined) return missing('malformed', 'what answers on its port is not vLLM')
  return otherModel(metrics.modelNames, expected) ?? { ...metrics, kind: 'metrics', page }
}

/** What is measured of it now. */
export function vllmNow({
  page,
  engines,
}: SaidByVllm): Pick<EngineReport, 'state' | 'kv' | 'requests' | 'counted'> {
  const running = total(engines.map((engine) => engine.running))
  const waiting = total(engines.map((engine) => engine.waiting))
  const isAsleep = engines.every(({ isAwake }) => !isAwake)
  const isIdle = running.kind === 'known' && running.value === 0
  return {
    state: isAsleep ? 'sleeping' : isIdle ? 'idle' : 'serving',
    kv: pooled(engines),
    requests: { running, waiting, preemptions: total(engines.map(({ preemptions }) => preemptions)) },
    counted: countedBy(page.atMs, engines),
  }
}

/** What the server says of settings, and what its version takes where nobody says anything. */
export function vllmLearnt(
  pages: VllmPages | undefined,
  answers: Answers,
  said: VllmMetrics | undefined,
): LearntSettings {
  if (pages === undefined) return {}
  return {
    contextTokens: fromApi(vllmCard(pages, answers).contextTokens),
    kvType: fromApi(said?.cacheType),
    gpuMemoryUtilization: fromApi(said?.gpuMemoryUtilization) ?? {
      value: defaultUtilization(versionOf(pages, answers)),
      origin: 'default',
    },
  }
}

/** The same for the estimator; flags stand before it. */
export function vllmSettings(
  pages: VllmPages | undefined,
  answers: Answers,
  said: VllmMetrics | undefined,
): Partial<EngineSettings> {
  if (pages === undefined) return {}
  return stated({
    version: versionOf(pages, answers),
    contextTokens: vllmCard(pages, answers).contextTokens,
    gpuMemoryUtilization: said?.gpuMemoryUtilization,
    ...(said?.cacheType === undefined ? {} : { kvTypeK: said.cacheType, kvTypeV: said.cacheType }),
  })
}

export interface VllmCard {
  readonly contextTokens: number | undefined
  /** The model as it was named to vLLM; `id` is what requests call it. */
  readonly root: string | undefined
}

export function vllmCard(pages: VllmPages, answers: Answers): VllmCard {
  const [first] = asArray(asObject(jsonOf(pageAnswer(answers, pages.models)))?.['data']) ?? []
  const card = asObject(first)
  return { contextTokens: asNumber(card?.['max_model_len']), root: asText(card?.['root']) }
}

function versionOf(pages: VllmPages, answers: Answers): string | undefined {
  return asText(asObject(jsonOf(pageAnswer(answers, pages.version)))?.['version'])
}

/** 0.9 up to at least 0.16, 0.92 in the documentation of 0.26 and later. */
function defaultUtilization(version: string | undefined): number {
  const [, minor] = /^0\.(\d+)/.exec(version ?? '') ?? []
  return minor !== undefined && Number(minor) <= 16 ? 0.9 : 0.92
}
