import { describe, expect, test } from 'vitest'
import { fakeNvidiaSmi } from '../support/fake-nvidia-smi.ts'
import { nvidiaSmiXml } from '../support/nvidia-smi-xml.ts'
import { ptyOfTest } from '../support/pty-of-test.ts'
import type { Pty } from '../support/pty.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

// The built program in a real pseudo-terminal: moving in time.

const WAIT = { timeout: 30_000, interval: 50 }
const SIZE = { columns: 120, rows: 40, variables: { TZ: 'UTC' } }

function clockOf(pty: Pty): string {
  return pty.screen()[0]?.trim().split(/\s+/).at(-1) ?? ''
}

function scrubBarOf(pty: Pty): string {
  return pty.screen().at(-2) ?? ''
}

describe('a replay on a screen', { timeout: 120_000 }, () => {
  test('goes wherever the keys take it', async () => {
    const pty = ptyOfTest(['demo'], SIZE)
    await expect.poll(() => pty.screen()[0], WAIT).toContain('DEMO 1×')
    pty.type('p')
    await expect.poll(() => pty.screen()[0], WAIT).toContain('PAUSED')
    // the log is looked through meanwhile, which a picture that stands still says too
    await expect.poll(() => scrubBarOf(pty), WAIT).not.toContain('reading')

    pty.type('g')
    await expect.poll(() => pty.screen().at(-1), WAIT).toContain('Go to: _')
    pty.type('3:05:00\r')
    await expect.poll(() => clockOf(pty), WAIT).toBe('03:05:00')
    expect(scrubBarOf(pty)).toMatch(/^ {2}5:00 ─+/)
    pty.type('\u001b[C')
    await expect.poll(() => clockOf(pty), WAIT).toBe('03:05:10')
    pty.type('\u001b[D\u001b[D')
    await expect.poll(() => clockOf(pty), WAIT).toBe('03:04:50')
    pty.type('[')
    await expect.poll(() => clockOf(pty), WAIT).toBe('03:04:48')
    pty.type(']]')
    await expect.poll(() => clockOf(pty), WAIT).toBe('03:04:52')
    pty.type('g100%\r')
    await expect.poll(() => clockOf(pty), WAIT).toBe('03:10:00')
    pty.type('N')
    await expect.poll(() => pty.screen()[0], WAIT).toMatch(/[1-9] (watch|warn|critical)/)
    pty.type('{')
    await expect.poll(() => scrubBarOf(pty), WAIT).toMatch(/^ {2}[0-4]:/)
    pty.type('q')
    expect(await pty.exited).toEqual({ exitCode: 0 })
  })

  test('says what it can’t go to, and keeps what was typed', async () => {
    const pty = ptyOfTest(['demo'], SIZE)
    await expect.poll(() => pty.screen()[0], WAIT).toContain('DEMO 1×')
    pty.type('gnoon\r')
    await expect.poll(() => pty.screen().at(-1), WAIT).toMatch(/Go to: noon_.*no time/)
    pty.type('\u001b')
    await expect.poll(() => pty.screen().at(-1), WAIT).toContain('Quit')
    pty.type('g12:00\r')
    await expect.poll(() => scrubBarOf(pty), WAIT).toContain('the log has no such time')
  })

  test('stays at its end, from where it can be taken back', async () => {
    const pty = ptyOfTest(['demo', '--speed', 'max'], SIZE)
    await expect.poll(() => pty.screen()[0], WAIT).toContain('DEMO ENDED')
    pty.type('p\u001b[D')
    await expect.poll(() => clockOf(pty), WAIT).toBe('03:09:50')
  })
})

test('a live screen looks back while it goes on, and returns on Esc', { timeout: 120_000 }, async () => {
  const folder = temporaryFolder()
  fakeNvidiaSmi(folder, { documents: [nvidiaSmiXml({ gpus: [{ usedMiB: 4096 }] })] })
  const pty = ptyOfTest(['--interval', '500ms'], { ...SIZE, variables: { PATH: `${folder}:/usr/bin:/bin` } })
  await expect.poll(() => pty.screen()[0], WAIT).toContain('LIVE')
  await expect.poll(() => pty.screen().join('\n'), WAIT).toContain('4.0')
  pty.type('\u001b[D')
  await expect.poll(() => pty.screen()[0], WAIT).toContain('BACK')
  const then = clockOf(pty)
  await new Promise((resolve) => setTimeout(resolve, 1500))
  expect(clockOf(pty)).toBe(then)
  pty.type('\u001b')
  await expect.poll(() => pty.screen()[0], WAIT).toContain('LIVE')
})
