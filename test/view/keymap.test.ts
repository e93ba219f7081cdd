import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { liveState, type SessionState } from '../../src/model/session.ts'
import { actionOf, BINDINGS, keysMarkdown } from '../../src/view/keymap.ts'
import { LIVE, REPLAY } from '../support/scene.ts'

test('docs/keys.md is made from the key table', async () => {
  const path = new URL('../../docs/keys.md', import.meta.url)
  expect(await readFile(path, 'utf8'), 'write keysMarkdown() to docs/keys.md').toBe(keysMarkdown())
})

test('no key means two things', () => {
  const keys = BINDINGS.flatMap((binding) => binding.keys)
  expect(new Set(keys).size).toBe(keys.length)
})

test('every key does something in some session', () => {
  const sessions: readonly SessionState[] = [LIVE, REPLAY, { ...REPLAY, paused: true }]
  for (const binding of BINDINGS) {
    expect(sessions.some((session) => binding.action(session, false) !== undefined)).toBe(true)
  }
})

test.each([
  [2000, '+', 3000],
  [2000, '-', 1000],
  [500, '-', 500],
  [2500, '+', 3000],
  [3_600_000, '+', 3_600_000],
])('live at %i ms, %s asks for %i ms', (intervalMs, key, expected) => {
  expect(actionOf(key, liveState(intervalMs), false)).toEqual({
    kind: 'source',
    command: { kind: 'interval', intervalMs: expected },
  })
})

test.each([
  [8, '+', 16],
  [1, '-', 0.5],
  [64, '+', Infinity],
  [Infinity, '-', 64],
])('a replay at %d times, %s asks for %d times', (speed, key, factor) => {
  expect(actionOf(key, { ...REPLAY, speed }, false)).toEqual({
    kind: 'source',
    command: { kind: 'speed', factor },
  })
})

test('pause holds the picture of a live session, and the source of a replay', () => {
  expect(actionOf('p', LIVE, false)).toEqual({ kind: 'ui', event: { kind: 'freeze', paused: true } })
  expect(actionOf('space', LIVE, true)).toEqual({ kind: 'ui', event: { kind: 'freeze', paused: false } })
  expect(actionOf('p', REPLAY, false)).toEqual({ kind: 'source', command: { kind: 'pause' } })
  expect(actionOf('p', { ...REPLAY, paused: true }, false)).toEqual({
    kind: 'source',
    command: { kind: 'resume' },
  })
})

test('a step forward is for a replay that is paused', () => {
  expect(actionOf(']', LIVE, true)).toBeUndefined()
  expect(actionOf(']', REPLAY, false)).toBeUndefined()
  expect(actionOf(']', { ...REPLAY, paused: true }, false)).toEqual({
    kind: 'source',
    command: { kind: 'step' },
  })
})

test('Escape never quits, and unknown keys mean nothing', () => {
  expect(actionOf('escape', LIVE, false)).toEqual({ kind: 'ui', event: { kind: 'close' } })
  expect(actionOf('x', LIVE, false)).toBeUndefined()
})
