import { afterEach, describe, expect, test } from 'vitest'
import { openTerminal } from '../../../src/outputs/terminal/toolkit.ts'
import type { Terminal } from '../../../src/outputs/terminal/toolkit.ts'
import type { Chart, Curve, Rect } from '../../../src/view/panel.ts'
import type { DotRange } from '../../../src/view/track.ts'
import { MONO_THEME } from '../../../src/view/theme.ts'
import { fakeTerminal } from '../../support/terminal.ts'
import type { FakeTerminal } from '../../support/terminal.ts'

let opened: Terminal | undefined
afterEach(() => {
  opened?.close()
})

interface Drawn {
  readonly terminal: FakeTerminal
  readonly screen: Terminal
  readonly show: (chart: Chart | undefined, rect: Rect) => Promise<readonly string[]>
}

async function canvas(columns: number, rows: number, ascii = false): Promise<Drawn> {
  const terminal = fakeTerminal(columns, rows)
  let plots: readonly { readonly rect: Rect; readonly chart: Chart }[] = []
  const screen = await openTerminal({
    input: terminal.input,
    output: terminal.output,
    style: () => ({ theme: MONO_THEME, ascii }),
    picture: (size) => ({
      lines: Array.from({ length: size.rows }, () => [{ text: '.'.repeat(size.columns) }]),
      plots,
    }),
    onKey: () => undefined,
    onMouse: () => undefined,
  })
  opened = screen
  return {
    terminal,
    screen,
    show(chart, rect) {
      plots = chart === undefined ? [] : [{ rect, chart }]
      screen.show()
      return terminal.rows()
    },
  }
}

function curve(columns: readonly (DotRange | undefined)[], stroke: Curve['stroke'] = 'solid'): Curve {
  return { tone: 'curve0', stroke, columns }
}

const at = (value: number): DotRange => ({ low: value, high: value })
const RECT: Rect = { left: 1, top: 1, columns: 4, rows: 2 }

test('curves stand in their place: bottom, top, and nothing where nothing was seen', async () => {
  const { show } = await canvas(6, 4)
  const chart = {
    curves: [curve([at(0), at(0), at(1), at(1), undefined, undefined, at(0), at(1)])],
    marks: [],
  }
  expect(await show(chart, RECT)).toEqual(['......', '. ⠉ ⠈.', '.⣀  ⡀.', '......'])
})

test('a range is a stroke from its lowest to its highest', async () => {
  const { show } = await canvas(6, 4)
  expect(await show({ curves: [curve([{ low: 0, high: 1 }])], marks: [] }, RECT)).toEqual([
    '......',
    '.⡇   .',
    '.⡇   .',
    '......',
  ])
})

const LIMIT = { at: 1, tone: 'limit' } as const
const CEILING = { at: 0.5, tone: 'ceiling' } as const

test('a limit has long dashes, a ceiling and a forecast short ones', async () => {
  const { show } = await canvas(10, 6)
  const flat = Array.from({ length: 16 }, () => at(0))
  const chart = { curves: [curve(flat, 'dashed')], marks: [LIMIT, CEILING] }
  expect(await show(chart, { left: 1, top: 1, columns: 8, rows: 3 })).toEqual([
    '..........',
    '.⠉⠉⠉ ⠉⠉⠉ .',
    '.⠤ ⠤ ⠤ ⠤ .',
    '.⣀ ⣀ ⣀ ⣀ .',
    '..........',
    '..........',
  ])
})

test('in ASCII marks are dashes, and no curve has any', async () => {
  const { show } = await canvas(10, 6, true)
  const along = [at(1), at(1), at(0.5), at(0.5), at(0), at(0)]
  const chart = { curves: [curve(along)], marks: [LIMIT, CEILING] }
  expect(await show(chart, { left: 1, top: 1, columns: 8, rows: 3 })).toEqual([
    '..........',
    ".'-- --- .",
    '.-.- - - .',
    '.  .     .',
    '..........',
    '..........',
  ])
})

