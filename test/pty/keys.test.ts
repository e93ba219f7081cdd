import { afterEach, expect, test } from 'vitest'
import { BINDINGS } from '../../src/view/keymap.ts'
import { startInPty, type Pty } from '../support/pty.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

// Every key of the key table as a terminal sends it, on the built program in a real pseudo-terminal.

const WAIT = { timeout: 20_000, interval: 20 }

let running: Pty | undefined
afterEach(async () => {
  running?.kill('SIGKILL')
  await running?.exited
})

/** What terminals send for keys that are no letters. */
const SEQUENCES: Readonly<Record<string, string>> = {
  enter: '\r',
  escape: '\u001b',
  tab: '\t',
  'S-tab': '\u001b[Z',
  space: ' ',
  down: '\u001b[B',
  up: '\u001b[A',
  left: '\u001b[D',
  right: '\u001b[C',
  'S-left': '\u001b[1;2D',
  'S-right': '\u001b[1;2C',
  pagedown: '\u001b[6~',
  pageup: '\u001b[5~',
  home: '\u001b[H',
  end: '\u001b[F',
  f1: '\u001bOP',
  f2: '\u001bOQ',
  f3: '\u001bOR',
  f4: '\u001bOS',
  f5: '\u001b[15~',
  f6: '\u001b[17~',
  f9: '\u001b[20~',
  f10: '\u001b[21~',
  f12: '\u001b[24~',
}

/** A key, and what the screen shows soon after it. */
type Step = readonly [key: string, shows: RegExp]

// A lone Escape takes effect a little later than other keys.
const NO_SHEET = /^(?![^]*─ (Sort by|Setup))/

const REPLAYED: readonly Step[] = [
  ['p', /DEMO PAUSED/],
  ['space', /DEMO 1×/],
  ['+', /DEMO 2×/],
  ['=', /DEMO 4×/],
  ['-', /DEMO 2×/],
  ['_', /DEMO 1×/],
  ['p', /DEMO PAUSED/],
  ['g', /Go to: _/],
  ['escape', /Quit/],
  ['{', /03:00:0\d/],
  ['}', /03:05:0\d/],
  ['S-left', /03:00:0\d/],
  ['S-right', /03:05:0\d/],
  ['left', /03:04:5\d/],
  ['right', /03:05:0\d/],
  ['[', /03:0[45]:\d\d/],
  [',', /03:0[45]:\d\d/],
  [']', /03:0[45]:\d\d/],
  ['.', /03:0[45]:\d\d/],
  ['S-n', /\d (critical|warn|watch)/],
  ['n', /\d (critical|warn|watch)/],
  ['S-l', /↻/],
  ['S-r', /a replay is recorded already/],
  ['z', /−30 s/],
  ['j', /▸ +\d+ /],
  ['down', /▸ +2\d+ /],
  ['k', /▸ +\d+ /],
  ['up', /▸ +\d+ /],
  ['end', /▸ +2210 /],
  ['home', /▸ +\d+ /],
  ['S-g', /▸ +2210 /],
  ['pageup', /▸ +[94]\d+ /],
  ['pagedown', /▸ +2210 /],
  ['C-b', /▸ +[94]\d+ /],
  ['C-f', /▸ +2210 /],
  ['C-u', /▸ +[94]\d+ /],
  ['C-d', /▸ +2210 /],
  ['S-f', /the cursor (stays|follows)/],
  ['s', /─ Sort by/],
  ['escape', NO_SHEET],
  ['f6', /─ Sort by/],
  ['escape', NO_SHEET],
  ['S-m', /sorted by vram/],
  ['S-p', /sorted by cpu/],
  ['r', /sorted by cpu, reversed/],
  ['S-i', /sorted by cpu ─/],
  ['t', /tree, sorted/],
  ['t', /─ sorted by cpu/],
  ['/', /Filter: _/],
  ['escape', /Quit/],
  ['f', /Filter: _/],
  ['escape', /Quit/],
  ['f3', /Filter: _/],
  ['escape', /Quit/],
  ['f4', /Filter: _/],
  ['escape', /Quit/],
  ['\\', /Filter: _/],
  ['escape', /Quit/],
  ['u', /Filter: user:_/],
  ['escape', /Quit/],
  ['>', /Quit/],
  ['<', /Quit/],
  ['S-k', /a replay has no processes to signal/],
  ['f9', /a replay has no processes to signal/],
  ['c', /copied|no command to copy/],
  ['tab', /History/],
  ['enter', /TYPE.*COMMAND/],
  ['enter', /Where the bytes are/],
  ['escape', /TYPE.*COMMAND/],
  ['escape', /GPUs {2}2/],
  ['S-tab', /Workloads/],
  ['2', /History/],
  ['3', /Warnings/],
  ['4', /Host memory by process/],
  ['1', /Workloads/],
  ['?', /open and close the help/],
  ['?', /Workloads/],
  ['h', /open and close the help/],
  ['h', /Workloads/],
  ['f1', /open and close the help/],
  ['f1', /Workloads/],
  ['f2', /─ Setup/],
  ['escape', NO_SHEET],
  ['o', /─ Setup/],
  ['escape', NO_SHEET],
  ['f12', /config\.toml/],
  ['S-w', /config\.toml/],
  ['C-l', /Workloads/],
  ['C-r', /Workloads/],
  ['f5', /Workloads/],
]

/** Those that end the program or send it away are tried elsewhere, and by the test below. */
const LEAVING = ['q', 'f10', 'C-c', 'C-z']

test('every key of the key table does what the table says', { timeout: 180_000 }, async () => {
  // F12 writes there
  const variables = { TZ: 'UTC', XDG_CONFIG_HOME: temporaryFolder() }
  const pty = (running = startInPty(['demo'], { columns: 120, rows: 40, variables }))
  const text = (): string => pty.screen().join('\n')
  await expect.poll(text, WAIT).toContain('DEMO 1×')
  await expect.poll(text, { ...WAIT, timeout: 60_000 }).not.toContain('reading')
  for (const [key, shows] of REPLAYED) {
    pty.type(typedAs(key))
    await expect.poll(text, { ...WAIT, message: `after ${key}` }).toMatch(shows)
  }
  const tried = new Set([...REPLAYED.map(([key]) => key), ...LEAVING])
  expect(BINDINGS.flatMap(({ keys }) => keys).filter((key) => !tried.has(key))).toEqual([])
})

test.each(['q', 'f10', 'C-c'])('%s quits', { timeout: 60_000 }, async (key) => {
  const pty = (running = startInPty(['demo'], { columns: 120, rows: 40 }))
  await expect.poll(() => pty.screen().join('\n'), WAIT).toContain('DEMO 1×')
  pty.type(typedAs(key))
  expect(await pty.exited).toEqual({ exitCode: 0 })
})

function typedAs(key: string): string {
  const control = /^C-(.)$/.exec(key)?.[1]
  if (control !== undefined) return String.fromCharCode(control.toUpperCase().charCodeAt(0) - 64)
  return SEQUENCES[key] ?? key.replace(/^S-(.)$/, (_, letter: string) => letter.toUpperCase())
}
