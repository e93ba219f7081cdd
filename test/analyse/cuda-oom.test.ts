import { describe, expect, test } from 'vitest'
import { cudaOomOf } from '../../src/analyse/cuda-oom.ts'
import type { RiskCandidate } from '../../src/analyse/risk-book.ts'
import { RULES } from '../../src/analyse/rules.ts'
import { known, missing } from '../../src/core/reading.ts'
import { gibibytes, minutes } from '../../src/core/units.ts'
import type { Trend } from '../../src/model/trend.ts'
import type { GpuState } from '../../src/model/frame.ts'
import type { Workload } from '../../src/model/workload.ts'
import { lastFrame } from '../support/fold.ts'
import { growing, machine, ON_DEMAND, PREALLOCATED } from '../support/scenarios.ts'
import { simulate } from '../support/simulate.ts'

/** A frame with one card and one server on it, as the fold makes it. */
function scene(command: string): { readonly gpu: GpuState; readonly workload: Workload } {
  const samples = simulate(machine({ durationMs: 0, processes: [growing(0, 30_000, command)] }))
  const { gpus, workloads } = lastFrame(samples)
  const [gpu] = gpus
  const [workload] = workloads
  if (gpu === undefined || workload === undefined) throw new Error('an empty frame')
  return { gpu, workload }
}

function perMinute(gib: number, spread = 0): Trend {
  const bytesPerSecond = gibibytes(gib) / 60
  return {
    kind: gib > 0 ? 'growing' : 'shrinking',
    bytesPerSecond,
    lowBytesPerSecond: bytesPerSecond * (1 - spread),
    highBytesPerSecond: bytesPerSecond * (1 + spread),
  }
}

interface Case {
  readonly freeGib: number
  readonly gibPerMinute: number
  readonly spread?: number
  readonly spanMinutes?: number
  readonly command?: string
  readonly workloadTrend?: Trend
}

function riskOf({
  freeGib,
  gibPerMinute,
  spread = 0,
  spanMinutes = 10,
  command = ON_DEMAND,
  workloadTrend = perMinute(1),
}: Case): RiskCandidate | undefined {
  const { gpu, workload } = scene(command)
  const filling = { ...gpu, memory: { ...gpu.memory, freeBytes: known(gibibytes(freeGib)) } }
  const grown = { ...workload, trend: { ...workload.trend, memory: workloadTrend } }
  return cudaOomOf(filling, perMinute(gibPerMinute, spread), minutes(spanMinutes), [grown], RULES.risk)
}

describe('a card that fills', () => {
  test.each<[string, Case, RiskCandidate['level'] | undefined]>([
    ['within the hour is to be watched', { freeGib: 50, gibPerMinute: 2, spanMinutes: 10 }, 'watch'],
    ['within a quarter of an hour is a warning', { freeGib: 20, gibPerMinute: 2 }, 'warn'],
    [
      'in less than five minutes at the worst is critical',
      { freeGib: 20, gibPerMinute: 2, spread: 1.5 },
      'critical',
    ],
    ['in less than five minutes is critical', { freeGib: 4, gibPerMinute: 2 }, 'critical'],
    ['after more than an hour is nothing yet', { freeGib: 70, gibPerMinute: 1 }, undefined],
    [
      'further off than three times what was seen is no forecast',
      { freeGib: 7, gibPerMinute: 1, spanMinutes: 2 },
      undefined,
    ],
    ['no more is no risk', { freeGib: 1, gibPerMinute: -2 }, undefined],
  ])('%s', (_, given, level) => {
    expect(riskOf(given)?.level).toBe(level)
  })

  test('is no risk where nothing takes memory as it generates', () => {
    const given = { freeGib: 4, gibPerMinute: 2 }
    expect(riskOf({ ...given, command: PREALLOCATED })).toBeUndefined()
    expect(riskOf({ ...given, command: 'python3 train.py' })).toBeUndefined()
    expect(riskOf({ ...given, workloadTrend: { kind: 'steady' } })).toBeUndefined()
  })

  test('is no risk where the driver does not say how much is free', () => {
    const { gpu, workload } = scene(ON_DEMAND)
    const silent = { ...gpu, memory: { ...gpu.memory, freeBytes: missing('not-supported') } }
    const grown = { ...workload, trend: { ...workload.trend, memory: perMinute(1) } }
    expect(cudaOomOf(silent, perMinute(9), minutes(10), [grown], RULES.risk)).toBeUndefined()
  })

  test('names card, culprit, time, reasons and steps, the time as a range', () => {
    const { advice, ...risk } = riskOf({ freeGib: 20, gibPerMinute: 2, spread: 0.25 }) ?? {}
    expect(risk).toEqual({
      id: 'cuda-oom:GPU-00000000-0000-4000-8000-000000000000',
      class: 'cuda-oom',
      level: 'warn',
      gpu: 'GPU-00000000-0000-4000-8000-000000000000',
      gpus: ['GPU-00000000-0000-4000-8000-000000000000'],
      workload: 'transformers:9120',
      mig: undefined,
      eta: { seconds: 600, lowSeconds: 480, highSeconds: 800 },
      summary:
        'GPU 0 runs out of memory in 8–13 min: transformers 9120 (root) grows 2.0 GiB/min, 20.0 GiB left; its request or the process then fails',
      evidence: [
        'GPU 0 has grown +2.0 GiB/min over the last 10 min',
        '20.0 GiB are free of what the driver does not reserve: about 326,374 more tokens',
        'transformers:9120 takes memory as it generates, so its growth goes on with its work',
      ],
    })
    expect(advice?.map(({ action, restart, quality }) => [action, restart, quality])).toEqual([
      ['shorter generations: a lower max_new_tokens caps how far the KV cache can grow', false, undefined],
      ['a smaller batch: the KV cache grows with every sequence of it', false, undefined],
      [
        'a quantized KV cache: generate(cache_implementation="quantized")',
        true,
        '4-bit KV degrades precise recall',
      ],
    ])
  })

  test.each([
    [{ freeGib: 20, gibPerMinute: 2, spread: 1 }, 'in at least 5 min'],
    [{ freeGib: 20, gibPerMinute: 2 }, 'in 10 min'],
    [{ freeGib: 3, gibPerMinute: 2, spread: 0.5 }, 'in 60 s to 3 min'],
  ])('says %o as «%s»', (given, words) => {
    expect(riskOf(given)?.summary).toContain(words)
  })

  test('blames the workload that grows fastest on that card', () => {
    const { gpu, workload } = scene(ON_DEMAND)
    const filling = { ...gpu, memory: { ...gpu.memory, freeBytes: known(gibibytes(4)) } }
    const named = (id: string, trend: Trend, uuid = gpu.uuid): Workload => ({
      ...workload,
      id,
      trend: { ...workload.trend, memory: trend },
      memory: { ...workload.memory, perGpu: [{ uuid, usedBytes: known(1), slices: workload.memory.slices }] },
    })
    const workloads = [
      named('slow', perMinute(1)),
      named('fast', perMinute(3)),
      named('elsewhere', perMinute(9), 'GPU-other'),
      named('shrinking', perMinute(-9)),
    ]
    expect(cudaOomOf(filling, perMinute(4), minutes(10), workloads, RULES.risk)?.workload).toBe('fast')
  })
})
