import type { Clock } from '../../core/clock.ts'
import type { Fault } from '../../core/fault.ts'
import { lastLine, printable } from '../../core/text.ts'
import { minutes } from '../../core/units.ts'
import type { RawSample } from '../../model/sample.ts'
import { liveState } from '../../model/session.ts'
import { readApiAnswer, type ApiAnswer } from '../../parse/prometheus-fleet/api-answer.ts'
import { fleetQuery, trendQuery } from '../../parse/prometheus-fleet/query.ts'
import { askPrometheus, type PrometheusAddress } from '../../transport/prometheus-api.ts'
import type { Source } from '../source.ts'
import { fleetBook, type FleetBook, type FleetMoment } from './fleet-book.ts'
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
  let aheadMs = 0
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
    let isPastKnown = false
    while (!isOver(signal)) {
      const beganMs = clock.elapsedMs()
      const askedAtMs = clock.epochMs()
      const asked = await ask(address, 'query', { query: fleetQuery(selector) }, signal)
      if (isOver(signal)) return
      const epochMs = Math.round(askedAtMs)
      const serverMs = Math.round(
        asked.kind === 'series' ? (timeOf(asked) ?? askedAtMs) : askedAtMs + aheadMs,
      )
      const moment = { epochMs, serverMs, elapsedMs: Math.round(beganMs), intervalMs: pace() }
      if (asked.kind === 'fault') yield* book.silent(moment, asked.fault)
      else {
        aheadMs = serverMs - epochMs
        if (!isPastKnown) yield* past(book, selector, moment, signal)
        isPastKnown = true
        yield* book.answered(moment, asked.series, troubleWith(asked, aheadMs))
      }
      await clock.sleep(Math.max(0, beganMs + pace() - clock.elapsedMs()), signal)
    }
  }

  /** A Prometheus that has no past (or limits ranges) is watched from now on. */
  async function* past(
    book: FleetBook,
    selector: string,
    present: FleetMoment,
    signal: AbortSignal,
  ): AsyncIterable<RawSample> {
    const endSeconds = Math.floor(present.serverMs / 1000)
    const stepSeconds = PAST_MS / PAST_POINTS / 1000
    const form = {
      query: trendQuery(selector),
      start: String(endSeconds - PAST_MS / 1000),
      end: String(endSeconds - stepSeconds),
      step: String(stepSeconds),
    }
    const asked = await ask(address, 'query_range', form, signal)
    if (asked.kind === 'fault') return
    for (const { epochMs: serverMs, series } of pastMoments(asked.series)) {
      const agoMs = present.serverMs - serverMs
      const moment = {
        epochMs: present.epochMs - agoMs,
        serverMs,
        elapsedMs: present.elapsedMs - agoMs,
        intervalMs: stepSeconds * 1000,
      }
      yield* book.answered(moment, series).map((sample) => ({ ...sample, isPast: true as const }))
    }
  }

  /** What is wrong with an answer that is one. */
  function troubleWith({ series, warnings }: ApiSeriesAnswer, ahead: number): Fault | undefined {
    const url = describeUrl(address)
    const [warning] = warnings
    if (warning !== undefined)
      return { kind: 'query-failed', url, because: `answers in part only: '${lastLine(warning, 100)}'` }
    if (series.length === 0)
      return {
        kind: 'query-failed',
        url,
        because:
          'has scraped nothing that llmtop knows: neither llmtop serve, dcgm-exporter, nvidia_gpu_exporter, vLLM, SGLang nor node_exporter; see its page /targets, and --selector',
      }
    return Math.abs(ahead) > SKEW_MS
      ? { kind: 'clock-skew', host: address.url.hostname, aheadMs: ahead }
      : undefined
  }
}

// an answer takes up to ten seconds
const SKEW_MS = 30_000

type ApiSeriesAnswer = Extract<ApiAnswer, { readonly kind: 'series' }>

/** Values of an instant query carry the time at which it was worked out, by Prometheus' own clock. */
function timeOf({ series }: ApiSeriesAnswer): number | undefined {
  return series.find(({ points }) => points.length > 0)?.points[0]?.epochMs
}

/** Asked anew each time: it changes while an answer is awaited. */
function isOver(signal: AbortSignal): boolean {
  return signal.aborted
}

type Asked = ApiSeriesAnswer | { readonly kind: 'fault'; readonly fault: Fault }

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
  return { kind: 'fault', fault: { kind: 'query-failed', url: describeUrl(address), because: read.because } }
}

function describeUrl({ url }: PrometheusAddress): string {
  return printable(`${url.origin}${url.pathname}`)
}
