import { expect, test } from 'vitest'
import { SORT_COLUMNS } from '../../src/view/process-order.ts'
import { firstRow, INITIAL_UI, selectedRow, update } from '../../src/view/ui-state.ts'
import type { InSight, Step, UiState } from '../../src/view/ui-state.ts'

const IDS = Array.from({ length: 20 }, (_, i) => `p${i}`)
const SIGHT: InSight = { ids: IDS, rows: 5, helpLines: 30, helpRows: 10 }

function moved(...steps: readonly Step[]): UiState {
  return steps.reduce((ui, step) => update(ui, { kind: 'move', step }, SIGHT), INITIAL_UI)
}

test('the cursor begins on the first row, whoever stands there', () => {
  expect(selectedRow(INITIAL_UI, IDS)).toBe(0)
  expect(selectedRow(INITIAL_UI, [...IDS].reverse())).toBe(0)
})

test('once moved, the cursor stays with its process wherever that goes', () => {
  const ui = moved('down', 'down')
  expect(ui.selectedId).toBe('p2')
  expect(selectedRow(ui, [...IDS].reverse())).toBe(17)
})

test('when its process is gone, the cursor stays where it was', () => {
  const ui = moved('down', 'down')
  expect(
    selectedRow(
      ui,
      IDS.filter((id) => id !== 'p2'),
    ),
  ).toBe(2)
  expect(selectedRow(ui, ['p0'])).toBe(0)
  expect(selectedRow(ui, [])).toBe(0)
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

test('the table scrolls only as far as it must to keep the cursor in sight', () => {
  expect(firstRow(moved('down', 'down', 'down', 'down'), IDS, 5)).toBe(0)
  expect(firstRow(moved('page-down', 'down'), IDS, 5)).toBe(1)
  expect(firstRow(moved('last'), IDS, 5)).toBe(15)
  expect(firstRow(moved('last', 'up'), IDS, 5)).toBe(15)
  expect(firstRow(moved('last'), IDS, 50)).toBe(0)
  expect(firstRow(moved('last'), IDS, 0)).toBe(0)
})

test('a move in an empty table does nothing', () => {
  const ui = update(INITIAL_UI, { kind: 'move', step: 'down' }, { ...SIGHT, ids: [] })
  expect([ui.selectedIndex, ui.scroll]).toEqual([0, 0])
})

test('sorting goes through all columns and comes back to the first', () => {
  let ui: UiState = { ...INITIAL_UI, reversed: true }
  const seen = SORT_COLUMNS.map(() => {
    ui = update(ui, { kind: 'sort-next' }, SIGHT)
    return ui.sort
  })
  expect(seen).toEqual([...SORT_COLUMNS.slice(1), SORT_COLUMNS[0]])
  expect(ui.reversed).toBe(false)
})

test('while the help is open, moving scrolls it, and it stops at its end', () => {
  const open = update(INITIAL_UI, { kind: 'help' }, SIGHT)
  const end = update(open, { kind: 'move', step: 'last' }, SIGHT)
  expect([end.helpScroll, end.selectedId]).toEqual([20, undefined])
  expect(update(end, { kind: 'move', step: 'up' }, SIGHT).helpScroll).toBe(19)
  expect(update(end, { kind: 'close' }, SIGHT)).toEqual(INITIAL_UI)
})

test('commands scroll back no further than to their beginning', () => {
  const ui = update(INITIAL_UI, { kind: 'scroll-command', columns: 8 }, SIGHT)
  expect(ui.commandOffset).toBe(8)
  expect(
    update(
      update(ui, { kind: 'scroll-command', columns: -8 }, SIGHT),
      { kind: 'scroll-command', columns: -8 },
      SIGHT,
    ).commandOffset,
  ).toBe(0)
})
