import { expect, test } from 'vitest'
import { firstRow, move, moveTo, NO_CURSOR, scrolled, selectedRow } from '../../src/view/cursor.ts'
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
