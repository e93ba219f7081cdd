import { describe, expect, test } from 'vitest'
import { firstRow, move, moveTo, NO_CURSOR, paged, scrolled, selectedRow } from '../../src/view/cursor.ts'
import type { Cursor, Step } from '../../src/view/cursor.ts'

const IDS = Array.from({ length: 20 }, (_, i) => `p${i}`)

function moved(...steps: readonly Step[]): Cursor {
  return steps.reduce((cursor, step) => move(cursor, step, IDS, 5), NO_CURSOR)
}

test('the cursor begins on the first row, whoever stands there', () => {
  expect(selectedRow(NO_CURSOR, IDS)).toBe(0)
  expect(selectedRow(NO_CURSOR, [...IDS].reverse())).toBe(0)
})

test('once moved, the cursor stays with its row wherever that goes', () => {
  const cursor = moved('down', 'down')
  expect(cursor.selectedId).toBe('p2')
  expect(selectedRow(cursor, [...IDS].reverse())).toBe(17)
})

test('when its row is gone, the cursor stays where it was', () => {
  const cursor = moved('down', 'down')
  expect(
    selectedRow(
      cursor,
      IDS.filter((id) => id !== 'p2'),
    ),
  ).toBe(2)
  expect(selectedRow(cursor, ['p0'])).toBe(0)
  expect(selectedRow(cursor, [])).toBe(0)
})

test.each([
  [['up'], 0],
  [['page-down'], 4],
  [['page-down', 'page-down', 'page-up'], 4],
  [['last'], 19],
  [['last', 'down', 'page-down'], 19],
  [['last', 'first'], 0],
] as const)('%j leads to row %i', (steps, row) => {
  expect(selectedRow(moved(...steps), IDS)).toBe(row)
})

test('the list scrolls only as far as it must to keep the cursor in sight', () => {
  expect(firstRow(moved('down', 'down', 'down', 'down'), IDS, 5)).toBe(0)
  expect(firstRow(moved('page-down', 'down'), IDS, 5)).toBe(1)
  expect(firstRow(moved('last'), IDS, 5)).toBe(15)
  expect(firstRow(moved('last', 'up'), IDS, 5)).toBe(15)
  expect(firstRow(moved('last'), IDS, 50)).toBe(0)
  expect(firstRow(moved('last'), IDS, 0)).toBe(0)
})

test('a move in an empty list does nothing', () => {
  expect(move(NO_CURSOR, 'down', [], 5)).toEqual({ ...NO_CURSOR, selectedId: undefined })
})

test('a clicked row is the selected one', () => {
  expect(moveTo(NO_CURSOR, 7, IDS, 5)).toEqual({ selectedId: 'p7', selectedIndex: 7, scroll: 3 })
})

test('a text stops at its end, and at its beginning', () => {
  expect(scrolled(NO_CURSOR, 'last', 30, 10).scroll).toBe(20)
  expect(scrolled(scrolled(NO_CURSOR, 'last', 30, 10), 'up', 30, 10).scroll).toBe(19)
  expect(scrolled(NO_CURSOR, 'page-down', 5, 10).scroll).toBe(0)
  expect(scrolled({ ...NO_CURSOR, scroll: 99 }, 'up', 30, 10).scroll).toBe(19)
})

describe('in a page that is longer than its window and ends in a list', () => {
  // rows p0 to p19 on the lines 20 to 39, of which a window shows 10, the first and the last as its frame
  const page = { lines: 41, rows: 10, listTop: 20 }
  const places = (...steps: readonly Step[]) => {
    const { selectedId, scroll } = steps.reduce((cursor, step) => paged(cursor, step, IDS, page), NO_CURSOR)
    return [scroll, selectedId]
  }
  const times = (step: Step, count: number) => new Array<Step>(count).fill(step)

  test.each<readonly [string, readonly Step[], readonly [number, string | undefined]]>([
    ['a step scrolls a line while no row is in sight', times('down', 11), [11, undefined]],
    ['the first row is chosen where it comes into sight', times('down', 12), [12, 'p0']],
    ['from there on the cursor goes on, and the page with it', times('down', 14), [14, 'p2']],
    ['the last row, then the end of the page', times('down', 60), [31, 'p19']],
    ['up again the cursor goes first', ['last', ...times('up', 3)], [31, 'p16']],
    ['at the upper edge the page goes with it', ['last', ...times('up', 9)], [29, 'p10']],
    ['and after the first row what stands above it', ['last', ...times('up', 60)], [0, undefined]],
    ['a page is as many lines as are read at once', times('page-down', 2), [14, 'p2']],
    ['End and Home', ['last', 'first'], [0, undefined]],
  ])('%s', (_, steps, place) => {
    expect(places(...steps)).toEqual(place)
  })

  test('step by step every line is seen, down and up', () => {
    const seen = (steps: readonly Step[]) => {
      const lines = new Set<number>()
      let cursor = steps[0] === 'up' ? paged(NO_CURSOR, 'last', IDS, page) : NO_CURSOR
      for (const step of steps) {
        for (let y = 1; y < page.rows - 1; y++) lines.add(cursor.scroll + y)
        cursor = paged(cursor, step, IDS, page)
      }
      return lines.size
    }
    expect([seen(times('down', 60)), seen(times('up', 60))]).toEqual([39, 39])
  })

  test('without rows it is a text', () => {
    expect(paged(NO_CURSOR, 'last', [], page)).toEqual({ ...NO_CURSOR, scroll: 31 })
  })
})
