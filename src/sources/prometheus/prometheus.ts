import type { Clock } from '../../core/clock.ts'
import type { Fault } from '../../core/fault.ts'
import { lastLine, printable } from '../../core/text.ts'
import { minutes } from '../../core/units.ts'
import type { RawSample } from '../../model/sample.ts'
import { liveState } from '../../model/session.ts'
import { readApiAnswer, type ApiAnswer, type ApiSeries } from '../../parse/prometheus-fleet/api-answer.ts'
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
const STEP_SECONDS = PAST_MS / PAST_POINTS / 1000
// so many at once: of 1,000 GPUs all of them are more than llmtop ever holds of the present
const SLICE_POINTS = 5

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

  // whatever is asked is let go of before its samples are handed over: an answer is the largest thing there is
  async function* watch(
    { selector }: PrometheusSourceOptions,
    signal: AbortSignal,
    pace: () => number,
  ): AsyncIterable<RawSample> {
    const book = fleetBook(address.url.host, PAST_MS)
    let isPastKnown = false
    while (!isOver(signal)) {
      const beganMs = clock.elapsedMs()
      let samples: readonly RawSample[] | undefined
      if (!isPastKnown) {
        const { moment, fault } = await momentNow(pace(), signal)
        isPastKnown = fault === undefined
        if (fault === undefined) yield* past(book, selector, moment, signal)
        // whoever does not say the time is asked no more: that would be another ten seconds of silence
        else samples = book.silent(moment, fault)
      }
      samples ??= await samplesNow(book, selector, pace(), signal)
      if (isOver(signal)) return
      yield* samples
      await clock.sleep(Math.max(0, beganMs + pace() - clock.elapsedMs()), signal)
    }
  }

  /** By both clocks; with what is wrong where Prometheus does not answer. */
  async function momentNow(
    intervalMs: number,
    signal: AbortSignal,
  ): Promise<{ readonly moment: FleetMoment; readonly fault: Fault | undefined }> {
    const epochMs = Math.round(clock.epochMs())
    const elapsedMs = Math.round(clock.elapsedMs())
    const asked = await ask(address, 'query', { query: 'vector(1)' }, signal)
    const fault = asked.kind === 'fault' ? asked.fault : undefined
    const serverMs = (asked.kind === 'fault' ? undefined : timeOf(asked)) ?? epochMs
    return { moment: { epochMs, serverMs, elapsedMs, intervalMs }, fault }
  }

  async function samplesNow(
    book: FleetBook,
    selector: string,
    intervalMs: number,
    signal: AbortSignal,
  ): Promise<readonly RawSample[]> {
    const epochMs = Math.round(clock.epochMs())
    const elapsedMs = Math.round(clock.elapsedMs())
    const asked = await ask(address, 'query', { query: fleetQuery(selector) }, signal)
    if (asked.kind === 'fault')
      return book.silent({ epochMs, serverMs: epochMs + aheadMs, elapsedMs, intervalMs }, asked.fault)
    const serverMs = Math.round(timeOf(asked) ?? epochMs)
    aheadMs = serverMs - epochMs
    const fault = troubleWith(asked, aheadMs)
    return book.answered({ epochMs, serverMs, elapsedMs, intervalMs }, asked.series, fault)
  }

  /** A Prometheus that has no past (or limits ranges) is watched from now on. */
  async function* past(
    book: FleetBook,
    selector: string,
    present: FleetMoment,
    signal: AbortSignal,
  ): AsyncIterable<RawSample> {
    for (let slicePoint = PAST_POINTS; slicePoint > 0; slicePoint -= SLICE_POINTS) {
      yield* await slice(book, selector, present, slicePoint, signal)
    }
  }

  /** @param firstPoint counted back from now */
  async function slice(
    book: FleetBook,
    selector: string,
    present: FleetMoment,
    firstPoint: number,
    signal: AbortSignal,
  ): Promise<readonly RawSample[]> {
    const endSeconds = Math.floor(present.serverMs / 1000)
    const form = {
      query: trendQuery(selector),
      start: String(endSeconds - firstPoint * STEP_SECONDS),
      end: String(endSeconds - (firstPoint - SLICE_POINTS + 1) * STEP_SECONDS),
      step: String(STEP_SECONDS),
    }
    const asked = await ask(address, 'query_range', form, signal)
    if (asked.kind === 'fault') return []
    return [...pastMoments(asked.series)].flatMap(({ epochMs, series }) =>
      pastSamples(book, present, epochMs, series),
    )
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

/** @param serverMs of the past */
function pastSamples(
  book: FleetBook,
  present: FleetMoment,
  serverMs: number,
  series: readonly ApiSeries[],
): readonly RawSample[] {
  const agoMs = present.serverMs - serverMs
  const moment = {
    epochMs: present.epochMs - agoMs,
    serverMs,
    elapsedMs: present.elapsedMs - agoMs,
    intervalMs: STEP_SECONDS * 1000,
  }
  return book.answered(moment, series).map((sample) => ({ ...sample, isPast: true as const }))
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
