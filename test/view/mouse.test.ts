import { expect, test } from 'vitest'
import type { KeyAction } from '../../src/view/key-action.ts'
import { actionOf } from '../../src/view/keymap.ts'
import { mouseAction } from '../../src/view/mouse.ts'
import type { MouseEvent } from '../../src/view/mouse.ts'
import type { Scene } from '../../src/view/panel.ts'
import { picture } from '../../src/view/picture.ts'
import { inSight } from '../../src/view/in-sight.ts'
import { update } from '../../src/view/ui-state.ts'
import { eightGpus } from '../support/scenes.ts'
import { twoH100 } from '../support/scene-two-h100.ts'

const SIZE = { columns: 200, rows: 50 }

function screenOf(scene: Scene): readonly string[] {
  return picture(scene, SIZE).lines.map((line) => line.map(({ text }) => text).join(''))
}

// What happens at the first letter of `words`, or so many columns behind it.
function at(scene: Scene, words: string, kind: MouseEvent['kind'] = 'click', further = 0) {
  const rows = screenOf(scene)
  const y = rows.findIndex((row) => row.includes(words))
  const x = (rows[y] ?? '').indexOf(words) + further
  if (y < 0) throw new Error(`'${words}' is not on the screen`)
  return mouseAction(scene, SIZE, { kind, x, y })
}

function after(scene: Scene, action: KeyAction | undefined): Scene {
  if (action?.kind !== 'ui') throw new Error('the picture stays as it is')
  return { ...scene, ui: update(scene.ui, action.event, inSight(scene, SIZE)) }
}

function meaningOf(key: string, { session, ui }: Scene): KeyAction {
  const action = actionOf(key, session, ui)
  if (action === undefined) throw new Error(`${key} does nothing here`)
  return action
}

test.each([
  ['? Help', '?'],
  ['Help', '?'],
  ['Enter Open', 'enter'],
  ['Tab Views', 'tab'],
  ['s Sort', 's'],
  ['/ Filter', '/'],
  ['+- Interval', '+'],
  ['- Interval', '-'],
  ['←→ Look back', 'left'],
  ['→ Look back', 'right'],
  ['<> Command', '<'],
  ['> Command', '>'],
  ['F2 Setup', 'f2'],
  ['q Quit', 'q'],
])('a click on %s in the key bar is the key %s', (words, name) => {
  const scene = twoH100()
  const y = SIZE.rows - 1
  const x = (screenOf(scene)[y] ?? '').indexOf(words)
  const clicked = mouseAction(scene, SIZE, { kind: 'click', x, y })
  expect(clicked).toEqual(meaningOf(name, scene))
})

test('a click on the head of a column sorts by it, and the next one reverses', () => {
  const byVram = after(twoH100(), at(twoH100(), 'VRAM'))
  expect(byVram.ui.preferences).toMatchObject({ sort: 'vram', reversed: false })
  expect(after(byVram, at(byVram, 'VRAM')).ui.preferences).toMatchObject({ sort: 'vram', reversed: true })
})

test.each([
  ['in boxes', twoH100(), 'GPU 1  H100'],
  ['in rows', eightGpus(), ' 1 H100'],
])('a click on a card opens it, %s', (_, scene, words) => {
  const [view] = after(scene, at(scene, words, 'click', 3)).ui.views.slice(-1)
  expect(view).toEqual({ kind: 'gpu', uuid: scene.frame.gpus[1]?.uuid })
})

test('a click on a warning opens the workload that it is about, and one on their count the list', () => {
  const scene = twoH100()
  const [view] = after(scene, at(scene, 'runs out of memory')).ui.views.slice(-1)
  expect(view).toEqual({ kind: 'workload', id: scene.frame.risks[0]?.workload })
  expect(after(scene, at(scene, '1 critical')).ui.views).toEqual([{ kind: 'warnings' }])
})

test('who clicks on something else has done with typing', () => {
  const scene = twoH100()
  const typing = after(scene, actionOf('/', scene.session, scene.ui))
  expect(after(typing, at(typing, 'GPU 1  H100')).ui.prompt).toBeUndefined()
  expect(after(typing, at(typing, '1 critical')).ui.prompt).toBeUndefined()
})

test('the wheel goes through rows, and over a chart it brings time nearer', () => {
  const scene = twoH100()
  expect(at(scene, 'PER MIN', 'wheel-down')).toEqual(actionOf('down', scene.session, scene.ui))
  const minutes: (number | 'auto')[] = []
  for (let near = scene, i = 0; i < 4; i++) {
    near = after(near, at(near, 'KV cache', 'wheel-up'))
    minutes.push(near.ui.preferences.chartMinutes)
  }
  expect(minutes).toEqual([5, 1, 1, 1])
  const far = after(scene, at(scene, 'KV cache', 'wheel-down'))
  expect(far.ui.preferences.chartMinutes).toBe(30)
})

test('the wheel scrolls a page that is longer than the window, also over its chart', () => {
  const scene = twoH100()
  const ui = { ...scene.ui, views: [{ kind: 'workload', id: scene.frame.workloads[0]?.id ?? '' }] as const }
  const page = { ...scene, ui }
  const small = { columns: 80, rows: 40 }
  const rows = picture(page, small).lines.map((line) => line.map(({ text }) => text).join(''))
  const y = rows.findIndex((row) => row.includes('now'))
  expect(y).toBeGreaterThan(0)
  expect(mouseAction(page, small, { kind: 'wheel-down', x: 20, y })).toEqual(
    actionOf('down', page.session, page.ui),
  )
})

test('an open choice takes the clicks: on what it offers, and beside it that closes it', () => {
  const scene = twoH100()
  const setup: Scene = { ...scene, ui: { ...scene.ui, sheet: { kind: 'setup', index: 0 } } }
  expect(after(setup, at(setup, 'GiB   ', 'click')).ui.sheet).toBeUndefined()
  expect(after(setup, at(setup, 'memory in the table')).ui.sheet).toEqual({ kind: 'setup', index: 4 })
  const theme = after(setup, at(setup, 'dark →'))
  expect(theme.ui.preferences.theme).toBe('light')
  expect(after(setup, at(setup, ' 4200 root')).ui).toEqual({ ...scene.ui, sheet: undefined })
  const sort = after(scene, actionOf('s', scene.session, scene.ui))
  expect(after(sort, at(sort, 'tokens ')).ui.preferences.sort).toBe('tokens')
})

test('no click sends a signal', () => {
  const scene = twoH100()
  const target = { pid: 4200, startTicks: 1, name: 'vllm', user: 'root', command: ['vllm', 'serve'] }
  const asked: Scene = {
    ...scene,
    ui: { ...scene.ui, sheet: { kind: 'signal', target, index: 0, asked: true } },
  }
  for (const words of ['y Send it', 'y sends it', 'SIGTERM', 'Send SIGTERM'])
    expect(at(asked, words)).toEqual({ kind: 'ui', event: { kind: 'sheet', sheet: undefined } })
})
