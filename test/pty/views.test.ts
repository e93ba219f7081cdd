import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { ptyOfTest } from '../support/pty-of-test.ts'
import type { Pty } from '../support/pty.ts'

// The keys of the built program in a real pseudo-terminal: what a terminal in memory cannot show.

const WAIT = { timeout: 10_000, interval: 50 }
const TIME = { timeout: 30_000 }
const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

let victim: ChildProcess | undefined

afterEach(() => {
  victim?.kill('SIGKILL')
})

function text(pty: Pty): string {
  return pty.screen().join('\n')
}

async function typed(pty: Pty, keys: string, expected: string | RegExp): Promise<void> {
  pty.type(keys)
  await expect.poll(() => text(pty), WAIT).toMatch(expected)
}

describe('the demo', () => {
  test('goes from the overview to why and what to do, and back', TIME, async () => {
    const pty = ptyOfTest(['demo', '--speed', '64'], { columns: 120, rows: 40 })
    await expect.poll(() => text(pty), WAIT).toContain('transformers')
    await typed(pty, '/', /Filter:/)
    await typed(pty, 'engine:vllm\r', /filter engine:vllm/)
    await typed(pty, '\r', /Where the bytes are/)
    await typed(pty, '\u001b[6~', /Settings/)
    await typed(pty, '\u001b', /Workloads/)
    for (const [keys, expected] of [
      ['\t', 'History'],
      ['3', 'Warnings'],
      ['4', 'Host memory by process'],
      ['\u001b[Z', 'Warnings'],
      ['\u001bOQ', 'Setup'],
      ['\u001b[C', '← light →'],
      ['\u001b', '^(?![^]*─ Setup)'],
      ['K', 'a replay has no processes to signal'],
      ['?', 'open and close the help'],
      ['\u001bOP', 'Warnings'],
      ['1', 'filter engine:vllm'],
    ] as const)
      await typed(pty, keys, new RegExp(expected))
    expect(pty.onAlternateScreen()).toBe(true)
    pty.type('q')
    expect(await pty.exited).toEqual({ exitCode: 0 })
  })

  test('Ctrl-Z brings the shell back, fg the screen, and q leaves both as they were', TIME, async () => {
    const shell = ptyOfTest(['--norc', '-i'], {
      program: '/bin/bash',
      columns: 100,
      rows: 30,
      variables: { PS1: 'shell> ' },
    })
    await typed(shell, `${process.execPath} ${MAIN} demo --speed 8\r`, /DEMO 8×/)
    shell.type('\u001a')
    await expect.poll(() => shell.onAlternateScreen(), WAIT).toBe(false)
    await expect.poll(() => text(shell), WAIT).toContain('Stopped')
    // the terminal echoes again
    await typed(shell, 'echo back in the shell\r', /\nback in the shell/)
    shell.type('fg\r')
    await expect.poll(() => shell.onAlternateScreen(), WAIT).toBe(true)
    await expect.poll(() => text(shell), WAIT).toContain('DEMO 8×')
    await typed(shell, 'p', /DEMO PAUSED/)
    shell.type('q')
    await expect.poll(() => shell.onAlternateScreen(), WAIT).toBe(false)
    await typed(shell, 'echo "ended with $?"\r', /\nended with 0/)
  })
})

describe('a live screen', () => {
  test('that was stopped from elsewhere and continued hears keys again', TIME, async () => {
    const shell = ptyOfTest(['--norc', '-i'], {
      program: '/bin/bash',
      columns: 100,
      rows: 30,
      variables: { PS1: 'shell> ', PATH: '/usr/bin:/bin' },
    })
    await typed(shell, `${process.execPath} ${MAIN}\r`, /LIVE 2 s/)
    process.kill(Number(readFileSync(`/proc/${shell.pid}/task/${shell.pid}/children`, 'utf8')), 'SIGSTOP')
    await expect.poll(() => text(shell), WAIT).toContain('Stopped')
    shell.type('fg\r')
    await expect.poll(() => text(shell), WAIT).not.toContain('Stopped')
    await typed(shell, '4', /Host memory by process/)
    shell.type('q')
    await expect.poll(() => shell.onAlternateScreen(), WAIT).toBe(false)
    await typed(shell, 'echo "ended with $?"\r', /\nended with 0/)
  })

  test('sends the chosen signal to the process under the cursor, after y', TIME, async () => {
    // more memory than anything else that runs here
    victim = spawn(process.execPath, ['-e', 'Buffer.alloc(1.5e9, 1); setInterval(() => undefined, 1e6)'])
    const { pid = 0 } = victim
    const ended = once(victim, 'exit')
    const pty = ptyOfTest(['--interval', '500ms'], {
      columns: 120,
      rows: 40,
      variables: { PATH: '/usr/bin:/bin' },
    })
    await expect.poll(() => text(pty), { ...WAIT, timeout: 20_000 }).toMatch(new RegExp(`\\n│[▸ ] +${pid} `))
    await typed(pty, `/pid:${pid}\r`, new RegExp(`▸ +${pid} `))
    await typed(pty, 'K', /Send a signal/)
    await typed(pty, '\u001b[C\r', new RegExp(`Send SIGINT to process ${pid}, node`))
    await typed(pty, 'y', /SIGINT was sent/)
    expect(await ended).toEqual([null, 'SIGINT'])
    pty.type('q')
    expect(await pty.exited).toEqual({ exitCode: 0 })
  })
})
