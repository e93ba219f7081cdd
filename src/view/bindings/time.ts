import type { SessionState, SourceCommand } from '../../model/session.ts'
import { bar, bound, ui, uiAction } from '../binding.ts'
import type { BarEntry, Binding } from '../binding.ts'
import { glyph } from '../glyphs.ts'
import type { KeyAction } from '../key-action.ts'
import { pace } from '../pace.ts'
import { EMPTY_GO_TO } from '../sheet.ts'
import type { UiState } from '../ui-state.ts'

const ARROWS = `${glyph('arrowLeft')}${glyph('arrowRight')}`

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
      ...bar('+-', '', 10),
      label: (session) => (session.kind === 'live' ? 'Interval' : 'Speed'),
    }),
    action: (session) => pace(session, 1),
  },
  {
    ...bound('Time', ['-', '_'], ['-'], 'live: shorter interval; replay: slower'),
    action: (session) => pace(session, -1),
  },
  {
    ...seek(['left'], [glyph('arrowLeft')], 'ten seconds back; a live session looks back too', -10_000, {
      ...bar(ARROWS, '', 11),
      label: (session) => (session.kind === 'live' ? 'Look back' : 'Seek'),
    }),
  },
  seek(['right'], [glyph('arrowRight')], 'ten seconds on; a live session returns to now at its end', 10_000),
  seek(['S-left', '{'], [`Shift-${glyph('arrowLeft')}`, '{'], 'five minutes back', -300_000),
  seek(['S-right', '}'], [`Shift-${glyph('arrowRight')}`, '}'], 'five minutes on', 300_000),
  past(
    ['[', ','],
    ['[', ','],
    'one sample back, and hold',
    { kind: 'step', direction: -1 },
    bar('[]', 'Step', 12),
  ),
  past([']', '.'], [']', '.'], 'one sample on, and hold', { kind: 'step', direction: 1 }),
  {
    ...bound(
      'Time',
      ['g'],
      ['g'],
      'go to a time, a share, so far in, or so far on: 12:31  45%  10m  +5m',
      bar('g', 'Go to', 14),
    ),
    action: () => uiAction({ kind: 'prompt', prompt: EMPTY_GO_TO }),
  },
  past(
    ['n'],
    ['n'],
    'to the next warning',
    { kind: 'seek-warning', direction: 1 },
    bar('nN', 'Next warning', 8),
  ),
  past(['S-n'], ['N'], 'to the warning before', { kind: 'seek-warning', direction: -1 }),
  {
    ...bound('Time', ['S-l'], ['L'], 'replay: begin again at the end, or not', {
      ...bar('L', '', 16),
      label: (session) => (session.kind === 'replay' && session.loop ? 'No loop' : 'Loop'),
    }),
    whyNot: 'a replay begins again at its end; this is live',
    action: (session) =>
      session.kind === 'replay' ? { kind: 'source', command: { kind: 'loop' } } : undefined,
  },
  {
    ...bound('Time', ['S-r'], ['R'], 'live: begin to record, and end it', {
      ...bar('R', '', 12),
      label: (session) =>
        session.kind === 'live' && session.recording !== undefined ? 'End record' : 'Record',
    }),
    whyNot: "a replay is recorded already; 'llmtop convert' makes a recording of any log",
    action: (session) =>
      session.kind === 'live' ? { kind: 'source', command: { kind: 'record' } } : undefined,
  },
  ui(
    'Time',
    ['z'],
    ['z'],
    'how far the charts look back: 1 min to 24 h',
    { kind: 'zoom' },
    bar('z', 'Zoom', 15),
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

function seek(
  keys: readonly string[],
  labels: readonly string[],
  help: string,
  ms: number,
  entry?: BarEntry,
): Binding {
  const action: KeyAction = { kind: 'source', command: { kind: 'seek-by', ms } }
  // who is at the present can't go on
  const isPossible = (session: SessionState): boolean => ms < 0 || isInThePast(session)
  return {
    ...bound('Time', keys, labels, help, entry),
    whyNot: `this is the present; ${glyph('arrowLeft')} looks back`,
    action: (session) => (isPossible(session) ? action : undefined),
  }
}

function past(
  keys: readonly string[],
  labels: readonly string[],
  help: string,
  command: SourceCommand,
  entry?: BarEntry,
): Binding {
  return {
    ...bound('Time', keys, labels, help, entry),
    whyNot: `${labels[0] ?? ''} moves in a replay, or in the past of a live session: ${glyph('arrowLeft')} looks back`,
    action: (session) => (isInThePast(session) ? { kind: 'source', command } : undefined),
  }
}

function isInThePast(session: SessionState): boolean {
  return session.kind === 'replay' || session.behindMs > 0
}
