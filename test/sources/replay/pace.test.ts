import { expect, test } from 'vitest'
import type { SourceCommand } from '../../../src/model/session.ts'
import { startPace } from '../../../src/sources/replay/pace.ts'
import { fakeClock, type FakeClock } from '../../support/fake-clock.ts'

interface Player {
  readonly clock: FakeClock
  /** The samples that have been let through, by their own second. */
  readonly shown: readonly number[]
  command(command: SourceCommand): Promise<void>
  advance(seconds: number): Promise<void>
  abort(): Promise<void>
}

/** Plays samples that stand at these seconds of their log. */
async function play(speed: number, seconds: readonly number[]): Promise<Player> {
  const clock = fakeClock()
  const pace = startPace(clock, speed)
  const ending = new AbortController()
  const shown: number[] = []
  void (async () => {
    for (const second of seconds) {
      await pace.until({ elapsedMs: second * 1000, intervalMs: 4000 }, ending.signal)
      if (ending.signal.aborted) return
      shown.push(second)
    }
  })()
  await clock.advance(0)
  return {
    clock,
    shown,
    command: async (command) => {
      pace.control(command)
      await clock.advance(0)
    },
    advance: (s) => clock.advance(s * 1000),
    abort: async () => {
      ending.abort()
      await clock.advance(0)
    },
  }
}

const TEN = Array.from({ length: 10 }, (_, at) => at * 2)

test('samples come as far apart as they were taken, divided by the speed', async () => {
  const [once, twice, quarter] = [await play(1, TEN), await play(2, TEN), await play(0.25, TEN)]
  for (const player of [once, twice, quarter]) await player.advance(8)
  expect([once, twice, quarter].map(({ shown }) => shown)).toEqual([
    [0, 2, 4, 6, 8],
    [0, 2, 4, 6, 8, 10, 12, 14, 16],
    [0, 2],
  ])
})

test('as fast as it goes needs no time at all', async () => {
  expect((await play(Infinity, TEN)).shown).toEqual(TEN)
})

test('a gap is not sat through: what follows it comes after one interval', async () => {
  const player = await play(1, [0, 12, 7200, 7202])
  await player.advance(11.9)
  expect(player.shown).toEqual([0])
  await player.advance(0.1)
  expect(player.shown).toEqual([0, 12])
  await player.advance(4)
  expect(player.shown).toEqual([0, 12, 7200])
  await player.advance(2)
  expect(player.shown).toEqual([0, 12, 7200, 7202])
})

test('a pause holds the next sample, and what was left of the wait is left afterwards', async () => {
  const player = await play(1, TEN)
  await player.advance(3)
  await player.command({ kind: 'pause' })
  await player.advance(600)
  expect(player.shown).toEqual([0, 2])
  await player.command({ kind: 'resume' })
  await player.advance(0.9)
  expect(player.shown).toEqual([0, 2])
  await player.advance(0.1)
  expect(player.shown).toEqual([0, 2, 4])
})

test('while paused each step lets one sample through; before a pause or after it a step means nothing', async () => {
  const player = await play(1, TEN)
  await player.command({ kind: 'step', direction: 1 })
  await player.command({ kind: 'pause' })
  await player.advance(60)
  expect(player.shown).toEqual([0])
  await player.command({ kind: 'step', direction: 1 })
  await player.command({ kind: 'step', direction: 1 })
  expect(player.shown).toEqual([0, 2, 4])
  await player.command({ kind: 'resume' })
  await player.advance(1)
  expect(player.shown).toEqual([0, 2, 4])
})

test('a new speed counts at once, also in the middle of a wait', async () => {
  const player = await play(1, [0, 8, 16])
  await player.advance(4)
  await player.command({ kind: 'speed', factor: 4 })
  await player.advance(0.9)
  expect(player.shown).toEqual([0])
  await player.advance(0.1)
  expect(player.shown).toEqual([0, 8])
  await player.command({ kind: 'speed', factor: Infinity })
  expect(player.shown).toEqual([0, 8, 16])
})

test('the end wakes a wait, a long one and a paused one, and leaves no sleeper behind', async () => {
  const waiting = await play(1, TEN)
  const paused = await play(1, TEN)
  await paused.command({ kind: 'pause' })
  for (const player of [waiting, paused]) {
    await player.abort()
    expect(player.shown).toEqual([0])
    expect(player.clock.sleepers()).toBe(0)
  }
})
