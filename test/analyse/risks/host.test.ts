import { describe, expect, test } from 'vitest'
import type { Risk } from '../../../src/model/risk.ts'
import { frames } from '../../support/fold.ts'
import { machine, running } from '../../support/scenarios.ts'
import { simulate, type SimulatedProcess } from '../../support/simulate.ts'

const TOTAL_MIB = 128_000

interface Host {
  readonly availableMiB: number
  readonly swapUsedMiB?: number
  readonly pressurePercent?: number
}

/** A machine whose memory does this, as its frames say it. */
function played(
  host: (seconds: number) => Host,
  minutes = 20,
  workers: readonly SimulatedProcess[] = [],
): readonly (readonly Risk[])[] {
  const samples = simulate(
    machine({
      durationMs: minutes * 60_000,
      intervalMs: 5000,
      processes: [running(7, 'python3 train.py', () => ({ 0: 20_000 }), { residentMiB: 90_000 }), ...workers],
    }),
  )
  return frames(
    samples.map((sample) => {
      const { availableMiB, swapUsedMiB = 0, pressurePercent = 0 } = host(sample.elapsedMs / 1000)
      const meminfo = `MemTotal: ${TOTAL_MIB * 1024} kB\nMemFree: 500000 kB\nMemAvailable: ${Math.round(availableMiB * 1024)} kB\nSwapTotal: 8388608 kB\nSwapFree: ${8_388_608 - swapUsedMiB * 1024} kB\n`
      const pressure = `some avg10=${pressurePercent.toFixed(2)} avg60=0.00 avg300=0.00 total=0\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n`
      return {
        ...sample,
        parts: new Map([
          ...sample.parts,
          ['meminfo', { kind: 'text' as const, text: meminfo }],
          ['pressure/memory', { kind: 'text' as const, text: pressure }],
        ]),
      }
    }),
  ).map(({ risks }) => risks)
}

function levels(shown: readonly (readonly Risk[])[]): readonly string[] {
  return [...new Set(shown.flat().map(({ level }) => level))]
}

describe('host memory', () => {
  test('that falls to its end is watched, warned of and critical, in this order', () => {
    const shown = played((s) => ({ availableMiB: Math.max(500, 100_000 - 60 * s) }), 30)
    expect(levels(shown)).toEqual(['watch', 'warn', 'critical'])
    const [first] = shown.flat()
    expect(first).toMatchObject({ id: 'host-oom', class: 'host-oom', gpu: undefined, gpus: [] })
    expect(first?.summary).toMatch(
      /^Host RAM runs out in .*: [\d.]+ GiB of 125\.0 GiB left; the kernel then kills a process, most likely the largest$/,
    )
    expect(first?.evidence).toContain('the largest process is python3 7 with 87.9 GiB')
  })

  test('of which little is left is a watch, whatever its trend', () => {
    const shown = played(() => ({ availableMiB: 12_000 }))
    expect(levels(shown)).toEqual(['watch'])
    expect(shown.at(-1)?.[0]?.summary).toBe(
      'Host RAM is nearly used up: 11.7 GiB of 125.0 GiB left; the kernel then kills a process, most likely the largest',
    )
  })

  test('of which hardly anything is left is a warning where it still falls, or tasks stand still for it', () => {
    expect(levels(played((s) => ({ availableMiB: 3900 - s / 2 })))).toContain('warn')
    expect(levels(played(() => ({ availableMiB: 3900 })))).toEqual(['watch'])
    expect(levels(played(() => ({ availableMiB: 3900, pressurePercent: 30 })))).toContain('warn')
  })

  test('that a load takes at once and leaves plenty of is no warning', () => {
    const shown = played((s) => ({ availableMiB: 110_000 - 700 * Math.min(60, Math.max(0, s - 300)) }))
    expect(levels(shown)).toEqual(['watch'])
    expect(shown.flat()[0]?.summary).toMatch(
      /^Host RAM would run out in .*, if it went on like this: .* it has been seen to grow for a few minutes only, and may be a load or a build$/,
    )
  })

  test('that was used up to here before and came back is nothing to speak of until it goes well beyond', () => {
    const epoch = (s: number) => ({ availableMiB: 100_000 - (60 + s / 1200) * (s % 1200) })
    // each epoch has a worker of its own
    const workers = [0, 1, 2].map((at) =>
      running(70 + at, 'python3 train.py', (s) => (Math.floor(s / 1200) === at ? {} : undefined), {
        parentPid: 7,
      }),
    )
    for (const those of [[], workers]) {
      const said = played(epoch, 58, those).map((risks, at) => ({ at: at * 5, count: risks.length }))
      expect(said.filter(({ count }) => count > 0)).not.toEqual([])
      expect(said.filter(({ at, count }) => at > 1500 && count > 0)).toEqual([])
    }
    const beyond = (s: number) => ({ availableMiB: 100_000 - 60 * (s < 1200 ? s : s - 1200) })
    const last = played(beyond, 44).at(-1)?.[0]
    expect(last?.level).toBe('critical')
  })

  test('that was used up to here before is judged fully where little is left', () => {
    const epoch = (s: number) => ({ availableMiB: 90_000 - 68 * (s % 1200) })
    const last = played(epoch, 39.5).at(-1)?.[0]
    expect(last).toMatchObject({ level: 'critical' })
    expect(last?.evidence).toContainEqual(expect.stringMatching(/ of it were used before, and came back$/))
  })

  test('tells of swap, and does not count it as room', () => {
    const shown = played((s) => ({ availableMiB: 12_000, swapUsedMiB: Math.round(3 * s) }))
    expect(shown.at(-1)?.[0]?.evidence.join('\n')).toMatch(
      /3\.5 GiB of 8\.0 GiB of swap is used, growing 1\d\d MiB\/min/,
    )
  })

  test('whose total changes, or that is not told for a while, raises nothing', () => {
    expect(levels(played((s) => ({ availableMiB: s < 400 ? 100_000 : 60_000 })))).toEqual([])
  })
})
