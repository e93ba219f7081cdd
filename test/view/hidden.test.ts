import { describe, expect, test } from 'vitest'
import type { Scene, Size } from '../../src/view/panel.ts'
import { SMALLEST } from '../../src/view/layout.ts'
import { picture } from '../../src/view/picture.ts'
import { inSight } from '../../src/view/in-sight.ts'
import { update } from '../../src/view/ui-state.ts'
import type { Step } from '../../src/view/cursor.ts'
import { SCENES, viewsOf } from '../support/scenes.ts'

const SMALL: Size = { columns: 80, rows: 24 }

/** What the screen says of what lies out of sight. */
function said(scene: Scene, size = SMALL): readonly string[] {
  const lines = picture(scene, size).lines.map((line) => line.map(({ text }) => text).join(''))
  return lines.flatMap((line) => /(?:[↑↓] \d+ +)+more(?: workloads?)?/.exec(line)?.[0] ?? [])
}

function pressed(scene: Scene, ...steps: readonly Step[]): Scene {
  return steps.reduce((one, step) => {
    const ui = update(one.ui, { kind: 'move', step }, inSight(one, SMALL))
    return { ...one, ui }
  }, scene)
}

function viewOf(name: string, view: string): Scene {
  const scene = SCENES[name]?.()
  const found = scene === undefined ? undefined : viewsOf(name, scene)[`${name}, ${view}`]
  if (found === undefined) throw new Error(`no view ${view} of ${name}`)
  return found
}

describe('a view that is longer than the screen says how many lines are above and below', () => {
  test('at its lower edge, while it is scrolled', () => {
    const scene = viewOf('two H100', 'workload vllm:4200')
    const { lines, rows } = inSight(scene, SMALL)
    const most = lines - rows
    expect(said(scene)).toEqual([`↓ ${most} more`])
    expect(said(pressed(scene, 'down'))).toEqual([`↑ 1  ↓ ${most - 1} more`])
    expect(said(pressed(scene, 'last'))).toEqual([`↑ ${most} more`])
    expect(said(pressed(scene, 'last', 'first'))).toEqual([`↓ ${most} more`])
  })

  test('a view that has room is silent', () => {
    expect(said(viewOf('two H100', 'workload vllm:4200'), { columns: 120, rows: 90 })).toEqual([])
  })

  test.each([
    ['eight GPUs, 100 processes', 'overview', ['↓ 95 more']],
    ['eight GPUs, 100 processes', 'gpu', ['↓ 10 more']],
    ['eight GPUs, 100 processes', 'gpus', ['↓ 3 more']],
    ['two H100', 'help', ['↓ 56 more']],
  ])('%s, %s', (name, view, words) => {
    expect(said(viewOf(name, view))).toEqual(words)
  })
})

test('a box that is cut keeps its title above and its edge below', () => {
  const scene = pressed(viewOf('two H100', 'help'), 'page-down')
  const lines = picture(scene, SMALL).lines.map((line) => line.map(({ text }) => text).join(''))
  expect(lines[1]).toMatch(/^╭─ Help ─+ \? or Esc closes ─╮$/)
  expect(lines[22]).toMatch(/^╰─+ ↑ \d+ {2}↓ \d+ more ─╯$/)
})

test('page after page shows every line of a text', () => {
  const scene = viewOf('two H100', 'help')
  const seen = new Set<string>()
  let page = scene
  for (let i = 0; i < 9; i++) {
    for (const line of picture(page, SMALL).lines)
      seen.add(
        line
          .map(({ text }) => text)
          .join('')
          .trim(),
      )
    page = pressed(page, 'page-down')
  }
  const whole = picture(scene, { columns: 80, rows: 90 }).lines.slice(2, -2)
  const missing = whole
    .map((line) =>
      line
        .map(({ text }) => text)
        .join('')
        .trim(),
    )
    .filter((line) => !seen.has(line))
  expect(missing.filter((line) => line.replaceAll(/[│ ]/g, '') !== '')).toEqual([])
})

describe('at the smallest size', () => {
  const shownWhile = (scene: Scene, step: Step, times: number) => {
    let one = scene
    const texts: string[] = []
    for (let i = 0; i < times; i++) {
      texts.push(...picture(one, SMALLEST).lines.map((line) => line.map(({ text }) => text).join('')))
      const ui = update(one.ui, { kind: 'move', step }, inSight(one, SMALLEST))
      one = { ...one, ui }
    }
    return texts.join('\n')
  }

  test.each([
    ['two H100', 'gpu', ['▕█', 'util', 'architecture', 'driver reserves', '614 MiB unowned', '4200', '2210']],
    ['MIG slices', 'gpu', ['MIG 2 GI 13', 'persistence', "'--pid=host'", 'namespace, not seen here']],
    ['tensor parallel', 'host', ['RAM used', 'up  ', '1 OOM kill', 'VLLM::Worke', 'llama.cpp']],
  ])('%s, %s: all of it is reached with the arrow keys', (name, view, words) => {
    const scene = viewOf(name, view)
    const { lines, rows } = inSight(scene, SMALLEST)
    expect(lines).toBeGreaterThan(rows)
    const text = shownWhile(scene, 'down', 40)
    expect(words.filter((word) => !text.includes(word))).toEqual([])
  })

  test.each([
    ['two H100', 'gpus', '+ 4 more lines: Enter shows them'],
    ['two H100', 'warnings', '+ 6 more lines: Enter shows them'],
    ['fleet', 'fleet', '+ 2 more lines: 2 shows them'],
  ])('%s, %s: what a box leaves out is said, with the key that shows it', (name, view, words) => {
    expect(shownWhile(viewOf(name, view), 'down', 1)).toContain(words)
  })
})

test('one row is no rows', () => {
  const scene = viewOf('two H100', 'overview')
  const sheet = { kind: 'setup', index: 0 } as const
  expect(said({ ...scene, ui: { ...scene.ui, sheet } }, SMALLEST)).toEqual(['↓ 1 more workload'])
})

test('the rule of the warnings says what is hidden of the table above it', () => {
  const many = viewOf('sixteen GPUs, forty engines', 'overview')
  const { risks } = viewOf('two H100', 'overview').frame
  expect(said({ ...many, frame: { ...many.frame, risks } })).toEqual(['↓ 33 more workloads'])
})

test.each([
  ['no GPU', 'host', /PID +USER/],
  ['fleet', 'fleet', /▲ gpu-03 +GPU 5 runs out/],
])('at the smallest size %s, %s still shows what its boxes are for', (name, view, words) => {
  const { lines } = picture(viewOf(name, view), SMALLEST)
  const text = lines.map((line) => line.map((part) => part.text).join(''))
  expect(text.join('\n')).toMatch(words)
  // no box in which a count of lines stands alone
  expect(text.filter((line, y) => /\+ \d+ more/.test(line) && text[y - 1]?.startsWith('╭') === true)).toEqual(
    [],
  )
})
