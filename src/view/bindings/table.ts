import { bar, bound, ui, uiAction } from '../binding.ts'
import type { Binding } from '../binding.ts'
import { filteredView } from '../ui-state.ts'
import type { View } from '../views.ts'

const TABLES: readonly View['kind'][] = ['overview', 'fleet']
const WITH_COMMANDS: readonly View['kind'][] = ['workload', 'warning', 'warnings', 'fleet-warnings']

/** Moving, ordering and choosing within a view. */
export const TABLE_KEYS: readonly Binding[] = [
  ui('Table', ['down', 'j'], ['↓', 'j'], 'next row, or scroll', { kind: 'move', step: 'down' }),
  ui('Table', ['up', 'k'], ['↑', 'k'], 'previous row, or scroll back', { kind: 'move', step: 'up' }),
  ui('Table', ['pagedown'], ['PgDn'], 'a page down', { kind: 'move', step: 'page-down' }),
  ui('Table', ['pageup'], ['PgUp'], 'a page up', { kind: 'move', step: 'page-up' }),
  ui('Table', ['home'], ['Home'], 'to the top', { kind: 'move', step: 'first' }),
  ui('Table', ['end'], ['End'], 'to the end', { kind: 'move', step: 'last' }),
  {
    ...bound('Table', ['s', 'f6'], ['s', 'F6'], 'choose what to sort by', {
      ...bar('s', 'Sort', 4),
      views: ['overview'],
    }),
    action: (_, { preferences }) => uiAction({ kind: 'sheet', sheet: { kind: 'sort', before: preferences } }),
  },
  ui(
    'Table',
    ['r'],
    ['r'],
    'reverse the order',
    { kind: 'sort-reverse' },
    {
      ...bar('r', 'Reverse', 14),
      views: TABLES,
    },
  ),
  {
    ...bound(
      'Table',
      ['/'],
      ['/'],
      'filter by words or expressions: engine:vllm gpu:0 vram>10G kv>80% !user:root',
      {
        ...bar('/', 'Filter', 3),
        views: TABLES,
      },
    ),
    action: (_, state) => {
      const view = filteredView(state)
      if (view === undefined) return undefined
      const text = state.filters[view]
      return uiAction({ kind: 'prompt', prompt: { kind: 'filter', view, text, before: text } })
    },
  },
  ui(
    'Table',
    ['t'],
    ['t'],
    'processes below their engine or parent, as a tree',
    { kind: 'tree' },
    {
      ...bar('t', 'Tree', 8),
      views: ['overview'],
    },
  ),
  ui('Table', ['S-f'], ['F'], 'the cursor follows its row, or stays at its place', { kind: 'follow' }),
  ui(
    'Table',
    ['>'],
    ['>'],
    'scroll the commands to the right',
    { kind: 'scroll-command', columns: 8 },
    {
      ...bar('<>', 'Command', 15),
      views: ['overview', 'host'],
    },
  ),
  ui('Table', ['<'], ['<'], 'scroll the commands back', { kind: 'scroll-command', columns: -8 }),
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
      ...bar('K', 'Signal', 12),
      liveOnly: true,
      views: ['overview', 'workload', 'host'],
    },
  ),
]
