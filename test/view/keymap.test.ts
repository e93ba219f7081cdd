import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { liveState, type SessionState, type SourceCommand } from '../../src/model/session.ts'
import { actionOf, BINDINGS } from '../../src/view/keymap.ts'
import { keysMarkdown } from '../../src/view/keys-markdown.ts'
import type { Line } from '../../src/view/panel.ts'
import { helpLines } from '../../src/view/panels/help.ts'
import { keysPanel } from '../../src/view/panels/keys.ts'
import { EMPTY_GO_TO } from '../../src/view/sheet.ts'
import { INITIAL_UI, type UiState } from '../../src/view/ui-state.ts'
import { VIEW_NAMES, type View } from '../../src/view/views.ts'
import { LIVE, REPLAY, frameWith, sceneOf } from '../support/scene.ts'

test('docs/keys.md is made from the key table', async () => {
  const path = new URL('../../docs/keys.md', import.meta.url)
  expect(await readFile(path, 'utf8'), "'npm run docs' writes docs/keys.md").toBe(keysMarkdown())
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
  [2500, '+', 3000],
  [900_000, '+', 3_600_000],
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

test.each<[SessionState, string, string]>([
  [liveState(500), '-', '0.5 s is the shortest interval'],
  [liveState(3_600_000), '+', '60 min is the longest interval'],
  [{ ...REPLAY, speed: Infinity }, '+', 'this is the fastest speed'],
  [{ ...REPLAY, speed: 0.25 }, '-', 'this is the slowest speed'],
])('at the end of its range %o says so on %s', (session, key, said) => {
  expect(saidOf(key, session)).toBe(said)
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

const LOOKING_BACK: SessionState = { kind: 'live', intervalMs: 2000, behindMs: 60_000, recording: undefined }

test.each<[string, SourceCommand]>([
  [']', { kind: 'step', direction: 1 }],
  ['[', { kind: 'step', direction: -1 }],
  ['right', { kind: 'seek-by', ms: 10_000 }],
  ['}', { kind: 'seek-by', ms: 300_000 }],
  ['n', { kind: 'seek-warning', direction: 1 }],
  ['S-n', { kind: 'seek-warning', direction: -1 }],
])('%s moves in a replay, and in a live session that looks back, not from the present', (key, command) => {
  expect(actionOf(key, REPLAY, UI)).toEqual({ kind: 'source', command })
  expect(actionOf(key, LOOKING_BACK, UI)).toEqual({ kind: 'source', command })
  expect(saidOf(key, LIVE)).toContain('← looks back')
})

test.each<[string, number]>([
  ['left', -10_000],
  ['S-left', -300_000],
])('%s looks back from anywhere', (key, ms) => {
  for (const session of [LIVE, REPLAY, LOOKING_BACK])
    expect(actionOf(key, session, UI)).toEqual({ kind: 'source', command: { kind: 'seek-by', ms } })
})

test('Escape returns a live session to the present, when nothing lies on top', () => {
  expect(actionOf('escape', LOOKING_BACK, UI)).toEqual({
    kind: 'source',
    command: { kind: 'seek-to', place: { kind: 'end' } },
  })
  const detail = { ...UI, views: [...UI.views, { kind: 'help' }] } as const
  expect(actionOf('escape', LOOKING_BACK, detail)).toEqual({ kind: 'ui', event: { kind: 'close' } })
})

test('who looks back is told which key returns to now', () => {
  const barOf = (session: SessionState, ui = UI): string => {
    const { lines } = keysPanel.view(sceneOf([frameWith({})], { session, ui }), { columns: 120, rows: 1 })
    return lines.map((line) => line.map(({ text }) => text).join('')).join('\n')
  }
  expect(barOf(LIVE)).not.toContain('Esc')
  expect(barOf(LOOKING_BACK)).toContain('Esc Now')
  expect(barOf(LOOKING_BACK, { ...UI, views: [...UI.views, { kind: 'warning', id: 'a' }] })).toContain(
    'Esc Back',
  )
})

test('g takes a place in time, which Enter goes to and what is none keeps open', () => {
  const open = actionOf('g', REPLAY, UI)
  expect(open).toEqual({ kind: 'ui', event: { kind: 'prompt', prompt: EMPTY_GO_TO } })
  const typed = (text: string) => ({ ...UI, prompt: { ...EMPTY_GO_TO, text } })
  expect(actionOf('5', REPLAY, typed('4'), '5')).toEqual({
    kind: 'ui',
    event: { kind: 'prompt', prompt: { ...EMPTY_GO_TO, text: '45' } },
  })
  expect(actionOf('enter', REPLAY, typed('45%'))).toEqual({
    kind: 'source',
    command: { kind: 'seek-to', place: { kind: 'ratio', ratio: 0.45 } },
  })
  expect(actionOf('enter', REPLAY, typed('+5m'))).toEqual({
    kind: 'source',
    command: { kind: 'seek-by', ms: 300_000 },
  })
  expect(actionOf('enter', REPLAY, typed('4x'))).toEqual({
    kind: 'ui',
    event: { kind: 'prompt', prompt: { ...EMPTY_GO_TO, text: '4x', unclear: true } },
  })
  expect(actionOf('enter', REPLAY, typed(''))).toEqual({
    kind: 'ui',
    event: { kind: 'prompt', prompt: undefined },
  })
})

test('Escape never quits', () => {
  expect(actionOf('escape', LIVE, UI)).toEqual({ kind: 'ui', event: { kind: 'close' } })
})

test.each([
  ['x', 'nothing is on x; ? shows the keys'],
  ['S-x', 'nothing is on X; ? shows the keys'],
  ['f11', 'nothing is on F11; ? shows the keys'],
  ['7', 'there is no view 7; Tab goes through the views'],
  ['f7', 'llmtop changes no priorities'],
  ['S-s', 'F2 is setup, ? is help'],
  ['S-t', 'K or F9 sends a signal, which is chosen and confirmed first'],
  ['S-l', 'a replay begins again at its end; this is live'],
])('%s does nothing, and says so', (key, said) => {
  expect(saidOf(key, LIVE)).toBe(said)
})

test('what is said of a key fits into 80 columns', () => {
  const views = Object.keys(VIEW_NAMES)
  const keys = [
    ...Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i)).map((sign) =>
      /[A-Z]/.test(sign) ? `S-${sign.toLowerCase()}` : sign,
    ),
    ...Array.from({ length: 12 }, (_, i) => `f${i + 1}`),
    ...BINDINGS.flatMap((binding) => binding.keys),
  ]
  const said = [LIVE, LOOKING_BACK, REPLAY].flatMap((session) =>
    views.flatMap((kind) => {
      const ui = { ...UI, views: [{ kind, id: 'x', uuid: 'x' } as View] } as const
      return keys.flatMap((key) => saidOf(key, session, ui) ?? [])
    }),
  )
  expect(said.length).toBeGreaterThan(500)
  expect(said.filter((text) => text.length > 78)).toEqual([])
})

test('what no one presses on purpose is not answered', () => {
  expect(['C-x', 'M-q', 'undefined', '模'].map((key) => actionOf(key, LIVE, UI))).toEqual(
    new Array(4).fill(undefined),
  )
})

test('a key of another view says which', () => {
  const onHost = { ...UI, views: [{ kind: 'host' }] } as const
  expect(actionOf('s', LIVE, onHost)).toEqual({
    kind: 'ui',
    event: { kind: 'notice', text: 's is a key of: overview' },
  })
})

test('whatever is typed or chosen, Ctrl-C quits, Ctrl-L draws anew and Ctrl-Z suspends', () => {
  const target = { pid: 1, startTicks: 1, name: 'init', user: 'root', command: ['/sbin/init'] }
  const open: readonly UiState[] = [
    { ...UI, prompt: EMPTY_GO_TO },
    { ...UI, sheet: { kind: 'signal', target, index: 0, asked: true } },
    { ...UI, sheet: { kind: 'setup', index: 0 } },
  ]
  for (const state of open)
    expect(['C-c', 'C-l', 'C-z'].map((key) => actionOf(key, LIVE, state)?.kind)).toEqual([
      'quit',
      'repaint',
      'suspend',
    ])
})

test('u begins a filter by user, behind what is filtered by already', () => {
  const filtering = { ...UI, filters: { ...UI.filters, overview: 'gpu:0' } }
  expect(actionOf('u', LIVE, filtering)).toEqual({
    kind: 'ui',
    event: {
      kind: 'prompt',
      prompt: { kind: 'filter', view: 'overview', text: 'gpu:0 user:', before: 'gpu:0' },
    },
  })
})

test('Enter keeps a filter that can be read, and leaves open what can not', () => {
  const typing = (text: string, view: 'overview' | 'fleet' = 'overview'): UiState => ({
    ...UI,
    prompt: { kind: 'filter', view, text, before: '' },
  })
  const kept = { kind: 'ui', event: { kind: 'prompt', prompt: undefined } }
  expect(actionOf('enter', LIVE, typing('vram>10g'))).toEqual(kept)
  expect(actionOf('enter', LIVE, typing(''))).toEqual(kept)
  expect(actionOf('enter', LIVE, typing('vram>'))).toBeUndefined()
  // hosts are searched by words alone
  expect(actionOf('enter', LIVE, typing('vram>', 'fleet'))).toEqual(kept)
})

function saidOf(key: string, session: SessionState, ui: UiState = UI): string | undefined {
  const action = actionOf(key, session, ui)
  return action?.kind === 'ui' && action.event.kind === 'notice' ? action.event.text : undefined
}

describe('in ASCII', () => {
  const ASCII = { ...INITIAL_UI, ascii: true }
  const barOf = (ui: UiState) =>
    keysPanel.view(sceneOf([frameWith({})], { session: REPLAY, ui }), { columns: 220, rows: 1 }).lines.flat()

  test('arrows of the key bar are words, apart from the keys < and >', () => {
    const text = barOf(ASCII)
      .map((part) => part.text)
      .join('')
    expect(text).toContain('  <> Command  ')
    expect(text).toContain('  Left/Right Seek  ')
    expect(
      barOf(INITIAL_UI)
        .map((part) => part.text)
        .join(''),
    ).toContain('  ←→ Seek  ')
  })

  test('a click on the word is the key', () => {
    const right = barOf(ASCII).find((part) => part.text === 'Right')
    expect(right?.does).toEqual({ kind: 'press', key: 'right' })
  })

  test('an open choice and the help name arrows in words', () => {
    const text = (lines: readonly Line[]) =>
      lines.map((line) => line.map((part) => part.text).join('')).join('\n')
    const sheet = { kind: 'setup', index: 0 } as const
    expect(text([barOf({ ...ASCII, sheet })])).toBe(' Up/Down Choose  Left/Right Change  F12 Save  Esc Close')
    const help = text(helpLines(80, true))
    for (const label of ['Down j ', 'Up k ', 'Left ', 'Right ', 'Shift-Left { ', 'Shift-Right } '])
      expect(help).toContain(`\n   ${label}`)
    expect(help).not.toMatch(/[←→↑↓]/)
  })

  test('so does the answer of a key that does nothing here', () => {
    expect(actionOf('n', LIVE, ASCII)).toEqual({
      kind: 'ui',
      event: {
        kind: 'notice',
        text: 'n moves in a replay, or in the past of a live session: Left looks back',
      },
    })
  })
})
