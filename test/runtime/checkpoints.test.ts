import { expect, test } from 'vitest'
import { startCheckpoints, type Checkpoint } from '../../src/runtime/playback/checkpoints.ts'
import { ringEntries } from '../../src/runtime/playback/ring-log.ts'
import { ring } from '../../src/outputs/recording/ring.ts'
import { noteOf } from '../../src/view/history-note.ts'
import { BEGINNING, frames } from '../support/fold.ts'
import { growing, machine } from '../support/scenarios.ts'
import { simulate } from '../support/simulate.ts'

const FRAMES = frames(simulate(machine({ durationMs: 600_000, processes: [growing(300)] })))
const nothing = ring({ keepMs: 1, maxBytes: 1 })

function checkpoint(atMs: number): Checkpoint {
  const onwards = () => ringEntries(nothing, 0, [])
  return { atMs, onwards, memories: new Map([['node7', { ...BEGINNING, users: new Map([[0, `${atMs}`]]) }]]) }
}

function filled(mostBytes?: number) {
  const checkpoints = startCheckpoints(mostBytes)
  for (const frame of FRAMES) {
    if (frame.elapsedMs % 20_000 === 0) checkpoints.add(checkpoint(frame.elapsedMs))
    checkpoints.note(noteOf(frame))
  }
  return checkpoints
}

test('the last checkpoint before a moment holds what was known there; at the first one that one', () => {
  const checkpoints = filled()
  expect([0, 1, 20_000, 20_001, 599_000].map((ms) => checkpoints.nearest(ms))).toEqual([
    0, 0, 0, 20_000, 580_000,
  ])
  expect(checkpoints.before(45_000)?.memories).toEqual(checkpoint(40_000).memories)
  expect(checkpoints.before(-1)).toBeUndefined()
})

test('notes come back as they were made, for any stretch of time', () => {
  const checkpoints = filled()
  for (const [from, to] of [
    [-Infinity, Infinity],
    [33_000, 81_000],
    [590_000, 600_000],
  ] as const)
    expect([...checkpoints.notes(from, to)]).toEqual(
      FRAMES.filter(({ elapsedMs }) => elapsedMs >= from && elapsedMs < to).map(noteOf),
    )
})

test('what would take too much memory is thinned out evenly, and the beginning stays', () => {
  const most = filled().size() / 4
  const checkpoints = filled(most)
  expect(checkpoints.size()).toBeLessThanOrEqual(most)
  expect(checkpoints.firstMs()).toBe(0)
  const kept = new Set(FRAMES.map(({ elapsedMs }) => checkpoints.nearest(elapsedMs)))
  expect(kept.size).toBeGreaterThan(4)
  const notes = [...checkpoints.notes(-Infinity, Infinity)]
  expect(notes.length).toBeLessThan(FRAMES.length / 2)
  expect(notes[0]?.elapsedMs).toBe(0)
  expect(checkpoints.isDue(60)).toBe(false)
})

test('what is forgotten can not be gone back to', () => {
  const checkpoints = filled()
  const before = checkpoints.size()
  checkpoints.forgetBefore(300_000)
  expect([checkpoints.firstMs(), checkpoints.before(100_000)]).toEqual([300_000, undefined])
  expect(checkpoints.size()).toBeLessThan(before)
})
