import { afterEach, describe, expect, test, vi } from 'vitest'
import { RULES } from '../../src/analyse/rules.ts'
import type { Frame } from '../../src/model/frame.ts'
import type { RawSample } from '../../src/model/sample.ts'
import { liveState, type SessionState, type SourceCommand, type Unmoved } from '../../src/model/session.ts'
import { frameJson } from '../../src/outputs/frame-json.ts'
import { lookingBack } from '../../src/runtime/look-back.ts'
import { runSession } from '../../src/runtime/run.ts'
import type { Source } from '../../src/sources/source.ts'
import type { Seen } from '../../src/view/seen.ts'
import { eventually } from '../support/eventually.ts'
import { seededRandom } from '../support/random.ts'
import { growing, machine } from '../support/scenarios.ts'
import { simulate } from '../support/simulate.ts'

vi.setConfig({ testTimeout: 60_000 })

const SAMPLES = simulate(machine({ durationMs: 400_000, processes: [growing(5000)] }))

interface Watched {
  readonly frames: readonly Frame[]
  /** What is looked at; undefined: the present. */
  readonly looks: readonly (Seen | undefined)[]
  state(): Extract<SessionState, { kind: 'live' }>
  /** Lets so many samples come. */
  sample(count: number): Promise<void>
  command(command: SourceCommand): Promise<void>
  /** What is said to a command that moves nothing. */
  refused(command: SourceCommand): Unmoved | undefined
  end(): Promise<void>
}

const running: Watched[] = []

afterEach(async () => {
  for (const watched of running.splice(0)) await watched.end()
})

function watch(samples: readonly RawSample[] = SAMPLES): Watched {
  const ending = new AbortController()
  const frames: Frame[] = []
  const looks: (Seen | undefined)[] = []
  let allowed = 0
  let more = (): void => undefined
  const source: Source = {
    origin: { kind: 'local', label: 'node7' },
    async *samples(_, signal) {
      // like a machine, it has no end
      for (let at = 0; ; at += 1) {
        while (at >= Math.min(allowed, samples.length) && !signal.aborted)
          await new Promise<void>((resolve) => {
            more = resolve
            signal.addEventListener('abort', () => {
              resolve()
            })
          })
        const sample = samples[at]
        if (signal.aborted || sample === undefined) return
        yield sample
      }
    },
    control: () => undefined,
    state: () => liveState(2000),
    ending: () => undefined,
  }
  const session = lookingBack(source, RULES)
  const ended = runSession({
    session,
    signal: ending.signal,
    outputs: [
      {
        label: 'screen',
        accept: (frame) => {
          frames.push(frame)
        },
        look: (seen) => {
          looks.push(seen)
        },
        close: () => undefined,
      },
    ],
  })
  const watched: Watched = {
    frames,
    looks,
    state: () => {
      const state = session.state()
      if (state.kind !== 'live') throw new Error('it is not live')
      return state
    },
    sample: async (count) => {
      allowed += count
      more()
      await eventually(() => frames.length === Math.min(allowed, samples.length), 'the samples have come')
    },
    command: async (command) => {
      const before = looks.length
      session.control(command)
      await eventually(() => looks.length > before, `something is looked at on ${JSON.stringify(command)}`)
    },
    refused: (command) => session.control(command),
    end: async () => {
      ending.abort()
      await ended
    },
  }
  running.push(watched)
  return watched
}

function frameOf(seen: Seen | undefined): unknown {
  return seen && frameJson(seen.frame)
}

describe('a live session', () => {
  test('looks back ten seconds while its samples go on, and returns to the present at its end', async () => {
    const watched = watch()
    await watched.sample(40)
    expect(watched.state().behindMs).toBe(0)
    await watched.command({ kind: 'seek-by', ms: -10_000 })
    expect(watched.looks.at(-1)?.frame.elapsedMs).toBe(68_000)
    expect(watched.state().behindMs).toBe(10_000)
    await watched.sample(2)
    expect(watched.frames).toHaveLength(42)
    expect(watched.state().behindMs).toBe(14_000)
    await watched.command({ kind: 'seek-by', ms: 10_000 })
    expect(watched.looks.at(-1)?.frame.elapsedMs).toBe(78_000)
    await watched.command({ kind: 'seek-by', ms: 10_000 })
    expect(watched.looks.at(-1)).toBeUndefined()
    expect(watched.state().behindMs).toBe(0)
  })

  test('says why it does not go where nothing is', async () => {
    const watched = watch()
    await watched.sample(5)
    await watched.command({ kind: 'seek-by', ms: -10_000 })
    expect(watched.state().behindMs).toBe(8000)
    const said = [
      { kind: 'seek-by', ms: -10_000 },
      { kind: 'step', direction: -1 },
      { kind: 'seek-warning', direction: -1 },
      { kind: 'seek-warning', direction: 1 },
    ] as const
    expect(said.map((command) => watched.refused(command))).toEqual([
      { kind: 'beginning' },
      { kind: 'beginning' },
      { kind: 'no-warning', direction: -1 },
      { kind: 'no-warning', direction: 1 },
    ])
    expect(watched.looks).toHaveLength(1)
  })

  test('of many hosts says that it keeps no past', async () => {
    const watched = watch(
      Array.from({ length: 9 }, (_, at) => ({ ...SAMPLES[0], host: `node${at}` }) as RawSample),
    )
    await watched.sample(9)
    expect(watched.refused({ kind: 'seek-by', ms: -10_000 })).toEqual({ kind: 'no-past' })
  })

  test('shows at any moment what it showed then', async () => {
    const watched = watch()
    await watched.sample(SAMPLES.length)
    const random = seededRandom(3)
    for (let round = 0; round < 15; round += 1) {
      const ms = Math.floor(random() * 400_000)
      await watched.command({ kind: 'seek-to', place: { kind: 'offset', ms } })
      const then = watched.frames.findLast(({ elapsedMs }) => elapsedMs <= ms)
      expect(frameOf(watched.looks.at(-1))).toEqual(then && frameJson(then))
    }
  })

  test('steps from sample to sample, and goes to the warning before', async () => {
    const watched = watch()
    await watched.sample(180)
    await watched.command({ kind: 'step', direction: -1 })
    await watched.command({ kind: 'step', direction: -1 })
    await watched.command({ kind: 'step', direction: 1 })
    expect(watched.looks.map((seen) => seen?.frame.elapsedMs)).toEqual([356_000, 354_000, 356_000])
    const raised = watched.frames.findLast(
      ({ risks }, at) => risks.length > (watched.frames[at - 1]?.risks.length ?? 0),
    )
    await watched.command({ kind: 'seek-warning', direction: -1 })
    expect(watched.looks.at(-1)?.frame.risks.length).toBeGreaterThan(0)
    expect(watched.looks.at(-1)?.frame.elapsedMs).toBeGreaterThanOrEqual(raised?.elapsedMs ?? Infinity)
  })

  test('goes back no farther than half an hour', async () => {
    const long = simulate(machine({ durationMs: 3_600_000, intervalMs: 10_000 }))
    const watched = watch(long)
    await watched.sample(long.length)
    await watched.command({ kind: 'seek-by', ms: -1e9 })
    const back = 3_600_000 - (watched.looks.at(-1)?.frame.elapsedMs ?? 0)
    expect(back).toBeGreaterThan(25 * 60_000)
    expect(back).toBeLessThanOrEqual(32 * 60_000)
  })
})
