import { describe, expect, test } from 'vitest'
import { known, missing } from '../../src/core/reading.ts'
import type { Frame } from '../../src/model/frame.ts'
import { frameJson } from '../../src/outputs/frame-json.ts'
import type { Json } from '../../src/outputs/tree-json.ts'
import { DEMO } from '../support/demo-scenario.ts'
import { framesOf, LOGS } from '../support/fixtures.ts'
import { frames } from '../support/fold.ts'
import { brokenPromises } from '../support/frame-invariants.ts'
import { FLAT_POOL_AND_DESKTOP, growing, machine, running } from '../support/scenarios.ts'
import { simulate, type Scenario } from '../support/simulate.ts'

const SCENARIOS: readonly (readonly [string, Scenario])[] = [
  ['the demo', DEMO],
  ['a flat pool and a desktop', { ...FLAT_POOL_AND_DESKTOP, durationMs: 60_000 }],
  ['a card that fills', machine({ durationMs: 720_000, intervalMs: 10_000, processes: [growing(4096)] })],
  [
    'one server on two cards, among others that come and go',
    machine({
      durationMs: 120_000,
      gpus: [{ utilizationAt: () => 90 }, { utilizationAt: () => 90 }],
      processes: [
        running(50, 'transformers serve', () => ({})),
        running(51, 'worker', (s) => ({ 0: 20_000 + s, 1: 20_000 }), { parentPid: 50 }),
        running(60, './job', (s) => (s % 20 < 10 ? { 1: 900 } : undefined)),
      ],
    }),
  ],
]

/** Every promise that a frame of these breaks, with its number. */
function broken(shown: readonly Frame[]): readonly string[] {
  return shown.flatMap((frame) =>
    brokenPromises(frameJson(frame)).map((complaint) => `frame ${frame.sequence}: ${complaint}`),
  )
}

describe('the JSON of a frame keeps every promise', () => {
  test.each(LOGS)('in the replay of %s', async (name) => {
    expect(broken(await framesOf(name))).toEqual([])
  })

  test.each(SCENARIOS)('on %s', (_, scenario) => {
    const shown = frames(simulate(scenario))
    expect(shown.length).toBeGreaterThan(10)
    expect(broken(shown)).toEqual([])
  })
})

describe('the JSON of a frame', () => {
  const [frame] = frames(simulate(DEMO))
  if (frame === undefined) throw new Error('the demo is empty')

  test('is the same after a journey as text', () => {
    expect(JSON.parse(JSON.stringify(frameJson(frame)))).toEqual(frameJson(frame))
  })

  test('lists each missing value by its path, with the reason and what the driver had for it', () => {
    const cold: Frame = {
      ...frame,
      driver: { version: known('580.95.05'), cuda: missing('no-permission') },
      gpus: frame.gpus.map((gpu) => ({ ...gpu, fanPercent: missing('not-reported', 'ERR!') })),
    }
    const json = frameJson(cold) as { readonly missing: readonly Json[]; readonly driver: Json }
    expect(json.driver).toEqual({ version: '580.95.05', cuda: null })
    expect(json.missing).toContainEqual({ path: 'driver.cuda', reason: 'no-permission' })
    expect(json.missing).toContainEqual({
      path: 'gpus[1].fanPercent',
      reason: 'not-reported',
      detail: 'ERR!',
    })
  })

  test.each<[string, (json: Record<string, Json>) => void, string]>([
    ['a key that is left out', (json) => delete json['hostMemory'], 'hostMemory is absent'],
    ['a number that is none', (json) => (json['elapsedMs'] = Number.NaN), 'elapsedMs is NaN, no number'],
    ['a null without a reason', (json) => (json['missing'] = []), 'gpus[0].fanPercent is null for no reason'],
    [
      'a reason without a null',
      (json) => (json['missing'] = [...(json['missing'] as Json[]), { path: 'host', reason: 'malformed' }]),
      'host is not null',
    ],
    [
      'the same card twice',
      (json) => (json['gpus'] = [...(json['gpus'] as Json[]), ...(json['gpus'] as Json[])]),
      'gpus[2].fanPercent is null for no reason',
    ],
    [
      'a workload that is not there',
      (json) => (json['workloads'] = []),
      'process 4242 is in none or in several workloads',
    ],
  ])('would be caught with %s', (_, damage, complaint) => {
    const json = structuredClone(frameJson(frame)) as Record<string, Json>
    damage(json)
    expect(brokenPromises(json)).toContain(complaint)
  })
})
