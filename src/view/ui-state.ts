import { move, moveTo, NO_CURSOR, paged, scrolled, selectedRow } from './cursor.ts'
import type { Cursor, Step } from './cursor.ts'
import { CHART_MINUTES, DEFAULT_PREFERENCES } from './preferences.ts'
import type { Preferences } from './preferences.ts'
import { SORT_COLUMNS } from './process-order.ts'
import type { FilteredView, Prompt, Sheet } from './sheet.ts'
import type { InSight } from './sight.ts'
import { filtersBefore, typedFilters } from './typed-filters.ts'
import { closed, FIRST_VIEWS, isFleet, opened, switched, tabsOf, topTab, topView } from './views.ts'
import type { Tab, View, ViewStack } from './views.ts'

/** What the user has chosen: all that the screen remembers apart from frames. Changed by `update` alone. */
export interface UiState {
  readonly views: ViewStack
  /** The host that was opened out of the fleet; undefined: the only one, or the first. */
  readonly host: string | undefined
  /** A cursor for each kind of view: whoever comes back finds it where it was. */
  readonly cursors: Readonly<Partial<Record<View['kind'], Cursor>>>
  readonly preferences: Preferences
  /** Which rows of the table and of the fleet are shown, in the words of the user. */
  readonly filters: Readonly<Record<FilteredView, string>>
  /** Columns by which commands are shifted to the left. */
  readonly commandOffset: number
  readonly prompt: Prompt | undefined
  readonly sheet: Sheet | undefined
  /** What the last key did or why it did nothing, in the place of the key bar until the next key. */
  readonly notice: string | undefined
  /** How many commands were copied from this view: the next copy takes the next one. */
  readonly copies: number
  /** The picture of a live session stands still; samples go on behind it. */
  readonly paused: boolean
  /** Minutes to add to UTC. */
  readonly timeZoneOffsetMinutes: number
  /** The terminal shows ASCII only: what has no character there is told in words. */
  readonly ascii: boolean
}

export const INITIAL_UI: UiState = {
  views: FIRST_VIEWS,
  host: undefined,
  cursors: {},
  preferences: DEFAULT_PREFERENCES,
  filters: { overview: '', fleet: '' },
  commandOffset: 0,
  prompt: undefined,
  sheet: undefined,
  notice: undefined,
  copies: 0,
  paused: false,
  timeZoneOffsetMinutes: 0,
  ascii: false,
}

/** What a key asks of the picture. */
export type UiEvent =
  | { readonly kind: 'move'; readonly step: Step }
  /** The row of that index was clicked: the cursor goes there, and a second click opens it. */
  | { readonly kind: 'click'; readonly index: number }
  | { readonly kind: 'open' | 'close' | 'help' | 'sort-reverse' | 'tree' | 'follow' | 'copied' | 'signal' }
  | { readonly kind: 'show'; readonly view: View }
  | { readonly kind: 'tab'; readonly step: 1 | -1 }
  | { readonly kind: 'tab-to'; readonly index: number }
  | { readonly kind: 'sort'; readonly step: 1 | -1 }
  | { readonly kind: 'sort-undo'; readonly before: Pick<Preferences, 'sort' | 'reversed'> }
  | { readonly kind: 'zoom' }
  | { readonly kind: 'scroll-command'; readonly columns: number }
  | { readonly kind: 'freeze'; readonly paused: boolean }
  /** What is typed takes effect at once; undefined ends the typing. */
  | { readonly kind: 'prompt'; readonly prompt: Prompt | undefined }
  | { readonly kind: 'prompt-undo' }
  | { readonly kind: 'sheet'; readonly sheet: Sheet | undefined }
  | { readonly kind: 'prefer'; readonly change: Partial<Preferences> }
  | { readonly kind: 'notice'; readonly text: string }

/** The state after an event. `sight` is what the user saw when it came. */
export function update(before: UiState, event: UiEvent, sight: InSight): UiState {
  const ui = before.notice === undefined ? before : { ...before, notice: undefined }
  switch (event.kind) {
    case 'move':
      return withCursor(ui, moved(cursorOf(ui), event.step, sight))
    case 'click':
      return click(ui, event.index, sight)
    case 'open':
      return open(ui, sight)
    case 'show':
      return shown(ui, event.view)
    case 'close':
      return close(ui)
    case 'help':
      return topView(ui.views).kind === 'help' ? close(ui) : shown(ui, { kind: 'help' })
    case 'tab':
      return tab(ui, neighbour(tabsOf(ui.views), topTab(ui.views), event.step))
    case 'tab-to':
      return tab(ui, tabsOf(ui.views)[event.index])
    case 'sort':
      return prefer(ui, { sort: neighbour(SORT_COLUMNS, ui.preferences.sort, event.step), reversed: false })
    case 'sort-undo': {
      const { sort, reversed } = event.before
      return { ...prefer(ui, { sort, reversed }), sheet: undefined }
    }
    case 'sort-reverse':
      return prefer(ui, { reversed: !ui.preferences.reversed })
    case 'tree':
      return prefer(ui, { tree: !ui.preferences.tree })
    case 'zoom':
      return zoom(ui)
    case 'follow':
      return follow(ui, sight)
    case 'copied':
      return { ...ui, copies: ui.copies + 1 }
    case 'signal':
      return askSignal(ui, sight)
    case 'scroll-command':
      return { ...ui, commandOffset: Math.max(0, ui.commandOffset + event.columns) }
    case 'freeze':
      return { ...ui, paused: event.paused }
    case 'prompt':
      return { ...ui, filters: typedFilters(ui, event.prompt), prompt: event.prompt }
    case 'prompt-undo':
      return { ...ui, filters: filtersBefore(ui), prompt: undefined }
    case 'sheet':
      return { ...ui, sheet: event.sheet }
    case 'prefer':
      return prefer(ui, event.change)
    case 'notice':
      return { ...ui, notice: event.text }
  }
}

