import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { liveState, type SessionState } from '../../src/model/session.ts'
import { actionOf, BINDINGS } from '../../src/view/keymap.ts'
import { keysMarkdown } from '../../src/view/keys-markdown.ts'
import { INITIAL_UI } from '../../src/view/ui-state.ts'
import { LIVE, REPLAY } from '../support/scene.ts'

test('docs/keys.md is made from the key table', async () => {
  const path = new URL('../../docs/keys.md', import.meta.url)
  expect(await readFile(path, 'utf8'), 'write keysMarkdown() to docs/keys.md').toBe(keysMarkdown())
})

const UI = INITIAL_UI
const PAUSED = { ...INITIAL_UI, paused: true }

test('no key means two things', () => {
  const keys = BINDINGS.flatMap((binding) => binding.keys)
  expect(new Set(keys).size).toBe(keys.length)
})

test('every key does something in some session', () => {
  const sessions: readonly SessionState[] = [LIVE, REPLAY, { ...REPLAY, paused: true }]
  for (const binding of BINDINGS) {
    expect(sessions.some((session) => binding.action(session, UI) !== undefined)).toBe(true)
  }
})

test.each([
  [2000, '+', 3000],
  [2000, '-', 1000],
  [500, '-', 500],
  [2500, '+', 3000],
  [3_600_000, '+', 3_600_000],
])('live at %i ms, %s asks for %i ms', (intervalMs, key, expected) => {
  expect(actionOf(key, liveState(intervalMs), UI)).toEqual({
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
  expect(actionOf(key, { ...REPLAY, speed }, UI)).toEqual({
    kind: 'source',
    command: { kind: 'speed', factor },
  })
})

test('pause holds the picture of a live session, and the source of a replay', () => {
  expect(actionOf('p', LIVE, UI)).toEqual({ kind: 'ui', event: { kind: 'freeze', paused: true } })
  expect(actionOf('space', LIVE, PAUSED)).toEqual({ kind: 'ui', event: { kind: 'freeze', paused: false } })
  expect(actionOf('p', REPLAY, UI)).toEqual({ kind: 'source', command: { kind: 'pause' } })
  expect(actionOf('p', { ...REPLAY, paused: true }, UI)).toEqual({
    kind: 'source',
    command: { kind: 'resume' },
  })
})

test('a step forward is for a replay that is paused', () => {
  expect(actionOf(']', LIVE, PAUSED)).toBeUndefined()
  expect(actionOf(']', REPLAY, UI)).toBeUndefined()
  expect(actionOf(']', { ...REPLAY, paused: true }, UI)).toEqual({
    kind: 'source',
    command: { kind: 'step', direction: 1 },
  })
})

test('Escape never quits, and unknown keys mean nothing', () => {
  expect(actionOf('escape', LIVE, UI)).toEqual({ kind: 'ui', event: { kind: 'close' } })
  expect(actionOf('x', LIVE, UI)).toBeUndefined()
})
