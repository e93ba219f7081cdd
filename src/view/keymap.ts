import type { SessionState, SourceCommand } from '../model/session.ts'
import type { UiEvent } from './ui-state.ts'

/** What a key does: changes the picture, commands the source, repaints, or ends the run. */
export type KeyAction =
  | { readonly kind: 'ui'; readonly event: UiEvent }
  | { readonly kind: 'source'; readonly command: SourceCommand }
  | { readonly kind: 'repaint' }
  | { readonly kind: 'quit' }

/** One line of the help: some keys and what they do. */
export interface Binding {
  /** As the toolkit names keys: letters as they are, `S-` with shift, `C-` with control. */
  readonly keys: readonly string[]
  /** As people call them. */
  readonly labels: readonly string[]
  readonly help: string
  readonly group: (typeof GROUPS)[number]
  /** Its place in the key bar, if it has one: the lower the rank, the longer it stays on narrow screens. */
  readonly bar?: {
    readonly key: string
    readonly label: (session: SessionState) => string
    readonly rank: number
  }
  /** undefined: the key does nothing in this kind of session. */
  readonly action: (session: SessionState, paused: boolean) => KeyAction | undefined
}

/** The one table of keys: the key bar, the help panel and docs/keys.md are made of it. */
export const BINDINGS: readonly Binding[] = [
  ui(
    'Screen',
    ['?', 'h', 'f1'],
    ['?', 'h', 'F1'],
    'open and close this help',
    { kind: 'help' },
    { key: '?', label: () => 'Help', rank: 1 },
  ),
  ui('Screen', ['escape'], ['Esc'], 'close the help', { kind: 'close' }),
  {
    ...bound('Screen', ['C-l'], ['Ctrl-L'], 'draw the screen anew, after something else has written on it'),
    action: () => ({ kind: 'repaint' }),
  },
  ui('Table', ['down', 'j'], ['↓', 'j'], 'next process', { kind: 'move', step: 'down' }),
  ui('Table', ['up', 'k'], ['↑', 'k'], 'previous process', { kind: 'move', step: 'up' }),
  ui('Table', ['pagedown'], ['PgDn'], 'a page down', { kind: 'move', step: 'page-down' }),
  ui('Table', ['pageup'], ['PgUp'], 'a page up', { kind: 'move', step: 'page-up' }),
  ui('Table', ['home'], ['Home'], 'first process', { kind: 'move', step: 'first' }),
  ui('Table', ['end'], ['End'], 'last process', { kind: 'move', step: 'last' }),
  ui(
    'Table',
    ['s', 'f6'],
    ['s', 'F6'],
    'sort by the next column',
    { kind: 'sort-next' },
    { key: 's', label: () => 'Sort', rank: 2 },
  ),
  ui(
    'Table',
    ['r'],
    ['r'],
    'reverse the order',
    { kind: 'sort-reverse' },
    { key: 'r', label: () => 'Reverse', rank: 6 },
  ),
  ui(
    'Table',
    ['>'],
    ['>'],
    'scroll the commands to the right',
    { kind: 'scroll-command', columns: 8 },
    { key: '<>', label: () => 'Command', rank: 7 },
  ),
  ui('Table', ['<'], ['<'], 'scroll the commands back', { kind: 'scroll-command', columns: -8 }),
  {
    ...bound(
      'Time',
      ['p', 'space'],
      ['p', 'Space'],
      'hold the picture (live: samples go on) or the replay, and go on',
      {
        key: 'p',
        label: () => 'Pause',
        rank: 3,
      },
    ),
    action: pause,
  },
  {
    ...bound('Time', ['+', '='], ['+'], 'live: longer interval; replay: faster', {
      key: '+-',
      label: (session) => (session.kind === 'live' ? 'Interval' : 'Speed'),
      rank: 4,
    }),
    action: (session) => pace(session, 1),
  },
  {
    ...bound('Time', ['-', '_'], ['-'], 'live: shorter interval; replay: slower'),
    action: (session) => pace(session, -1),
  },
  {
    ...bound('Time', [']'], [']'], 'replay, while paused: one sample forward', {
      key: ']',
      label: () => 'Step',
      rank: 5,
    }),
    action: (session) =>
      session.kind === 'replay' && session.paused
        ? { kind: 'source', command: { kind: 'step', direction: 1 } }
        : undefined,
  },
  {
    ...bound('Screen', ['q', 'C-c'], ['q', 'Ctrl-C'], 'quit', { key: 'q', label: () => 'Quit', rank: 0 }),
    action: () => ({ kind: 'quit' }),
  },
]

