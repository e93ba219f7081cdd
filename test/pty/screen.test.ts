import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { fakeNvidiaSmi, isAlive, type FakeNvidiaSmi, type FakeScenario } from '../support/fake-nvidia-smi.ts'
import { nvidiaSmiXml } from '../support/nvidia-smi-xml.ts'
import { ptyOfTest } from '../support/pty-of-test.ts'
import type { Pty } from '../support/pty.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

// The built program as its users run it: a real process in a real pseudo-terminal, nvidia-smi a real child.

const DEMO = ['demo', '--speed', '64']
const TWO_CARDS: FakeScenario = {
  documents: [
    nvidiaSmiXml({
      gpus: [{ processes: [{ pid: 999_999, name: '/opt/llama/llama-server', usedMiB: 40_960 }] }, {}],
    }),
  ],
}
const WAIT = { timeout: 10_000, interval: 50 }

describe('a live screen', () => {
  test(
    'shows the cards of this machine and leaves everything as it was on q',
    { timeout: 20_000 },
    async () => {
      const { pty, smi } = await watching()
      await expect.poll(() => pty.screen().join('\n'), WAIT).toMatch(/40\.0\s*\/\s*79\.1/)
      expect(pty.screen()[0]).toContain('LIVE')

      pty.type('q')
      expect(await pty.exited).toEqual({ exitCode: 0 })
      expectRestored(pty)
      await expect.poll(() => smi.runs().filter(({ pid }) => isAlive(pid)), WAIT).toEqual([])
    },
  )

  test(
    'records from R to R, and says so at once, not with the next sample',
    { timeout: 20_000 },
    async () => {
      const { pty, folder } = await watching('60s')
      await expect.poll(() => pty.screen().join('\n'), WAIT).toMatch(/40\.0\s*\/\s*79\.1/)
      pty.type('R')
      await expect.poll(() => pty.screen()[0], WAIT).toContain('◉ REC')
      pty.type('R')
      await expect.poll(() => pty.screen()[0], WAIT).not.toContain('REC')
      pty.type('q')
      expect(await pty.exited).toEqual({ exitCode: 0 })
      expect(readdirSync(folder).filter((name) => name.endsWith('.ndjson.gz'))).toHaveLength(1)
    },
  )

  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGHUP', 129],
  ])(
    'is restored on %s while nvidia-smi runs, which ends too',
    { timeout: 20_000 },
    async (signal, exitCode) => {
      const { pty, smi } = await watching()
      await expect.poll(() => pty.onAlternateScreen(), WAIT).toBe(true)
      await expect.poll(() => smi.runs().length, WAIT).toBeGreaterThan(0)

      pty.kill(signal)
      expect(await pty.exited).toEqual({ exitCode })
      expectRestored(pty)
      await expect.poll(() => smi.runs().filter(({ pid }) => isAlive(pid)), WAIT).toEqual([])
    },
  )

  test(
    'shows the host and says what is wrong where there is no nvidia-smi',
    { timeout: 20_000 },
    async () => {
      const pty = ptyOfTest([], { variables: { PATH: temporaryFolder() } })
      await expect.poll(() => pty.screen().join('\n'), WAIT).toContain('no nvidia-smi')
      expect(pty.screen().join('\n')).toContain('RAM')
    },
  )
})

