import type { SessionState } from '../../model/session.ts'
import { bar, bound, ui, uiAction } from '../binding.ts'
import type { Binding } from '../binding.ts'
import type { UiState } from '../ui-state.ts'
import { FLEET_TABS, HOST_TABS, TAB_NAMES, topView } from '../views.ts'
import type { View } from '../views.ts'

const LISTS: readonly View['kind'][] = [
  'overview',
  'gpus',
  'gpu',
  'warnings',
  'fleet',
  'fleet-warnings',
  'host',
]
const DETAILS: readonly View['kind'][] = ['workload', 'gpu', 'warning', 'help']

/** Going from view to view. */
export const VIEW_KEYS: readonly Binding[] = [
  ui(
    'Views',
    ['?', 'h', 'f1'],
    ['?', 'h', 'F1'],
    'open and close the help',
    { kind: 'help' },
    bar('?', 'Help', 1),
  ),
  ui(
    'Views',
    ['enter'],
    ['Enter'],
    'open what is under the cursor: why, and what to do',
    { kind: 'open' },
    {
      ...bar('Enter', 'Open', 2),
      views: LISTS,
    },
  ),
  {
    ...bound(
      'Views',
      ['escape'],
      ['Esc'],
      'close what lies on top, return to now, drop the filter; never quits',
      {
        ...bar('Esc', '', 2),
        label: (session, ui) => (returnsToNow(session, ui) ? 'Now' : 'Back'),
        isUseful: ({ session, ui }) => DETAILS.includes(topView(ui.views).kind) || returnsToNow(session, ui),
      },
    ),
    action: (session, ui) =>
      returnsToNow(session, ui)
        ? { kind: 'source', command: { kind: 'seek-to', place: { kind: 'end' } } }
        : uiAction({ kind: 'close' }),
  },
  ui(
    'Views',
    ['tab'],
    ['Tab'],
    'next view: overview, GPUs, warnings, host',
    { kind: 'tab', step: 1 },
    bar('Tab', 'Views', 5),
  ),
  ui('Views', ['S-tab'], ['Shift-Tab'], 'previous view', { kind: 'tab', step: -1 }),
  ...[0, 1, 2, 3].map(digit),
]

function returnsToNow(session: SessionState, { views }: UiState): boolean {
  return session.kind === 'live' && session.behindMs > 0 && views.length === 1
}

function digit(index: number): Binding {
  const key = (index + 1).toString()
  const tabs = [HOST_TABS[index], FLEET_TABS[index]].flatMap((tab) => tab ?? [])
  const name = tabs.map((tab) => TAB_NAMES[tab]).join(', of the fleet: ')
  return ui('Views', [key], [key], name, { kind: 'tab-to', index })
}
