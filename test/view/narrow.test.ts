import { expect, test } from 'vitest'
import { actionOf } from '../../src/view/keymap.ts'
import { inSight } from '../../src/view/in-sight.ts'
import type { Scene, Size } from '../../src/view/panel.ts'
import { picture } from '../../src/view/picture.ts'
import { SORT_COLUMNS } from '../../src/view/process-order.ts'
import { update } from '../../src/view/ui-state.ts'
import type { Tone } from '../../src/view/theme.ts'
import { many, tensorParallel } from '../support/scene-many.ts'
import { twoH100 } from '../support/scene-two-h100.ts'

const NARROW = { columns: 80, rows: 24 }

function screenOf(scene: Scene, size: Size = NARROW): readonly string[] {
  return picture(scene, size).lines.map((line) => line.map(({ text }) => text).join(''))
}

function typed(scene: Scene, keys: readonly string[]): Scene {
  return keys.reduce((before, key) => {
    const action = actionOf(key, before.session, before.ui, key)
    if (action?.kind !== 'ui') throw new Error(`'${key}' leaves the picture as it is`)
    return { ...before, ui: update(before.ui, action.event, inSight(before, NARROW)) }
  }, scene)
}

test.each(SORT_COLUMNS)('the column that the table is sorted by is seen on narrow screens: %s', (sort) => {
  const scene = many()
  const ui = { ...scene.ui, preferences: { ...scene.ui.preferences, sort } }
  expect(screenOf({ ...scene, ui }).join('')).toContain('▾')
})

test('who scrolls the commands sees them, also where there was no room for them', () => {
  expect(screenOf(tensorParallel()).join('')).not.toContain('COMMAND')
  const scrolled = typed(tensorParallel(), ['>'])
  expect(screenOf(scrolled).join('')).toContain('COMMAND')
  expect(screenOf(typed(scrolled, ['<'])).join('')).not.toContain('COMMAND')
})

test('what is wrong with a filter never hides what is typed', () => {
  const prompt = screenOf(typed(many(), ['/', ...Array.from('foo:bar')])).at(-1)
  expect(prompt).toMatch(/^ Filter: foo:bar_ 'foo' is no column: .*… $/)
})

test('sixteen GPUs are all seen on the smallest screen', () => {
  const screen = screenOf(many(), { columns: 60, rows: 15 }).join('\n')
  for (const { index } of many().frame.gpus)
    expect(screen).toMatch(new RegExp(`(^| ) ${index} +\\d+% ▕[^▏]+▏ +\\d+%`, 'm'))
  expect(screen).not.toContain('more: make')
})

test('on the smallest screen the choice of a column to sort by is always in sight, and how to undo it', () => {
  const size = { columns: 60, rows: 15 }
  SORT_COLUMNS.forEach((sort, i) => {
    const scene = many()
    const preferences = { ...scene.ui.preferences, sort }
    const sheet = { kind: 'sort', before: scene.ui.preferences } as const
    const screen = screenOf({ ...scene, ui: { ...scene.ui, preferences, sheet } }, size)
    expect(screen.join('\n')).toContain(`▸${sort} ▾`)
    expect(screen.join('\n')).toContain(`Sort by  ${i + 1} of ${SORT_COLUMNS.length} `)
    expect(screen.at(-1)?.trim()).toBe('s ↑↓ Choose  r Reverse  Enter Keep  Esc Undo')
  })
})

test('a level that stands on a ground of its own ends with its word', () => {
  const levels: readonly Tone[] = ['critical', 'warn', 'watch']
  const open = (keys: readonly string[]) => picture(typed(twoH100(), keys), { columns: 120, rows: 40 })
  for (const { lines } of [open([]), open(['3'])]) {
    const worded = lines.flat().filter(({ tone, text }) => levels.includes(tone ?? 'text') && text.length > 2)
    expect(worded.length).toBeGreaterThan(2)
    expect(worded.filter(({ text }) => text.endsWith(' '))).toEqual([])
  }
})