describe('a replayed screen', () => {
  test('follows the size of its terminal', { timeout: 20_000 }, async () => {
    const pty = ptyOfTest(DEMO)
    await expect.poll(() => pty.screen()[0], WAIT).toContain('DEMO')
    for (const [columns, rows] of [
      [200, 60],
      [30, 6],
      [1, 1],
      [120, 40],
    ] as const) {
      pty.resize(columns, rows)
      await expect.poll(() => lastDrawnRow(pty), WAIT).toBeLessThan(rows)
    }
    await expect.poll(() => pty.screen()[39] ?? '', WAIT).toContain('Quit')
  })

  test(
    'stands still on p, goes on one sample on ], and shows its keys on ?',
    { timeout: 20_000 },
    async () => {
      const pty = ptyOfTest(['demo', '--speed', '8'], { columns: 120, rows: 40 })
      await expect.poll(() => pty.screen()[0], WAIT).toMatch(/DEMO 8×/)
      pty.type('p')
      await expect.poll(() => pty.screen()[0], WAIT).toContain('PAUSED')
      const before = clockOf(pty)
      pty.type(']')
      await expect.poll(() => clockOf(pty), WAIT).not.toBe(before)
      pty.type('?')
      await expect.poll(() => pty.screen().join('\n'), WAIT).toMatch(/Home/)
      expect(pty.screen().join('\n')).not.toContain('Workloads')
      pty.type('\u001b')
      await expect.poll(() => pty.screen().join('\n'), WAIT).toContain('Workloads')
    },
  )

  test.each(['tmux-256color', 'xterm-kitty', 'vt100', 'screen'])(
    'has its colours and borders under TERM=%s',
    { timeout: 20_000 },
    async (TERM) => {
      const pty = ptyOfTest(DEMO, { columns: 120, rows: 40, variables: { TERM } })
      await expect.poll(() => pty.screen().join('\n'), WAIT).toContain('╭─')
      expect(pty.written()).toContain('\u001b[38;5;')
      expect(pty.written()).not.toContain('Error on')
    },
  )

  test('has no colour at all under NO_COLOR', { timeout: 20_000 }, async () => {
    const pty = ptyOfTest(DEMO, { variables: { NO_COLOR: '1' } })
    await expect.poll(() => pty.screen()[0], WAIT).toContain('DEMO')
    expect(pty.written()).not.toMatch(/\u001b\[[\d;]*(3[0-7]|38;5;\d+)m/)
  })

  test('is all ASCII under LANG=C, unless asked otherwise', { timeout: 20_000 }, async () => {
    const plain = ptyOfTest(DEMO, { variables: { LANG: 'C' } })
    await expect.poll(() => plain.screen()[0], WAIT).toContain('DEMO')
    expect(plain.screen().join('')).toMatch(/^[ -~]*$/)

    const asked = ptyOfTest([...DEMO, '--no-ascii'], { variables: { LANG: 'C' } })
    await expect.poll(() => asked.screen().join('\n'), WAIT).toContain('╭─')
  })

  test('is text on a dumb terminal, and says so', { timeout: 20_000 }, async () => {
    const pty = ptyOfTest(['demo', '--speed', 'max'], { variables: { TERM: 'dumb' } })
    expect(await pty.exited).toEqual({ exitCode: 0 })
    expect(pty.written()).toContain('frames are printed as text')
    expect(pty.written()).not.toContain('\u001b')
  })
})

test(
  'a bug of ours gives the terminal back first, and then says what broke',
  { timeout: 20_000 },
  async () => {
    const pty = ptyOfTest([], { script: 'crashing-screen.ts', columns: 120 })
    await expect.poll(() => pty.screen().join('\n'), WAIT).toContain('GPU 1')
    expect(await pty.exited).toEqual({ exitCode: 1 })
    expectRestored(pty)
    const report = pty.screen().join('\n')
    expect(report).toContain('llmtop 0.0.0 has a bug and had to stop: a bug of ours')
    expect(report).toContain('because: and its cause')
  },
)

async function watching(interval = '500ms'): Promise<{ pty: Pty; smi: FakeNvidiaSmi; folder: string }> {
  const folder = temporaryFolder()
  const smi = fakeNvidiaSmi(folder, TWO_CARDS)
  const pty = ptyOfTest(['--interval', interval], {
    columns: 120,
    rows: 40,
    folder,
    variables: { PATH: `${folder}:/usr/bin:/bin` },
  })
  await expect.poll(() => pty.screen()[0], WAIT).toContain('llmtop')
  return { pty, smi, folder }
}

function expectRestored(pty: Pty): void {
  expect(pty.onAlternateScreen()).toBe(false)
  // the last word on the cursor is to show it
  expect(pty.written().lastIndexOf('\u001b[?25h')).toBeGreaterThan(pty.written().lastIndexOf('\u001b[?25l'))
}

function lastDrawnRow(pty: Pty): number {
  return pty.screen().findLastIndex((line) => line !== '')
}

function clockOf(pty: Pty): string {
  return pty.screen()[0]?.trim().split(/\s+/).at(-1) ?? ''
}
