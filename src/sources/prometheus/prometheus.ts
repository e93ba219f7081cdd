import type { Clock } from '../../core/clock.ts'
import type { Fault } from '../../core/fault.ts'
import { minutes } from '../../core/units.ts'
import type { RawSample } from '../../model/sample.ts'
import { liveState } from '../../model/session.ts'
import { readApiAnswer, type ApiAnswer } from '../../parse/prometheus-fleet/api-answer.ts'
import { fleetQuery, trendQuery } from '../../parse/prometheus-fleet/query.ts'
import { askPrometheus, type PrometheusAddress } from '../../transport/prometheus-api.ts'
import type { Source } from '../source.ts'
import { fleetBook, type FleetBook } from './fleet-book.ts'
import { pastMoments } from './past.ts'

export interface PrometheusSourceOptions {
  readonly clock: Clock
  readonly intervalMs: number
  readonly address: PrometheusAddress
  /** Further matchers for every series, `cluster="a"`; empty for all. */
  readonly selector: string
}

// as far back as a slow trend looks, in as many points as it has buckets
const PAST_MS = minutes(10)
const PAST_POINTS = 20

/**
 * The hosts that a Prometheus scrapes: one question per tick, one sample per host. Before the first tick comes the recent
 * past, so that trends need not be waited for. While no answer comes the hosts stand as they were, late or down.
 */
export function prometheusSource(options: PrometheusSourceOptions): Source {
  const { clock, address } = options
  let { intervalMs } = options
  return {
    origin: { kind: 'prometheus', label: address.url.host },
    samples: (_, signal) => watch(options, signal, () => intervalMs),
    control(command) {
      if (command.kind === 'interval') intervalMs = command.intervalMs
    },
    state: () => liveState(intervalMs),
    ending: () => undefined,
  }

  async function* watch(
    { selector }: PrometheusSourceOptions,
    signal: AbortSignal,
    pace: () => number,
  ): AsyncIterable<RawSample> {
    const book = fleetBook(address.url.host, PAST_MS)
    yield* past(book, selector, signal)
    for (;;) {
      if (isOver(signal)) return
      const beganMs = clock.elapsedMs()
      const moment = {
        epochMs: Math.round(clock.epochMs()),
        elapsedMs: Math.round(beganMs),
        intervalMs: pace(),
      }
      const asked = await ask(address, 'query', { query: fleetQuery(selector) }, signal)
      if (isOver(signal)) return
      yield* asked.kind === 'fault'
        ? book.silent(moment, asked.fault)
        : book.answered(moment, asked.series, asked.warnings)
      await clock.sleep(Math.max(0, beganMs + pace() - clock.elapsedMs()), signal)
    }
  }

  /** A Prometheus that has no past (or limits ranges) is watched from now on. */
  async function* past(book: FleetBook, selector: string, signal: AbortSignal): AsyncIterable<RawSample> {
    const endSeconds = Math.floor(clock.epochMs() / 1000)
    const stepSeconds = PAST_MS / PAST_POINTS / 1000
    const form = {
      query: trendQuery(selector),
      start: String(endSeconds - PAST_MS / 1000),
      end: String(endSeconds - stepSeconds),
      step: String(stepSeconds),
    }
    const asked = await ask(address, 'query_range', form, signal)
    if (asked.kind === 'fault') return
    for (const { epochMs, series } of pastMoments(asked.series)) {
      const elapsedMs = epochMs - endSeconds * 1000
      const moment = { epochMs, elapsedMs, intervalMs: stepSeconds * 1000 }
      yield* book.answered(moment, series, []).map((sample) => ({ ...sample, isPast: true as const }))
    }
  }
}

/** Asked anew each time: it changes while an answer is awaited. */
function isOver(signal: AbortSignal): boolean {
  return signal.aborted
}

type Asked =
  Extract<ApiAnswer, { readonly kind: 'series' }> | { readonly kind: 'fault'; readonly fault: Fault }

async function ask(
  address: PrometheusAddress,
  endpoint: 'query' | 'query_range',
  form: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Asked> {
  const answer = await askPrometheus(address, endpoint, form, signal)
  if (answer.kind === 'fault') return answer
  const read = readApiAnswer(answer.text)
  if (read.kind === 'series') return read
  const url = `${address.url.origin}${address.url.pathname}`
  return { kind: 'fault', fault: { kind: 'query-failed', url, because: read.because } }
}