/** The cursor of the view in sight. */
export function cursorOf(ui: UiState): Cursor {
  return ui.cursors[topView(ui.views).kind] ?? NO_CURSOR
}

/** The view in sight, where its rows can be filtered. */
export function filteredView({ views }: UiState): FilteredView | undefined {
  const { kind } = topView(views)
  return kind === 'overview' || kind === 'fleet' ? kind : undefined
}

/** The state when a second host has answered: the fleet lies under all that was open. */
export function inFleet(ui: UiState, host: string | undefined): UiState {
  if (isFleet(topTab([ui.views[0]]))) return ui
  const untouched = ui.views.length === 1 && topTab(ui.views) === 'overview'
  return untouched
    ? { ...ui, views: [{ kind: 'fleet' }] }
    : { ...ui, host, views: [{ kind: 'fleet' }, ...ui.views] }
}

function withCursor(ui: UiState, cursor: Cursor): UiState {
  return { ...ui, cursors: { ...ui.cursors, [topView(ui.views).kind]: cursor } }
}

function moved(cursor: Cursor, step: Step, sight: InSight): Cursor {
  const { choices, lines, rows, listTop } = sight
  if (choices === undefined) return scrolled(cursor, step, lines, rows)
  return listTop === undefined
    ? move(cursor, step, idsOf(sight), rows)
    : paged(cursor, step, idsOf(sight), { lines, rows, listTop })
}

function click(ui: UiState, index: number, sight: InSight): UiState {
  const ids = idsOf(sight)
  if (index < 0 || index >= ids.length) return ui
  const again = selectedRow(cursorOf(ui), ids) === index
  // of a page, what was clicked is in sight already
  const rows = sight.listTop === undefined ? sight.rows : undefined
  const there = withCursor(ui, moveTo(cursorOf(ui), index, ids, rows))
  return again ? open(there, sight) : there
}

function open(ui: UiState, sight: InSight): UiState {
  const choice = sight.choices?.[selectedRow(cursorOf(ui), idsOf(sight))]
  const [first, ...more] = choice?.opens ?? []
  if (choice === undefined || first === undefined)
    return { ...ui, notice: 'there is nothing more to see here' }
  const host = choice.host ?? ui.host
  return [first, ...more].reduce(shown, { ...ui, host })
}

// A detail begins at its top, whatever was read of another one.
function shown(ui: UiState, view: View): UiState {
  return {
    ...ui,
    views: opened(ui.views, view),
    // a click can open what lies beside a filter that is being typed
    prompt: undefined,
    cursors: { ...ui.cursors, [view.kind]: NO_CURSOR },
    copies: 0,
  }
}

function close(ui: UiState): UiState {
  if (ui.views.length > 1) return { ...ui, views: closed(ui.views), copies: 0 }
  const view = filteredView(ui)
  if (view === undefined) return tab(ui, tabsOf(ui.views)[0])
  if (ui.filters[view] === '') return { ...ui, notice: 'q quits' }
  return { ...ui, filters: { ...ui.filters, [view]: '' } }
}

function tab(ui: UiState, to: Tab | undefined): UiState {
  if (to === undefined) return { ...ui, notice: 'there is no such view here; Tab goes through the views' }
  return { ...ui, views: switched(ui.views, to), prompt: undefined, copies: 0 }
}

function follow(ui: UiState, sight: InSight): UiState {
  const cursor = cursorOf(ui)
  const index = selectedRow(cursor, idsOf(sight))
  if (sight.choices?.[index] === undefined) return ui
  const selectedId = cursor.selectedId === undefined ? sight.choices[index].id : undefined
  return {
    ...withCursor(ui, { ...cursor, selectedId, selectedIndex: index }),
    notice:
      selectedId === undefined
        ? 'the cursor stays at its place, whoever stands there'
        : 'the cursor follows this row',
  }
}

function askSignal(ui: UiState, sight: InSight): UiState {
  if (sight.noSignal !== undefined) return { ...ui, notice: sight.noSignal }
  const target = sight.choices?.[selectedRow(cursorOf(ui), idsOf(sight))]?.process ?? sight.process
  if (target === undefined) return { ...ui, notice: 'there is no process here that a signal could go to' }
  return { ...ui, sheet: { kind: 'signal', target, index: 0, asked: false } }
}

// Another order is read from its top.
function prefer(ui: UiState, change: Partial<Preferences>): UiState {
  const reordered = change.sort !== undefined || change.reversed !== undefined
  const { overview = NO_CURSOR } = ui.cursors
  const cursors = reordered ? { ...ui.cursors, overview: { ...overview, scroll: 0 } } : ui.cursors
  return { ...ui, cursors, preferences: { ...ui.preferences, ...change } }
}

function zoom(ui: UiState): UiState {
  return prefer(ui, { chartMinutes: neighbour(CHART_MINUTES, ui.preferences.chartMinutes, 1) })
}

function idsOf(sight: InSight): readonly string[] {
  return sight.choices?.map(({ id }) => id) ?? []
}

function neighbour<T>(all: readonly T[], present: T, step: 1 | -1): T {
  return all[(all.indexOf(present) + step + all.length) % all.length] ?? present
}
