import { execFileSync, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { temporaryFolder } from './temporary-folder.ts'

/** Whether a tmux can be started here. */
export const HAS_TMUX = spawnSync('tmux', ['-V']).status === 0

/** One window of a tmux server of its own, which ends with the test. */
export interface Tmux {
  /** The screen as it stands, line by line. */
  screen(): readonly string[]
  /** The same as one text with its colours as escape sequences. */
  colored(): string
  /** Keys as tmux names them: `Enter`, `F2`, `Escape`, or text. */
  type(...keys: readonly string[]): void
  resize(columns: number, rows: number): void
  /** Takes the terminal away from what runs in it, as closing a window does. */
  close(): void
}

/** Runs a shell command in a window where TERM is tmux-256color. */
export function startInTmux(command: string, columns: number, rows: number): Tmux {
  const socket = join(temporaryFolder(), 'tmux')
  const tmux = (...args: readonly string[]): string =>
    execFileSync('tmux', ['-S', socket, '-f', '/dev/null', ...args], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] ?? '', HOME: '/', LANG: 'C.UTF-8', TERM: 'xterm-256color' },
      // it complains where the server has gone
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  const size = ['-x', columns.toString(), '-y', rows.toString()]
  tmux(
    ...['start-server', ';', 'set-option', '-g', 'default-terminal', 'tmux-256color', ';'],
    ...['set-option', '-g', 'status', 'off', ';', 'new-session', '-d', ...size, command],
  )
  const close = (): void => {
    spawnSync('tmux', ['-S', socket, 'kill-server'])
  }
  onTestFinished(close)
  return {
    screen: () => tmux('capture-pane', '-p').split('\n'),
    colored: () => tmux('capture-pane', '-p', '-e'),
    type: (...keys) => {
      tmux('send-keys', ...keys)
    },
    resize: (nextColumns, nextRows) => {
      tmux('resize-window', '-x', nextColumns.toString(), '-y', nextRows.toString())
    },
    close,
  }
}
