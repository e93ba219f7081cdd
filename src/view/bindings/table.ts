import { bar, bound, ui, uiAction } from '../binding.ts'
import type { Binding } from '../binding.ts'
import { noSignal } from '../choices.ts'
import type { KeyAction } from '../key-action.ts'
import type { SortColumn } from '../process-order.ts'
import { filteredView } from '../ui-state.ts'
import type { UiEvent, UiState } from '../ui-state.ts'
import type { View } from '../views.ts'

const OVERVIEW: readonly View['kind'][] = ['overview']
const TABLES: readonly View['kind'][] = ['overview', 'fleet']
const LISTING_COMMANDS: readonly View['kind'][] = ['overview', 'gpu', 'host']
const WITH_COMMANDS: readonly View['kind'][] = ['workload', 'gpu', 'warning', 'warnings', 'fleet-warnings']
const TEXTS: readonly View['kind'][] = ['workload', 'warning', 'help']

/** Moving, ordering and choosing within a view. */
export const TABLE_KEYS: readonly Binding[] = [
  ui(
    'Table',
    ['down', 'j'],
    ['↓', 'j'],
    'next row, or scroll',
    { kind: 'move', step: 'down' },
    { ...bar('↑↓', 'Scroll', 3), views: TEXTS },
  ),
  ui('Table', ['up', 'k'], ['↑', 'k'], 'previous row, or scroll back', { kind: 'move', step: 'up' }),
  ui('Table', ['pagedown', 'C-d', 'C-f'], ['PgDn', 'Ctrl-F'], 'a page down', {
    kind: 'move',
    step: 'page-down',
  }),
  ui('Table', ['pageup', 'C-u', 'C-b'], ['PgUp', 'Ctrl-B'], 'a page up', {
    kind: 'move',
    step: 'page-up',
  }),
  ui('Table', ['home'], ['Home'], 'to the top', { kind: 'move', step: 'first' }),
  ui('Table', ['end', 'S-g'], ['End', 'G'], 'to the end', { kind: 'move', step: 'last' }),
  {
    where: OVERVIEW,
    ...bound('Table', ['s', 'f6'], ['s', 'F6'], 'choose what to sort by', {
      ...bar('s', 'Sort', 4),
      views: OVERVIEW,
    }),
    action: (_, { preferences }) => uiAction({ kind: 'sheet', sheet: { kind: 'sort', before: preferences } }),
  },
  only(OVERVIEW, ui('Table', ['S-m'], ['M'], 'sort by GPU memory', ordered('vram'))),
  only(OVERVIEW, ui('Table', ['S-p'], ['P'], 'sort by CPU', ordered('cpu'))),
  only(
    TABLES,
    ui(
      'Table',
      ['r', 'S-i'],
      ['r', 'I'],
      'reverse the order',
      { kind: 'sort-reverse' },
      {
        ...bar('r', 'Reverse', 14),
        views: TABLES,
      },
    ),
  ),
  {
    where: TABLES,
    ...bound(
      'Table',
      ['/', 'f', 'f3', 'f4', '\\'],
      ['/', 'f', 'F3', 'F4', '\\'],
      'filter by words or expressions: engine:vllm gpu:0 vram>10G kv>80% !user:root',
      {
        ...bar('/', 'Filter', 3),
        views: TABLES,
      },
    ),
    action: (_, state) => filterPrompt(state, (text) => text),
  },
  {
    where: OVERVIEW,
    ...bound('Table', ['u'], ['u'], 'filter by a user'),
    action: (_, state) => filterPrompt(state, withUser),
  },
  only(
    OVERVIEW,
    ui(
      'Table',
      ['t'],
      ['t'],
      'processes below their engine or parent, as a tree',
      { kind: 'tree' },
      {
        ...bar('t', 'Tree', 8),
        views: OVERVIEW,
      },
    ),
  ),
  ui('Table', ['S-f'], ['F'], 'the cursor follows its row, or stays at its place', { kind: 'follow' }),
  only(
    LISTING_COMMANDS,
    ui(
      'Table',
      ['>'],
      ['>'],
      'scroll the commands to the right',
      { kind: 'scroll-command', columns: 8 },
      {
        ...bar('<>', 'Command', 15),
        views: LISTING_COMMANDS,
      },
    ),
  ),
  only(
    LISTING_COMMANDS,
    ui('Table', ['<'], ['<'], 'scroll the commands back', { kind: 'scroll-command', columns: -8 }),
  ),
  {
    ...bound(
      'Table',
      ['c'],
      ['c'],
      'copy the advised command to the clipboard of your terminal; again: the next one',
      {
        ...bar('c', 'Copy command', 7),
        views: WITH_COMMANDS,
      },
    ),
    action: () => ({ kind: 'copy' }),
  },
  ui(
    'Table',
    ['S-k', 'f9'],
    ['K', 'F9'],
    'send a signal to the process, after a question (this machine only)',
    { kind: 'signal' },
    {
      ...bar('K', 'Signal', 9),
      isUseful: (scene) => noSignal(scene) === undefined,
      views: ['overview', 'workload', 'gpu', 'host'],
    },
  ),
]

function only(where: readonly View['kind'][], binding: Binding): Binding {
  return { ...binding, where }
}

function ordered(sort: SortColumn): UiEvent {
  return { kind: 'prefer', change: { sort, reversed: false } }
}

function filterPrompt(state: UiState, change: (text: string) => string): KeyAction | undefined {
  const view = filteredView(state)
  if (view === undefined) return undefined
  const before = state.filters[view]
  return uiAction({ kind: 'prompt', prompt: { kind: 'filter', view, text: change(before), before } })
}

// What stands there already goes on to count.
function withUser(text: string): string {
  return text.endsWith('user:') ? text : `${text} user:`.trimStart()
}
