import type { SessionState } from '../../model/session.ts'
import { bar, bound, ui, uiAction } from '../binding.ts'
import type { Binding } from '../binding.ts'
import type { KeyAction } from '../key-action.ts'
import { pace } from '../pace.ts'
import type { UiState } from '../ui-state.ts'

/** The clock of a live session, the tape of a replay, the axis of charts. */
export const TIME_KEYS: readonly Binding[] = [
  {
    ...bound(
      'Time',
      ['p', 'space'],
      ['p', 'Space'],
      'hold the picture (live: samples go on) or the replay, and go on',
      bar('p', 'Pause', 6),
    ),
    action: pause,
  },
  {
    ...bound('Time', ['+', '='], ['+'], 'live: longer interval; replay: faster', {
      ...bar('+-', '', 9),
      label: (session) => (session.kind === 'live' ? 'Interval' : 'Speed'),
    }),
    action: (session) => ({ kind: 'source', command: pace(session, 1) }),
  },
  {
    ...bound('Time', ['-', '_'], ['-'], 'live: shorter interval; replay: slower'),
    action: (session) => ({ kind: 'source', command: pace(session, -1) }),
  },
  {
    ...bound('Time', [']'], [']'], 'replay, while paused: one sample forward', bar(']', 'Step', 10)),
    action: (session) =>
      session.kind === 'replay' && session.paused
        ? { kind: 'source', command: { kind: 'step', direction: 1 } }
        : undefined,
  },
  ui(
    'Time',
    ['z'],
    ['z'],
    'how far the charts look back: 1 min to 24 h',
    { kind: 'zoom' },
    bar('z', 'Zoom', 11),
  ),
]

function pause(session: SessionState, { paused }: UiState): KeyAction {
  switch (session.kind) {
    case 'live':
      return uiAction({ kind: 'freeze', paused: !paused })
    case 'replay':
      return { kind: 'source', command: { kind: session.paused ? 'resume' : 'pause' } }
  }
}
