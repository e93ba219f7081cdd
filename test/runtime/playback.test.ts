import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { RULES } from '../../src/analyse/rules.ts'
import type { RawSample } from '../../src/model/sample.ts'
import type { SessionState, SourceCommand } from '../../src/model/session.ts'
import { frameJson } from '../../src/outputs/frame-json.ts'
import type { Output } from '../../src/outputs/output.ts'
import { playback, type PlaybackOptions } from '../../src/runtime/playback/playback.ts'
import { runSession } from '../../src/runtime/run.ts'
import { openLog } from '../../src/sources/replay/log.ts'
import { see, type Seen } from '../../src/view/seen.ts'
import { compactMembers } from '../support/compact-members.ts'
import { eventually } from '../support/eventually.ts'
import { fakeClock, type FakeClock } from '../support/fake-clock.ts'
import { steps } from '../support/fold.ts'
import { seededRandom } from '../support/random.ts'
import { recordingLines } from '../support/recording-writer.ts'
import { growing, machine } from '../support/scenarios.ts'
import { simulate } from '../support/simulate.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

// hundreds of samples are read, folded and packed for each of these
vi.setConfig({ testTimeout: 60_000 })

const SAMPLES = simulate(machine({ durationMs: 600_000, processes: [growing(5000)] }))
/** With a hole of two hours in the middle. */
const WITH_GAP = SAMPLES.map((sample, at) =>
  at < 150
    ? sample
    : {
        ...sample,
        elapsedMs: sample.elapsedMs + 7_200_000,
        takenAtEpochMs: sample.takenAtEpochMs + 7_200_000,
      },
)

interface Player {
  readonly clock: FakeClock
  /** All that was shown, in order. */
  readonly shown: readonly Seen[]
  newest(): Seen
  state(): Extract<SessionState, { kind: 'replay' }>
  /** Gives a command and waits until what it asks for is shown. */
  command(...commands: readonly SourceCommand[]): Promise<void>
  advance(seconds: number): Promise<void>
  /** Waits until the log has been looked through. */
  surveyed(): Promise<void>
  end(): Promise<void>
}

const running: Player[] = []

afterEach(async () => {
  for (const player of running.splice(0)) await player.end()
})

async function play(content: string | Uint8Array, options: Partial<PlaybackOptions> = {}): Promise<Player> {
  const path = join(temporaryFolder(), 'node7.ndjson')
  writeFileSync(path, content)
  const opened = await openLog([path])
  const span = opened.kind === 'log' ? await opened.log.span() : undefined
  if (opened.kind === 'fault' || span === undefined) throw new Error('no log')
  const clock = fakeClock()
  const session = playback({
    log: opened.log,
    span,
    rules: RULES,
    clock,
    speed: 1,
    demo: false,
    loop: false,
    fromMs: -Infinity,
    toMs: Infinity,
    ...options,
  })
  const shown: Seen[] = []
  const viewer: Output = {
    label: 'viewer',
    accept: () => undefined,
    look: (seen) => {
      if (seen !== undefined) shown.push(seen)
    },
    close: () => undefined,
  }
  const ending = new AbortController()
  const ended = runSession({ session, outputs: [viewer], signal: ending.signal })
  await eventually(() => shown.length > 0, 'something is shown')
  const state = (): Extract<SessionState, { kind: 'replay' }> => {
    const now = session.state()
    if (now.kind !== 'replay') throw new Error('it is no replay')
    return now
  }
  const player: Player = {
    clock,
    shown,
    state,
    newest: () => shown.at(-1) ?? fail(),
    command: async (...commands) => {
      const before = shown.length
      for (const command of commands) session.control(command)
      await eventually(() => shown.length > before, `something new is shown on ${JSON.stringify(commands)}`)
    },
    advance: async (seconds) => {
      for (let second = 0; second < seconds; second += 1) {
        await eventually(() => clock.sleepers() > 0, 'the next sample is awaited')
        await clock.advance(1000)
      }
      await eventually(() => clock.sleepers() > 0, 'the next sample is awaited')
    },
    surveyed: () => eventually(() => state().timeline.readRatio === 1, 'the log has been looked through'),
    end: async () => {
      ending.abort()
      await ended
    },
  }
  running.push(player)
  return player
}

