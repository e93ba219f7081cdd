import { describe, expect, test } from 'vitest'
import type { RawSample } from '../../src/model/sample.ts'
import { spanMs } from '../../src/analyse/window.ts'
import { frames, steps } from '../support/fold.ts'
import { growing, machine, running } from '../support/scenarios.ts'
import { simulate, type Scenario, type SimulatedProcess } from '../support/simulate.ts'

// How far a window reaches is seen in the points that the fold remembers of the last minute.

const SCENARIO = machine({ durationMs: 120_000, processes: [growing(300)] })

/** The span of the newest points of the workload, in seconds, at each sample. */
function spans(samples: readonly RawSample[]): readonly (number | undefined)[] {
  return steps(samples).map(({ memory }) => {
    const watched = memory.windows.get('workload:transformers:9120')
    return watched === undefined ? undefined : spanMs(watched.recent) / 1000
  })
}

function fromFortySeconds(
  samples: readonly RawSample[],
  change: (sample: RawSample) => RawSample,
): readonly RawSample[] {
  return samples.map((sample) => (sample.elapsedMs >= 40_000 ? change(sample) : sample))
}

function without(sample: RawSample, ...names: readonly string[]): RawSample {
  return { ...sample, parts: new Map([...sample.parts].filter(([name]) => !names.includes(name))) }
}

describe('a window', () => {
  const samples = simulate(SCENARIO)

  test('grows with each renewed document, and the minute moves on', () => {
    expect(spans(samples).slice(0, 3)).toEqual([0, 2, 4])
    expect(spans(samples)[30]).toBe(60)
    expect(spans(samples).at(-1)).toBe(60)
  })

  test('says what it needs while it is too short, and then how fast it grows', () => {
    const trends = frames(samples).map(({ workloads }) => workloads[0]?.trend.memory)
    expect(trends[0]).toEqual({ kind: 'too-short', spanMs: 0, neededMs: 120_000 })
    expect(trends.at(-1)?.kind).toBe('growing')
  })

  test('takes no point from a document that is the same or absent', () => {
    const same = fromFortySeconds(samples, (sample) => ({
      ...sample,
      parts: new Map(sample.parts).set('nvidia-smi', { kind: 'same' }),
    }))
    const absent = fromFortySeconds(samples, (sample) => without(sample, 'nvidia-smi'))
    for (const held of [same, absent])
      expect(spans(held).slice(19)).toEqual(Array.from({ length: 42 }, () => 38))
  })

  test.each<[string, (sample: RawSample) => RawSample]>([
    [
      'samples were missed',
      (sample) => ({
        ...sample,
        elapsedMs: sample.elapsedMs + 6000,
        takenAtEpochMs: sample.takenAtEpochMs + 6000,
      }),
    ],
    [
      'the machine was suspended',
      (sample) => ({ ...sample, takenAtEpochMs: sample.takenAtEpochMs + 60_000 }),
    ],
    ['the clock went back', (sample) => ({ ...sample, elapsedMs: sample.elapsedMs - 39_000 })],
  ])('begins anew where %s, and the frame says that time is missing', (_, change) => {
    const broken = fromFortySeconds(samples, change)
    expect(spans(broken).slice(19, 22)).toEqual([38, 0, 2])
    expect(frames(broken).flatMap(({ afterGap }, at) => (afterGap ? [at] : []))).toEqual([20])
  })

  test('begins anew with another process under the same pid', () => {
    const reused = fromFortySeconds(samples, (sample) => ({
      ...sample,
      parts: new Map(
        [...sample.parts].map(([name, part]) =>
          part.kind === 'text' && name === 'proc/9120/stat'
            ? [name, { ...part, text: part.text.replace(' 91200 ', ' 91201 ') }]
            : [name, part],
        ),
      ),
    }))
    expect(spans(reused).slice(19, 22)).toEqual([38, 0, 2])
  })

  test('begins anew when a process joins, and goes on whatever the order in which the driver lists them', () => {
    const worker = (pid: number, fromSeconds: number): SimulatedProcess =>
      running(pid, 'worker', (s) => (s < fromSeconds ? undefined : { 0: 1000 }), { parentPid: 9120 })
    const joined: Scenario = { ...SCENARIO, processes: [growing(300), worker(9121, 40)] }
    expect(spans(simulate(joined)).slice(19, 22)).toEqual([38, 0, 2])

    const team = [growing(300), worker(9121, 0), worker(9122, 0)]
    const forth = simulate({ ...SCENARIO, processes: team })
    const back = simulate({ ...SCENARIO, processes: team.toReversed() })
    const alternating = forth.map((sample, at) => (at % 2 === 0 ? sample : (back[at] ?? sample)))
    expect(spans(alternating)).toEqual(spans(forth))
  })
})
