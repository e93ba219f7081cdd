import { fileURLToPath } from 'node:url'
import { spawn } from '@lydell/node-pty'
import xterm from '@xterm/headless'

/** The built program in a real pseudo-terminal, its output drawn by a real terminal emulator. */
export interface Pty {
  readonly pid: number
  /** The screen as it stands, line by line, without trailing blanks. */
  screen(): readonly string[]
  /** Everything the program has written, control sequences included. */
  written(): string
  /** True while the program draws on the alternate screen, which a terminal takes away again afterwards. */
  onAlternateScreen(): boolean
  type(keys: string): void
  resize(columns: number, rows: number): void
  kill(signal: string): void
  readonly exited: Promise<{ readonly exitCode: number }>
}

export interface PtyOptions {
  readonly columns?: number
  readonly rows?: number
  readonly variables?: Readonly<Record<string, string>>
  /** Where it runs; absent: where the tests do. */
  readonly folder?: string
  /** A script of ours in place of the built program. */
  readonly script?: string
  /** A program in place of Node and what it would run: a shell. */
  readonly program?: string
}

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

export function startInPty(
  args: readonly string[],
  { columns = 80, rows = 24, variables = {}, folder, script, program }: PtyOptions = {},
): Pty {
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true })
  const command = program === undefined ? [...programOf(script), ...args] : [...args]
  const process_ = spawn(program ?? process.execPath, command, {
    cols: columns,
    rows,
    ...(folder === undefined ? {} : { cwd: folder }),
    name: variables['TERM'] ?? 'xterm-256color',
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: process.env['HOME'] ?? '/',
      LANG: 'C.UTF-8',
      // the configuration of whoever runs the tests is none of theirs
      XDG_CONFIG_HOME: '/nonexistent',
      ...variables,
    },
  })
  let written = ''
  process_.onData((data) => {
    written += data
    terminal.write(data)
  })
  const exited = new Promise<{ exitCode: number }>((resolve) => {
    process_.onExit(({ exitCode }) => {
      // when the emulator has drawn what was written last
      terminal.write('', () => {
        resolve({ exitCode })
      })
    })
  })
  return {
    pid: process_.pid,
    screen: () => linesOf(terminal),
    written: () => written,
    onAlternateScreen: () => terminal.buffer.active.type === 'alternate',
    type: (keys) => {
      process_.write(keys)
    },
    resize: (nextColumns, nextRows) => {
      terminal.resize(nextColumns, nextRows)
      process_.resize(nextColumns, nextRows)
    },
    kill: (signal) => {
      process_.kill(signal)
    },
    exited,
  }
}

function programOf(script: string | undefined): readonly string[] {
  return script === undefined ? [MAIN] : ['--import', 'tsx', fileURLToPath(new URL(script, import.meta.url))]
}

function linesOf(terminal: InstanceType<typeof xterm.Terminal>): readonly string[] {
  const { active } = terminal.buffer
  return Array.from(
    { length: terminal.rows },
    (_, row) => active.getLine(active.viewportY + row)?.translateToString(true) ?? '',
  )
}