function fail(): never {
  throw new Error('nothing is shown')
}

const GZIP = Buffer.concat(compactMembers(SAMPLES, 60).gzip)
const PAUSE = { kind: 'pause' } as const

/** What playing from the beginning has shown at each sample. */
function played(samples: readonly RawSample[]): readonly Seen[] {
  let seen: Seen | undefined
  return steps(samples).map(({ frame }) => (seen = see(seen, frame)))
}

function secondsOf(player: Player): readonly number[] {
  return player.shown.map(({ frame }) => frame.elapsedMs / 1000)
}

/** What is shown, without the name of the file. */
function json({ frame }: Seen): unknown {
  return frameJson({ ...frame, source: { kind: 'replay', label: 'test' } })
}

describe('a log on a screen', () => {
  test('is played at its pace', async () => {
    const player = await play(GZIP)
    await player.advance(6)
    expect(secondsOf(player)).toEqual([0, 2, 4, 6])
  })

  test.each(['compact, in gzip members', 'plain'])(
    'shows at any moment that it is taken to what playing would have shown there, the past in the charts too: %s',
    async (form) => {
      const player = await play(form === 'plain' ? recordingLines(SAMPLES) : GZIP)
      await player.command(PAUSE, { kind: 'seek-to', place: { kind: 'start' } })
      await player.surveyed()
      const expected = played(SAMPLES)
      const random = seededRandom(5)
      for (let round = 0; round < 25; round += 1) {
        const ms = Math.floor(random() * 600_000)
        await player.command({ kind: 'seek-to', place: { kind: 'offset', ms } })
        const reached = player.newest()
        const wanted = expected.findLast(({ frame }) => frame.elapsedMs <= ms) ?? fail()
        expect(json(reached)).toEqual(json(wanted))
        expect(reached.history).toEqual(wanted.history)
        expect(player.state().timeline.exact).toBe(true)
      }
    },
  )

  test('goes on from there as if it had been played', async () => {
    const player = await play(GZIP)
    await player.surveyed()
    await player.command(PAUSE, { kind: 'seek-to', place: { kind: 'ratio', ratio: 0.8 } })
    await player.command({ kind: 'step', direction: 1 })
    await player.command({ kind: 'step', direction: 1 })
    const expected = played(SAMPLES)
    expect(secondsOf(player).slice(-3)).toEqual([480, 482, 484])
    expect(json(player.newest())).toEqual(json(expected[242] ?? fail()))
  })

  test('steps back to the sample before, again and again, and stands still', async () => {
    const player = await play(GZIP)
    await player.surveyed()
    await player.command({ kind: 'seek-to', place: { kind: 'offset', ms: 122_000 } })
    const back = { kind: 'step', direction: -1 } as const
    await player.command(back)
    await player.command(back, back, back)
    await eventually(() => player.newest().frame.elapsedMs === 114_000, 'it is there')
    expect(secondsOf(player).slice(-4)).toEqual([120, 118, 116, 114])
    await player.command({ kind: 'step', direction: 1 }, { kind: 'step', direction: 1 })
    await eventually(() => player.newest().frame.elapsedMs === 118_000, 'both steps are taken')
    await player.command(back)
    await player.command(back)
    await player.advance(60)
    expect(player.newest().frame.elapsedMs).toBe(114_000)
    expect(player.state().paused).toBe(true)
  })

  test('moves by seconds from where it is going, not from where it was', async () => {
    const player = await play(GZIP)
    await player.surveyed()
    await player.command(PAUSE, { kind: 'seek-to', place: { kind: 'offset', ms: 300_000 } })
    await player.command(
      { kind: 'seek-by', ms: 10_000 },
      { kind: 'seek-by', ms: 10_000 },
      { kind: 'seek-by', ms: -5000 },
    )
    await eventually(() => player.newest().frame.elapsedMs === 314_000, 'it is there')
    await player.command({ kind: 'seek-by', ms: -1e9 })
    expect(player.newest().frame.elapsedMs).toBe(0)
  })

  test('stays at its end, and can be taken back from there', async () => {
    const player = await play(GZIP, { speed: Infinity })
    await eventually(() => player.state().ended, 'it has ended')
    expect(player.newest().frame.elapsedMs).toBe(600_000)
    expect(player.state().progressRatio).toBe(1)
    await player.command(PAUSE, { kind: 'seek-by', ms: -20_000 })
    expect(player.newest().frame.elapsedMs).toBe(580_000)
    expect(player.state().ended).toBe(false)
  })

  test('begins again at its end when it loops', async () => {
    const player = await play(GZIP, { speed: Infinity, loop: true })
    await eventually(() => secondsOf(player).lastIndexOf(0) > 300, 'it has begun again')
    await player.command({ kind: 'loop' })
    await eventually(() => player.state().ended, 'it has ended')
  })

  test('plays only the part that was asked for', async () => {
    const player = await play(GZIP, {
      speed: Infinity,
      fromMs: 300_000,
      toMs: 320_000,
    })
    await eventually(() => player.state().ended, 'it has ended')
    expect(player.shown[0]?.frame.elapsedMs).toBe(300_000)
    expect(player.newest().frame.elapsedMs).toBe(320_000)
  })
})

