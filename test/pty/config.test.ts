import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fakeNvidiaSmi } from '../support/fake-nvidia-smi.ts'
import { nvidiaSmiXml } from '../support/nvidia-smi-xml.ts'
import { ptyOfTest } from '../support/pty-of-test.ts'
import type { Pty } from '../support/pty.ts'
import { titled } from '../support/skipped.ts'
import { NO_SSHD, startSshd } from '../support/sshd.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

// What is chosen on a real terminal is there again at the next start.

const WAIT = { timeout: 15_000, interval: 50 }
const SLOW = { timeout: 60_000 }
const F2 = '\u001bOQ'
const F12 = '\u001b[24~'
const DOWN = '\u001b[B'
const RIGHT = '\u001b[C'
const ESCAPE = '\u001b'

test('theme, interval and columns are as they were left', SLOW, async () => {
  const folder = temporaryFolder()
  fakeNvidiaSmi(folder, { documents: [nvidiaSmiXml({ gpus: [{}] })] })
  const variables = { PATH: `${folder}:/usr/bin:/bin` }
  const first = start([], folder, variables)
  await shows(first, 'LIVE')
  first.type(F2)
  await shows(first, /theme +‹? ?.*dark/)
  first.type(RIGHT)
  await shows(first, /theme.*light/)
  first.type(DOWN.repeat(3) + RIGHT)
  await shows(first, /interval.*3\.0 s/)
  first.type(F12)
  await shows(first, 'saved to ~/llmtop/config.toml: interval, theme')
  first.type(ESCAPE)
  // an Escape that is followed at once would be Alt
  await expect.poll(() => first.screen().join('\n'), WAIT).not.toContain('memory in the table')
  first.type('r')
  first.type(F12)
  await shows(first, 'saved to ~/llmtop/config.toml: reverse')
  first.type(F12)
  await shows(first, 'nothing was changed that could be saved to ~/llmtop/config.toml')
  await quit(first)
  expect(settingsIn(folder)).toEqual(['interval = "3s"', 'theme = "light"', 'reverse = true'])

  const second = start([], folder, variables)
  await shows(second, 'LIVE')
  second.type(F2)
  await shows(second, /theme.*light/)
  await shows(second, /interval.*3\.0 s/)
  await quit(second)
})

test.skipIf(NO_SSHD !== undefined)(
  titled('what is set up over ssh is kept on this machine, and nothing is written on the node', NO_SSHD),
  SLOW,
  async () => {
    const [folder, programs] = [temporaryFolder(), temporaryFolder()]
    fakeNvidiaSmi(programs, { documents: [nvidiaSmiXml({ gpus: [{}] })] })
    const node = await startSshd({ pathFolder: programs })
    const attach = () => start(['ssh', '-F', node.configFile, 'node1', 'node2'], folder)
    const first = attach()
    await shows(first, '2 live')
    first.type('\r')
    await shows(first, 'H100')
    first.type(F2 + RIGHT)
    await shows(first, /theme.*light/)
    first.type(DOWN.repeat(3) + RIGHT)
    await shows(first, /interval.*3\.0 s/)
    first.type(F12)
    await shows(first, 'saved to ~/llmtop/config.toml: interval, theme')
    await quit(first)
    expect(settingsIn(folder)).toEqual(['interval = "3s"', 'theme = "light"'])
    expect(readdirSync(join(node.folder, 'home'))).toEqual([])

    const second = attach()
    await shows(second, 'LIVE 3 s')
    second.type(F2)
    await shows(second, /theme.*light/)
    second.type(F12)
    await shows(second, 'nothing was changed that could be saved to ~/llmtop/config.toml')
    await quit(second)
  },
)

test('a replay saves through a symbolic link, and flags of the run are not saved', SLOW, async () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'llmtop'))
  writeFileSync(join(folder, 'dots.toml'), '# mine\ntree = false # flat\n')
  symlinkSync('../dots.toml', join(folder, 'llmtop/config.toml'))
  const pty = start(['demo', '--theme', 'contrast'], folder, { LLMTOP_SORT: 'vram' })
  await shows(pty, 'DEMO')
  pty.type('t')
  pty.type('W')
  await shows(pty, 'saved to ~/llmtop/config.toml: tree')
  await quit(pty)
  expect(readFileSync(join(folder, 'dots.toml'), 'utf8')).toBe('# mine\ntree = true # flat\n')
})

test('what a variable sets anew at the next start is said', SLOW, async () => {
  const folder = temporaryFolder()
  const pty = start(['demo'], folder, { LLMTOP_TREE: 'off' })
  await shows(pty, 'DEMO')
  pty.type('t')
  pty.type(F12)
  await shows(pty, 'saved to ~/llmtop/config.toml: tree; LLMTOP_TREE will still be stronger')
  await quit(pty)
})

test('why nothing could be saved is said, and the screen goes on', SLOW, async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'llmtop'), '')
  const pty = start(['demo'], folder)
  await shows(pty, 'DEMO')
  pty.type('t')
  pty.type(F12)
  await shows(pty, "not saved: a file is in the way of '~/llmtop/config.toml'")
  await quit(pty)
})

test('--mouse asks the terminal for wheel and clicks, and gives them back', SLOW, async () => {
  const pty = start(['demo', '--mouse'], temporaryFolder())
  await shows(pty, 'DEMO')
  await expect.poll(() => pty.written(), WAIT).toContain('\u001b[?1000h\u001b[?1006h')
  await quit(pty)
  expect(pty.written()).toContain('\u001b[?1006l\u001b[?1000l')
})

test('a wrong file is told before the screen is taken', SLOW, async () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'llmtop'))
  writeFileSync(join(folder, 'llmtop/config.toml'), 'theme = "drak"\n')
  const pty = start([], folder)
  expect(await pty.exited).toEqual({ exitCode: 2 })
  // what was written last may come behind the exit
  await expect.poll(() => pty.screen().join('').replace(/ +/g, ' '), WAIT).toContain("did you mean 'dark'?")
  expect(pty.written()).not.toContain('\u001b[?1049h')
})

function start(args: readonly string[], folder: string, more: Readonly<Record<string, string>> = {}): Pty {
  const variables = { HOME: folder, XDG_CONFIG_HOME: folder, ...more }
  return ptyOfTest(args, { columns: 140, rows: 40, variables })
}

async function shows(pty: Pty, text: string | RegExp): Promise<void> {
  const screen = expect.poll(() => pty.screen().join('\n'), WAIT)
  await (typeof text === 'string' ? screen.toContain(text) : screen.toMatch(text))
}

async function quit(pty: Pty): Promise<void> {
  pty.type('q')
  expect(await pty.exited).toEqual({ exitCode: 0 })
}

/** The lines in force of the file that was written. */
function settingsIn(folder: string): readonly string[] {
  return readFileSync(join(folder, 'llmtop/config.toml'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
}
