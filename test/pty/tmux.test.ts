import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { HAS_TMUX, startInTmux, type Tmux } from '../support/tmux.ts'

// The built program in a real tmux, whose terminfo entry (tmux-256color) blessed itself can't read.

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url))
const WAIT = { timeout: 20_000, interval: 100 }
const TIME = { timeout: 60_000 }

function text(tmux: Tmux): string {
  return tmux.screen().join('\n')
}

describe.skipIf(!HAS_TMUX)('within tmux (needs tmux)', () => {
  test(
    'the demo has colours, borders, keys and every size, and leaves the shell as it was',
    TIME,
    async () => {
      const shell = startInTmux("PS1='shell> ' exec sh -i", 120, 40)
      await expect.poll(() => text(shell), WAIT).toMatch(/^shell> *\n/)
      shell.type(`echo TERM is $TERM; '${process.execPath}' '${MAIN}' demo --speed 8`, 'Enter')
      await expect.poll(() => text(shell), WAIT).toContain('DEMO 8×')
      expect(text(shell)).toContain('╭─ GPU 0')
      expect(shell.colored()).toMatch(/\u001b\[[\d;]*38;5;\d+m/)

      shell.type('p')
      await expect.poll(() => text(shell), WAIT).toContain('DEMO PAUSED')
      shell.type('Enter')
      await expect.poll(() => text(shell), WAIT).toContain('Where the bytes are')
      shell.type('Escape')
      await expect.poll(() => text(shell), WAIT).toContain('Workloads')
      shell.type('F2')
      await expect.poll(() => text(shell), WAIT).toContain('Setup')
      shell.type('Escape')
      for (const [columns, rows, seen] of [
        [250, 70, /COMMAND[^]*Quit/],
        [60, 15, /FULL IN[^]*Quit/],
        [40, 10, /^[^\n]+\n+$/],
        [120, 40, /─ Workloads[^]*Quit/],
      ] as const) {
        shell.resize(columns, rows)
        await expect.poll(() => text(shell), WAIT).toMatch(seen)
      }

      shell.type('q')
      await expect
        .poll(() => text(shell), WAIT)
        .toMatch(/^shell> echo[^]+?\nTERM is tmux-256color\nshell> *\n/)
    },
  )

  test('ends without a word when its window is closed', TIME, async () => {
    const folder = temporaryFolder()
    const [said, code] = [join(folder, 'stderr'), join(folder, 'code')]
    const program = `'${process.execPath}' '${MAIN}' demo --speed 8 2>'${said}'`
    const shell = startInTmux(`trap : HUP; ${program}; echo $? >'${code}'`, 80, 24)
    await expect.poll(() => text(shell), WAIT).toContain('DEMO 8×')
    shell.close()
    await expect.poll(() => existsSync(code) && readFileSync(code, 'utf8'), WAIT).toBe('129\n')
    expect(readFileSync(said, 'utf8').replace('Hangup\n', '')).toBe('')
  })
})