/** What the key means now; undefined when it means nothing. */
export function actionOf(key: string, session: SessionState, paused: boolean): KeyAction | undefined {
  return BINDINGS.find((binding) => binding.keys.includes(key))?.action(session, paused)
}

/** The whole of docs/keys.md. */
export function keysMarkdown(): string {
  const sections = GROUPS.map((group) => {
    const rows = BINDINGS.filter((binding) => binding.group === group).map(
      ({ labels, help }) => [labels.map((label) => `\`${label}\``).join(' '), help] as const,
    )
    return `## ${group}\n\n${markdownTable([['key', 'what it does'], ...rows])}\n`
  })
  return [
    '# Keys',
    '',
    'Made from `src/view/keymap.ts`; the help panel (`?`) shows the same.',
    '',
    sections.join('\n'),
  ].join('\n')
}

export const GROUPS = ['Table', 'Time', 'Screen'] as const

// Padded, as formatters of Markdown want it.
function markdownTable(rows: readonly (readonly [string, string])[]): string {
  const first = Math.max(...rows.map(([key]) => key.length))
  const second = Math.max(...rows.map(([, help]) => help.length))
  const lines = rows.map(([key, help]) => `| ${key.padEnd(first)} | ${help.padEnd(second)} |`)
  return lines.toSpliced(1, 0, `| ${'-'.repeat(first)} | ${'-'.repeat(second)} |`).join('\n')
}

const INTERVALS_MS = [
  500, 1000, 2000, 3000, 5000, 10_000, 20_000, 30_000, 60_000, 300_000, 900_000, 3_600_000,
]
const SPEEDS = [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, Infinity]

function pace(session: SessionState, direction: 1 | -1): KeyAction {
  switch (session.kind) {
    case 'live':
      return {
        kind: 'source',
        command: { kind: 'interval', intervalMs: neighbour(INTERVALS_MS, session.intervalMs, direction) },
      }
    case 'replay':
      return {
        kind: 'source',
        command: { kind: 'speed', factor: neighbour(SPEEDS, session.speed, direction) },
      }
  }
}

// The next step of the ladder beyond `value`, which itself may stand between two steps.
function neighbour(ladder: readonly number[], value: number, direction: 1 | -1): number {
  const next = direction > 0 ? ladder.find((step) => step > value) : ladder.findLast((step) => step < value)
  return next ?? value
}

function pause(session: SessionState, paused: boolean): KeyAction {
  switch (session.kind) {
    case 'live':
      return { kind: 'ui', event: { kind: 'freeze', paused: !paused } }
    case 'replay':
      return { kind: 'source', command: { kind: session.paused ? 'resume' : 'pause' } }
  }
}

function bound(
  group: Binding['group'],
  keys: readonly string[],
  labels: readonly string[],
  help: string,
  bar?: Binding['bar'],
): Omit<Binding, 'action'> {
  return bar === undefined ? { group, keys, labels, help } : { group, keys, labels, help, bar }
}

function ui(
  group: Binding['group'],
  keys: readonly string[],
  labels: readonly string[],
  help: string,
  event: UiEvent,
  bar?: Binding['bar'],
): Binding {
  return { ...bound(group, keys, labels, help, bar), action: () => ({ kind: 'ui', event }) }
}
