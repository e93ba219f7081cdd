import { formatCount, formatDuration, formatPercent } from '../../core/format.ts'
import { valueOr } from '../../core/reading.ts'
import type { RiskLevel } from '../../model/risk.ts'
import type { EngineId } from '../../model/workload.ts'
import { etaNumber, forecastOf, type Forecast } from '../forecast.ts'
import { isNewHeight, type Height } from '../heights.ts'
import type { JudgedWorkload } from '../judged.ts'
import { fullestRatio, kvKey } from '../observations.ts'
import type { Condition } from '../risk-book.ts'
import type { Rules } from '../rules.ts'
import { cardsOf, identityOf, watchedAt, type Situation } from '../situation.ts'
import { preemptionsPerSecond } from '../standings.ts'
import { formatEta, nameOf } from '../wording.ts'

/**
 * A pool of KV cache that fills while requests run. A full pool is not harm: batches sit at 99 % for hours by design.
 * That it will be full is a watch; that requests are thrown out of it, at a rate that is felt, is a warning.
 */
export function kvSaturation(situation: Situation): readonly Condition[] {
  return situation.workloads.flatMap((workload) => {
    if (FULL_MEANS[workload.engine] === undefined || !isPooled(workload)) return []
    const rate = preemptionsPerSecond(
      situation.standings.preemptions.get(workload.id),
      situation.rules.pool.harmMs,
    )
    const isHarm = rate !== undefined && rate >= situation.rules.pool.preemptionsPerSecond
    const forecast = isHarm ? undefined : filling(workload, situation)
    if (!isHarm && forecast === undefined) return []
    return [worded(workload, isHarm ? 'warn' : 'watch', forecast, rate, situation)]
  })
}

function isPooled({ kv, state }: JudgedWorkload): boolean {
  return state !== 'sleeping' && state !== 'unloading' && valueOr(kv.growth, undefined) === 'preallocated'
}

/** Undefined where the pool is far from full, or as full as it stays. */
function filling(workload: JudgedWorkload, situation: Situation): Forecast | undefined {
  const { rules } = situation
  const ratio = fullestRatio(workload)
  const running = valueOr(workload.requests.running, undefined)
  if (ratio.kind === 'missing' || running === 0) return undefined
  if (ratio.value < rules.pool.watchFromRatio || ratio.value >= rules.pool.fullRatio) return undefined
  const forecast = forecastOf(watchedAt(situation, kvKey(workload.id)), 1 - ratio.value, rules)
  if (forecast === undefined || forecast.eta.seconds * 1000 >= rules.pool.watchEtaMs) return undefined
  const height = situation.heights.get(kvKey(workload.id))
  return isBelieved(forecast, ratio.value, rules) && isNews(height, ratio.value, rules) ? forecast : undefined
}

/** A pool breathes with its load for minutes at a time: young growth is believed when its end is near. */
function isBelieved({ pace, eta }: Forecast, ratio: number, rules: Rules): boolean {
  const neededMs = Math.min(rules.risk.believedMs, rules.pool.lastedRatio * eta.seconds * 1000)
  return pace.grewMs >= neededMs || ratio >= rules.pool.nearlyFullRatio
}

/** Up to where it came back from without being full it breathes. */
function isNews(height: Height | undefined, ratio: number, { pool, trend }: Rules): boolean {
  const wasFull = height !== undefined && height.returnedFrom >= pool.fullRatio
  return wasFull || isNewHeight(height, ratio, trend)
}

