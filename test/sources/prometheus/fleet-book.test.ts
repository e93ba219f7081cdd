import { expect, test } from 'vitest'
import { fleetBook } from '../../../src/sources/prometheus/fleet-book.ts'
import type { ApiSeries } from '../../../src/parse/prometheus-fleet/api-answer.ts'

function used(host: string, scrapedSeconds: number): readonly ApiSeries[] {
  const labels = { UUID: `GPU-${host}`, hostname: host }
  return [
    {
      name: 'DCGM_FI_DEV_FB_USED',
      labels: new Map(Object.entries(labels)),
      points: [{ epochMs: 0, value: 1 }],
    },
    {
      name: '',
      labels: new Map(Object.entries({ ...labels, llmtop_of: 'gpu' })),
      points: [{ epochMs: 0, value: scrapedSeconds }],
    },
  ]
}

const at = (seconds: number) => ({
  epochMs: seconds * 1000,
  serverMs: seconds * 1000,
  elapsedMs: seconds * 1000,
  intervalMs: 15_000,
})

test('numbers that were not scraped anew are no new point', () => {
  const book = fleetBook('prometheus', 0)
  const kinds = [used('a', 100), used('a', 100), used('a', 115)].map(
    (series, tick) => book.answered(at(100 + tick * 15), series)[0]?.parts.get('nvidia-smi-csv')?.kind,
  )
  expect(kinds).toEqual(['text', 'same', 'text'])
})

test('a host whose series have ended stands with its last picture, late and then down', () => {
  const book = fleetBook('prometheus', 0)
  book.answered(at(100), [...used('a', 100), ...used('b', 100)])
  const states = [130, 200, 500].map((seconds) =>
    book.answered(at(seconds), used('a', seconds)).map(({ host, link }) => `${host} ${link?.state ?? ''}`),
  )
  expect(states).toEqual([
    ['a live', 'b live'],
    ['a live', 'b late'],
    ['a live', 'b down'],
  ])
})

test('without an answer every host is late, and says why', () => {
  const book = fleetBook('prometheus:9090', 0)
  const fault = { kind: 'query-failed', url: 'http://prometheus:9090/', because: 'answered 503' } as const
  // nobody has been seen yet: the address stands for all
  expect(book.silent(at(85), fault).map(({ host }) => host)).toEqual(['prometheus:9090'])
  const later = fleetBook('prometheus:9090', 0)
  later.answered(at(100), used('a', 100))
  expect(
    later.silent(at(115), fault).map(({ host, link, parts }) => [host, link?.state, parts.get('prometheus')]),
  ).toEqual([['a', 'late', { kind: 'fault', fault }]])
})

test('an engine that is missing for a while is gone; a card that is missing stands and ages', () => {
  const page: ApiSeries = {
    name: 'vllm:num_requests_running',
    labels: new Map(Object.entries({ instance: 'a:8000' })),
    points: [{ epochMs: 0, value: 1 }],
  }
  const book = fleetBook('prometheus', 0)
  book.answered(at(100), [...used('a', 100), page])
  const partsAt = (seconds: number, series: readonly ApiSeries[]) =>
    Object.fromEntries(book.answered(at(seconds), series)[0]?.parts ?? [])
  expect(partsAt(160, used('a', 160))['scraped/vllm/a:8000']).toBeUndefined()
  expect(partsAt(200, used('a', 200))['scraped/vllm/a:8000']).toEqual({ kind: 'text', text: '' })
  // said once
  expect(partsAt(215, used('a', 215))['scraped/vllm/a:8000']).toBeUndefined()
  expect(Object.keys(partsAt(400, [page]))).toEqual(['scraped/vllm/a:8000', 'prometheus'])
})

test('ages are by the clock of Prometheus, whatever time it is here', () => {
  const book = fleetBook('prometheus', 0)
  const [sample] = book.answered({ ...at(100), serverMs: 9_000_000 }, used('a', 8_990))
  expect([sample?.link?.state, sample?.link?.ageMs, sample?.takenAtEpochMs]).toEqual([
    'live',
    10_000,
    100_000,
  ])
})

test('an answer without any host says so in the place of the hosts', () => {
  const fault = {
    kind: 'query-failed',
    url: 'http://prometheus:9090/',
    because: 'has scraped nothing',
  } as const
  const samples = fleetBook('prometheus:9090', 0).answered(at(100), [], fault)
  expect(samples.map(({ host, parts }) => [host, parts.get('prometheus')])).toEqual([
    ['prometheus:9090', { kind: 'fault', fault }],
  ])
})