describe('warnings in a log', () => {
  test('are found in both directions, and shown on the time line', async () => {
    const raised = played(SAMPLES).find(({ frame }) => frame.risks.length > 0)?.frame.elapsedMs ?? fail()
    const player = await play(GZIP)
    await player.command(PAUSE, { kind: 'seek-warning', direction: 1 })
    expect(player.newest().frame.elapsedMs).toBe(raised)
    await player.surveyed()
    expect(player.state().timeline.ticks[0]).toMatchObject({ atMs: raised })
    await player.command({ kind: 'seek-to', place: { kind: 'end' } })
    const last = player.state().timeline.ticks.at(-1)?.atMs ?? fail()
    await player.command({ kind: 'seek-warning', direction: -1 })
    expect(player.newest().frame.elapsedMs).toBe(last)
  })

  test('that are not there are said not to be', async () => {
    const quiet = simulate(machine({ durationMs: 60_000 }))
    const player = await play(recordingLines(quiet))
    await player.surveyed()
    for (const direction of [1, -1] as const) {
      await player.command(PAUSE, { kind: 'seek-warning', direction }, { kind: 'seek-by', ms: 0 })
      expect(player.state().timeline.notice).toEqual({ kind: 'no-warning', direction })
    }
  })
})

describe('a hole in a log', () => {
  test('is passed over, said, and stands on the time line', async () => {
    const player = await play(recordingLines(WITH_GAP))
    await player.surveyed()
    await player.command({ kind: 'seek-to', place: { kind: 'offset', ms: 298_000 } })
    await player.advance(2)
    expect(player.newest().frame.elapsedMs).toBe(7_500_000)
    expect(player.state().timeline).toMatchObject({
      positionMs: 7_500_000,
      durationMs: 7_800_000,
      notice: { kind: 'gap-skipped', ms: 7_202_000 },
    })
    expect(player.state().timeline.ticks).toContainEqual({
      atMs: 7_500_000,
      kind: 'gap',
      lengthMs: 7_202_000,
    })
    await player.advance(5)
    expect(player.state().timeline.notice).toBeUndefined()
  })
})

describe('a moment that has not been looked through yet', () => {
  test('is shown from the key frame before it, and becomes exact by itself', async () => {
    const player = await play(GZIP, { fromMs: 590_000 })
    const first = player.shown[0] ?? fail()
    expect(first.frame.elapsedMs).toBe(590_000)
    expect(first.frame.gpus[0]?.memory.usedBytes).toEqual(
      played(SAMPLES)[295]?.frame.gpus[0]?.memory.usedBytes,
    )
    expect(player.state().timeline.exact).toBe(false)
    await eventually(() => player.state().timeline.exact, 'it is exact')
    await eventually(() => player.shown.length > 1, 'it is shown again')
    expect(json(player.newest())).toEqual(json(played(SAMPLES)[295] ?? fail()))
  })
})
