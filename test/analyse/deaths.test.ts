import { describe, expect, test } from 'vitest'
import type { Frame } from '../../src/model/frame.ts'
import type { RawSample } from '../../src/model/sample.ts'
import { frames } from '../support/fold.ts'
import { growing, machine, ON_DEMAND, running } from '../support/scenarios.ts'
import { simulate, type SimulatedProcess } from '../support/simulate.ts'

const ENDS_AT = 300

/** The process until it is gone. */
function until(process: SimulatedProcess, seconds = ENDS_AT): SimulatedProcess {
  return { ...process, gpuMiBAt: (s) => (s < seconds ? process.gpuMiBAt(s) : undefined) }
}

function played(
  processes: readonly SimulatedProcess[],
  change: (sample: RawSample) => RawSample = (sample) => sample,
): readonly Frame[] {
  return frames(simulate(machine({ durationMs: 400_000, processes })).map(change))
}

function deathsIn(shown: readonly Frame[]): Frame['deaths'] {
  return shown.at(-1)?.deaths ?? []
}

/** The kernel's counter from a moment on. */
function counting(fromSeconds: number, kills: number): (sample: RawSample) => RawSample {
  return (sample) => ({
    ...sample,
    parts: new Map(sample.parts).set('vmstat', {
      kind: 'text',
      text: `oom_kill ${sample.elapsedMs >= fromSeconds * 1000 ? kills : 3}\n`,
    }),
  })
}

describe('a workload that is gone', () => {
  test('while its card filled died of that, with what was said of it and how much was free', () => {
    const shown = played([until(growing(10_000, 30_500))])
    const [death, ...others] = deathsIn(shown)
    expect(others).toEqual([])
    expect(death).toMatchObject({
      workload: 'transformers:9120',
      engine: 'transformers',
      cause: 'cuda-oom',
      summary: 'transformers 9120 (root) is gone: most likely CUDA out of memory',
    })
    expect(death?.evidence.join('\n')).toMatch(/said before: GPU 0 runs out of memory in /)
    expect(death?.evidence.join('\n')).toMatch(/ of GPU 0 were free when it was last seen/)
    expect(shown.flatMap(({ events }) => events.map(({ kind }) => kind))).toContain('came-true')
  })

  test('when the kernel has counted a kill was killed by it, also where the counter comes a little later', () => {
    for (const seconds of [ENDS_AT, ENDS_AT + 6]) {
      const [death] = deathsIn(played([until(growing(0))], counting(seconds, 4)))
      expect(death?.cause).toBe('host-oom')
      expect(death?.evidence).toContain("the kernel's count of processes killed for memory has risen")
    }
  })

  test('long before the kernel counts again has nothing to do with that', () => {
    expect(deathsIn(played([until(growing(0))], counting(ENDS_AT + 60, 4)))).toEqual([])
  })

  test('with plenty of memory left was stopped by its user', () => {
    expect(deathsIn(played([until(growing(0))]))).toEqual([])
    expect(deathsIn(played([until(running(500, 'python3 train.py', () => ({ 0: 80_500 })))]))).toEqual([])
  })

  test('of a program whose card was only watched, and far from full, was stopped by its user', () => {
    const guest = running(500, 'python3 train.py', (s) => ({ 0: 30_000 + 25 * s }))
    const shown = frames(simulate(machine({ durationMs: 1_300_000, processes: [until(guest, 1200)] })))
    expect(shown.flatMap(({ risks }) => risks.map(({ class: kind }) => kind))).toContain('cuda-oom')
    expect(deathsIn(shown)).toEqual([])
  })

  test('behind a gap was not seen to die', () => {
    const shown = played([until(growing(10_000, 30_500))], (sample) =>
      sample.elapsedMs < ENDS_AT * 1000
        ? sample
        : {
            ...sample,
            elapsedMs: sample.elapsedMs + 600_000,
            takenAtEpochMs: sample.takenAtEpochMs + 600_000,
          },
    )
    expect(deathsIn(shown)).toEqual([])
  })

  test('is another one where its pid was used again', () => {
    const again = running(9120, ON_DEMAND, (s) => (s < ENDS_AT ? undefined : { 0: 30_000 }), {
      startTicks: 104_030_000,
    })
    const [death] = deathsIn(played([until(growing(10_000, 30_500)), again]))
    expect(death).toMatchObject({ workload: 'transformers:9120', cause: 'cuda-oom' })
    const risks = played([until(growing(10_000, 30_500)), again]).at(-1)?.risks
    expect(risks).toEqual([])
  })
})

test('a death is kept for half an hour', () => {
  const processes = [until(growing(10_000, 30_500))]
  const shown = frames(simulate(machine({ durationMs: 2_200_000, intervalMs: 5000, processes })))
  const kept = shown.filter(({ deaths }) => deaths.length > 0).map(({ elapsedMs }) => elapsedMs / 1000)
  expect([kept[0], kept.at(-1)]).toEqual([ENDS_AT, ENDS_AT + 1800])
})