function worded(
  workload: JudgedWorkload,
  level: RiskLevel,
  forecast: Forecast | undefined,
  rate: number | undefined,
  situation: Situation,
): Condition {
  const cards = cardsOf(situation, workload).map(({ uuid }) => uuid)
  const ratio = valueOr(fullestRatio(workload), 1)
  const percent = formatPercent(ratio * 100)
  const meaning = FULL_MEANS[workload.engine] ?? UNNAMED
  const batchLimit = isBatchLimit(workload)
  const name = nameOf(workload)
  const { risk, pool } = situation.rules
  const harm = `${meaning.harm} ${formatRate(rate ?? 0)}`
  const said =
    forecast === undefined
      ? {
          confirmMs: pool.harmMs,
          summary: `${name}: its KV cache is too small for its load: ${harm}, and each is computed again`,
          evidence: [`over the last ${formatDuration(pool.harmMs)}: ${harm}`],
        }
      : {
          confirmMs: risk.confirmMs,
          summary: `${name}: its KV cache is full in ${formatEta(forecast.eta)}, now ${percent}; ${meaning.then}`,
          evidence: [paceLine(forecast, workload)],
        }
  return {
    id: `kv-saturation:${workload.id}`,
    identity: identityOf(situation, workload),
    confirmMs: said.confirmMs,
    cameTrue: forecast === undefined,
    class: 'kv-saturation',
    level,
    gpu: cards[0],
    gpus: cards,
    workload: workload.id,
    mig: undefined,
    eta: forecast?.eta,
    summary: said.summary,
    paused: `${name}: its KV cache has stopped filling at ${percent}`,
    evidence: [
      ...usedLine(workload, percent),
      ...said.evidence,
      ...requestLines(workload.requests, batchLimit),
    ],
    victims: [],
    numbers: {
      usedRatio: ratio,
      ...(rate === undefined ? {} : { preemptionsPerSecond: rate }),
      ...etaNumber(forecast),
    },
    findings: batchLimit ? { batchLimit } : {},
  }
}

const UNNAMED = { harm: 'requests are thrown out:', then: 'requests then wait' }

/** What a full pool does to requests, by engine; engines without an entry have none, or do not say. */
const FULL_MEANS: Partial<Record<EngineId, { readonly harm: string; readonly then: string }>> = {
  vllm: {
    harm: 'vLLM preempts',
    then: 'vLLM then preempts requests and computes them again: slower, it does not crash',
  },
  sglang: {
    harm: 'SGLang retracts',
    then: 'SGLang then retracts requests and computes them again: slower, it does not crash',
  },
  tgi: { harm: 'TGI evicts', then: 'TGI then lets new requests wait' },
  'tensorrt-llm': { harm: 'TensorRT-LLM pauses requests', then: 'requests then wait or are paused' },
  lmdeploy: { harm: 'LMDeploy evicts', then: 'requests then wait or are evicted' },
}

/** As many run as may: what waits, waits for a place and not for memory. */
function isBatchLimit({ requests, config }: JudgedWorkload): boolean {
  const { running, waiting } = requests
  if (running.kind === 'missing' || waiting.kind === 'missing' || config.parallel.kind === 'missing')
    return false
  return waiting.value > 0 && running.value >= config.parallel.value
}

function usedLine({ kv, headroom }: JudgedWorkload, percent: string): readonly string[] {
  if (kv.usedTokens.kind === 'missing' || kv.capacityTokens.kind === 'missing')
    return [`${percent} of its pool is claimed by live requests`]
  const left =
    headroom.requests.kind === 'known'
      ? `, room for ${moreRequests(headroom.requests.value)} as seen lately`
      : ''
  return [
    `${formatCount(kv.usedTokens.value)} of ${formatCount(kv.capacityTokens.value)} tokens are claimed by live requests${left}`,
  ]
}

function moreRequests(count: number): string {
  return count === 1 ? '1 more request' : `${formatCount(count)} more requests`
}

function paceLine({ pace }: Forecast, { kv }: JudgedWorkload): string {
  const perMinute = pace.perSecond * 60
  const tokens =
    kv.capacityTokens.kind === 'known'
      ? ` (${formatCount(perMinute * kv.capacityTokens.value)} tokens/min)`
      : ''
  return `it fills by ${(perMinute * 100).toFixed(1)} % a minute${tokens}, over the last ${formatDuration(pace.spanMs)}`
}

function requestLines(
  { running, waiting }: JudgedWorkload['requests'],
  batchLimit: boolean,
): readonly string[] {
  if (running.kind === 'missing') return []
  const queue = waiting.kind === 'known' ? `, ${formatCount(waiting.value)} wait` : ''
  const why = batchLimit ? ' because as many run as may (batch limit, not memory)' : ''
  return [`${formatCount(running.value)} requests run${queue}${why}`]
}

function formatRate(perSecond: number): string {
  return perSecond >= 1
    ? `${perSecond.toFixed(1)} requests a second`
    : `${(perSecond * 60).toFixed(0)} requests a minute`
}