describe('where no colour tells curves apart', () => {
  const named = (sign: string, ...values: readonly number[]): Curve => ({
    ...curve(Array.from({ length: 60 }, (_, x) => at(values[Math.floor((x * values.length) / 60)] ?? 0))),
    sign,
  })
  const rowsOf = async (curves: readonly Curve[]): Promise<readonly string[]> => {
    const { show } = await canvas(30, 2)
    return show({ curves, marks: [] }, { left: 0, top: 0, columns: 30, rows: 2 })
  }

  test('each has its sign on it, again and again', async () => {
    expect(await rowsOf([named('0', 1), named('13', 0)])).toEqual([
      '⠉⠉⠉⠉0⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉0⠉',
      '⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀13⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀',
    ])
  })

  test('those that lie on each other are all named', async () => {
    const [top = ''] = await rowsOf([named('a', 1), named('b', 1), named('c', 1)])
    expect(top.replaceAll('⠉', '')).toBe('acba')
  })

  test('a curve alone needs no sign', async () => {
    expect(await rowsOf([named('0', 1)])).toEqual(['⠉'.repeat(30), ' '.repeat(30)])
  })
})

test('in ASCII a dot is a point, a quote, or both', async () => {
  const { show } = await canvas(6, 4, true)
  const chart = { curves: [curve([at(0), at(0), at(1), at(1), { low: 0, high: 1 }])], marks: [] }
  expect(await show(chart, RECT)).toEqual(['......', ". ': .", '.. : .', '......'])
})

describe('nothing throws, and nothing is drawn outside the plot', () => {
  const charts: Readonly<Record<string, Chart>> = {
    'no curve': { curves: [], marks: [] },
    'an empty curve': { curves: [curve([])], marks: [] },
    'one point': { curves: [curve([at(0.5)])], marks: [] },
    'all zero': { curves: [curve([at(0), at(0)])], marks: [{ at: 0, tone: 'limit' }] },
    'not a number': {
      curves: [curve([at(NaN), at(Infinity), at(-Infinity)])],
      marks: [{ at: NaN, tone: 'limit' }],
    },
    'out of range': { curves: [curve([at(7), at(-7)])], marks: [{ at: 9, tone: 'ceiling' }] },
    'longer than the plot': { curves: [curve(Array.from({ length: 99 }, () => at(0.5)))], marks: [] },
  }
  const rects: readonly Rect[] = [
    RECT,
    { left: 0, top: 0, columns: 1, rows: 1 },
    { left: 5, top: 3, columns: 1, rows: 1 },
    { left: 4, top: 3, columns: 40, rows: 40 },
  ]
  test.each(Object.keys(charts))('%s', async (name) => {
    const { show } = await canvas(6, 4)
    for (const rect of rects) {
      const rows = await show(charts[name], rect)
      const inside = (x: number, y: number) =>
        x >= rect.left && x < rect.left + rect.columns && y >= rect.top && y < rect.top + rect.rows
      rows.forEach((row, y) => {
        Array.from(row).forEach((character, x) => {
          if (!inside(x, y)) expect(character).toBe('.')
        })
      })
    }
  })
})

test('a chart that moves, shrinks or goes leaves nothing behind', async () => {
  const { show } = await canvas(6, 4)
  const chart = { curves: [curve(Array.from({ length: 8 }, () => at(0.5)))], marks: [] }
  await show(chart, { left: 0, top: 0, columns: 6, rows: 4 })
  expect(await show(chart, { left: 0, top: 0, columns: 2, rows: 1 })).toEqual([
    '⠤⠤....',
    '......',
    '......',
    '......',
  ])
  expect(await show(undefined, RECT)).toEqual(['......', '......', '......', '......'])
  expect(await show(chart, { left: 4, top: 3, columns: 2, rows: 1 })).toEqual([
    '......',
    '......',
    '......',
    '....⠤⠤',
  ])
})
