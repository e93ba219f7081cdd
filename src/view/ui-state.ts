import { SORT_COLUMNS } from './process-order.ts'
import type { SortColumn } from './process-order.ts'

/** What the user has chosen: all that the screen remembers apart from frames. Changed by `update` alone. */
export interface UiState {
  readonly sort: SortColumn
  readonly reversed: boolean
  /** The row under the cursor, by identity; undefined until it was moved: then the first row, whoever it is. */
  readonly selectedId: string | undefined
  /** Where it stood last, for when its process is gone. */
  readonly selectedIndex: number
  /** First row of the table that is shown. */
  readonly scroll: number
  /** Columns by which commands are shifted to the left. */
  readonly commandOffset: number
  readonly helpOpen: boolean
  readonly helpScroll: number
  /** The picture of a live session stands still; samples go on behind it. */
  readonly paused: boolean
  /** Minutes to add to UTC. */
  readonly timeZoneOffsetMinutes: number
}

export const INITIAL_UI: UiState = {
  sort: 'risk',
  reversed: false,
  selectedId: undefined,
  selectedIndex: 0,
  scroll: 0,
  commandOffset: 0,
  helpOpen: false,
  helpScroll: 0,
  paused: false,
  timeZoneOffsetMinutes: 0,
}

/** What a key asks of the picture. */
export type UiEvent =
  | { readonly kind: 'sort-next' }
  | { readonly kind: 'sort-reverse' }
  | { readonly kind: 'move'; readonly step: Step }
  | { readonly kind: 'scroll-command'; readonly columns: number }
  | { readonly kind: 'help' }
  | { readonly kind: 'close' }
  | { readonly kind: 'freeze'; readonly paused: boolean }

export type Step = 'up' | 'down' | 'page-up' | 'page-down' | 'first' | 'last'

/** What is in sight: the ids of all rows of the table in their order, and how much of table and help is shown. */
export interface InSight {
  readonly ids: readonly string[]
  readonly rows: number
  readonly helpLines: number
  readonly helpRows: number
}

export function update(ui: UiState, event: UiEvent, sight: InSight): UiState {
  switch (event.kind) {
    case 'sort-next':
      return { ...ui, sort: nextColumn(ui.sort), reversed: false, scroll: 0 }
    case 'sort-reverse':
      return { ...ui, reversed: !ui.reversed, scroll: 0 }
    case 'move':
      return ui.helpOpen ? scrollHelp(ui, event.step, sight) : move(ui, event.step, sight)
    case 'scroll-command':
      return { ...ui, commandOffset: Math.max(0, ui.commandOffset + event.columns) }
    case 'help':
      return { ...ui, helpOpen: !ui.helpOpen, helpScroll: 0 }
    case 'close':
      return { ...ui, helpOpen: false, helpScroll: 0 }
    case 'freeze':
      return { ...ui, paused: event.paused }
  }
}

/** The index of the selected row: its process wherever it stands now, or, when that is gone, whoever took its place. */
export function selectedRow(ui: UiState, ids: readonly string[]): number {
  const index = ui.selectedId === undefined ? -1 : ids.indexOf(ui.selectedId)
  return index >= 0 ? index : Math.max(0, Math.min(ui.selectedIndex, ids.length - 1))
}

/** The first row to show so that the selected one is in sight and the table is as full as can be. */
export function firstRow(ui: UiState, ids: readonly string[], rows: number): number {
  const selected = selectedRow(ui, ids)
  const wanted = Math.min(ui.scroll, Math.max(0, ids.length - rows))
  return rows <= 0 ? 0 : Math.max(Math.min(wanted, selected), selected - rows + 1)
}

function nextColumn(column: SortColumn): SortColumn {
  return SORT_COLUMNS[(SORT_COLUMNS.indexOf(column) + 1) % SORT_COLUMNS.length] ?? column
}

function move(ui: UiState, step: Step, sight: InSight): UiState {
  const { ids, rows } = sight
  const index = target(selectedRow(ui, ids), step, rows, ids.length - 1)
  const moved = { ...ui, selectedId: ids[index], selectedIndex: index }
  return { ...moved, scroll: firstRow(moved, ids, rows) }
}

function scrollHelp(ui: UiState, step: Step, sight: InSight): UiState {
  const end = Math.max(0, sight.helpLines - sight.helpRows)
  return { ...ui, helpScroll: target(Math.min(ui.helpScroll, end), step, sight.helpRows, end) }
}

// A page keeps one line of the page before.
function target(from: number, step: Step, page: number, end: number): number {
  return Math.max(0, Math.min(wanted(from, step, Math.max(1, page - 1), end), end))
}

function wanted(from: number, step: Step, jump: number, end: number): number {
  switch (step) {
    case 'up':
      return from - 1
    case 'down':
      return from + 1
    case 'page-up':
      return from - jump
    case 'page-down':
      return from + jump
    case 'first':
      return 0
    case 'last':
      return end
  }
}
