import { execa } from 'execa'
import { describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { fakeNvidiaSmi, isAlive, type FakeNvidiaSmi } from '../support/fake-nvidia-smi.ts'
import { PROGRAM, shell } from '../support/llmtop.ts'
import { nvidiaSmiXml } from '../support/nvidia-smi-xml.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

function fake(folder: string): FakeNvidiaSmi {
  return fakeNvidiaSmi(folder, { documents: [nvidiaSmiXml({ gpus: [{ usedMiB: 1000 }] })] })
}

function allGone(nvidiaSmi: FakeNvidiaSmi): Promise<void> {
  return eventually(() => nvidiaSmi.runs().every(({ pid }) => !isAlive(pid)), 'every nvidia-smi was gone')
}

describe('llmtop, watching this machine', () => {
  test('into a reader that has had enough ends quietly, and leaves no nvidia-smi behind', async () => {
    const folder = temporaryFolder()
    const nvidiaSmi = fake(folder)
    const { stdout, stderr } = await shell(
      'llmtop --json --interval 500ms | grep -m1 GPU-; echo "${PIPESTATUS[0]}"',
      folder,
    )
    const [line = '', exitCode] = stdout.split('\n')
    expect([exitCode, stderr]).toEqual(['0', ''])
    expect(JSON.parse(line)).toMatchObject({ source: { kind: 'local' } })
    expect(nvidiaSmi.runs().length).toBeGreaterThan(0)
    await allGone(nvidiaSmi)
  })

  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGHUP', 129],
  ] as const)('ends on %s with %d, and leaves no nvidia-smi behind', async (signal, code) => {
    const folder = temporaryFolder()
    const nvidiaSmi = fake(folder)
    const running = execa(process.execPath, [PROGRAM, '--json', '--interval', '500ms'], {
      env: { PATH: folder },
      reject: false,
      stdin: 'ignore',
    })
    running.stdout.once('data', () => running.kill(signal))
    const { exitCode, stdout, stderr } = await running
    expect([exitCode, stderr]).toEqual([code, ''])
    // what was written is whole
    for (const line of stdout.split('\n')) expect(JSON.parse(line)).toHaveProperty('schema')
    await allGone(nvidiaSmi)
  })

  test('on a node without nvidia-smi shows the host and the fault, and goes on', async () => {
    const { stdout } = await shell('llmtop --interval 500ms 2>/dev/null | head -60')
    expect(stdout.match(/^fault: 'nvidia-smi' is not on the PATH/gm)?.length).toBeGreaterThan(1)
    expect(stdout).toMatch(/RAM/)
  })
})
