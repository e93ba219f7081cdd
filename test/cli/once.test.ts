import { describe, expect, test } from 'vitest'
import { fakeNvidiaSmi } from '../support/fake-nvidia-smi.ts'
import { llmtop, shell } from '../support/llmtop.ts'
import { nvidiaSmiXml } from '../support/nvidia-smi-xml.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

interface OnceFrame {
  readonly gpus: readonly { readonly name: string; readonly memory: { readonly usedBytes: number } }[]
  readonly workloads: readonly unknown[]
  readonly faults: readonly { readonly kind: string; readonly message: string }[]
}

function frameIn(stdout: string): OnceFrame {
  return JSON.parse(stdout) as OnceFrame
}

describe('llmtop once', () => {
  const documents = [nvidiaSmiXml({ gpus: [{ usedMiB: 1000 }, { usedMiB: 2000 }] })]

  test('prints the present frame as one line of JSON', async () => {
    const folder = temporaryFolder()
    fakeNvidiaSmi(folder, { documents })
    const { exitCode, stdout, stderr } = await llmtop(['once', '--json'], { PATH: folder })
    expect([exitCode, stderr]).toEqual([0, ''])
    expect(frameIn(stdout).gpus.map(({ name, memory }) => [name, memory.usedBytes / 1024 ** 2])).toEqual([
      ['NVIDIA H100 80GB HBM3', 1000],
      ['NVIDIA H100 80GB HBM3', 2000],
    ])
  })

  test('prints a table of it for people', async () => {
    const folder = temporaryFolder()
    fakeNvidiaSmi(folder, { documents })
    const { exitCode, stdout } = await llmtop(['once'], { PATH: folder })
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/H100 80GB HBM3/)
    expect(stdout.split('\n').filter((line) => line.length > 120)).toEqual([])
  })

  test('without nvidia-smi says so in the frame, and ends with 1 unless an engine runs in RAM', async () => {
    const { exitCode, stdout, stderr } = await llmtop(['once', '--json'])
    const { gpus, workloads, faults } = frameIn(stdout)
    expect([gpus, stderr]).toEqual([[], ''])
    expect(faults).toMatchObject([
      {
        kind: 'command-not-found',
        message: "'nvidia-smi' is not on the PATH; is the NVIDIA driver installed on this machine?",
      },
    ])
    expect(exitCode).toBe(workloads.length === 0 ? 1 : 0)
  })

  test('says that a log that was named is not there, and shows the GPUs all the same', async () => {
    const folder = temporaryFolder()
    fakeNvidiaSmi(folder, { documents, delayMs: 300 })
    const log = `${folder}/server.log`
    const { exitCode, stdout } = await llmtop(['once', '--json', '--engine-log', log], { PATH: folder })
    const { gpus, faults } = frameIn(stdout)
    expect([exitCode, gpus.length]).toEqual([0, 2])
    expect(faults).toMatchObject([{ kind: 'not-found', message: `'${log}' does not exist` }])
  })

  test('shows what nvidia-smi said instead of a document', async () => {
    const folder = temporaryFolder()
    fakeNvidiaSmi(folder, { documents, error: { text: 'No devices were found', exitCode: 6 } })
    const { stdout } = await llmtop(['once', '--json'], { PATH: folder })
    expect(frameIn(stdout).faults).toMatchObject([{ kind: 'driver-trouble' }])
  })

  test('for a reader that is gone ends quietly', async () => {
    expect((await shell('llmtop once --json | true')).stderr).toBe('')
  })
})
