import { randomBytes } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { constants, gunzipSync } from 'node:zlib'
import { execa } from 'execa'
import { describe, expect, onTestFinished, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { fakeNvidiaSmi } from '../../support/fake-nvidia-smi.ts'
import { llmtop, PROGRAM } from '../../support/llmtop.ts'
import { nvidiaSmiXml } from '../../support/nvidia-smi-xml.ts'
import { recorded, samplesOf } from '../../support/recorded.ts'
import { titled } from '../../support/skipped.ts'
import { NO_SMALL_DISK, smallDisk } from '../../support/small-disk.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

/** Each takes about a KiB of a recording, since nothing of its name stood in the one before. */
const BULKY = Array.from({ length: 100 }, () =>
  nvidiaSmiXml({ gpus: [{ name: randomBytes(1000).toString('hex') }] }),
)

describe.skipIf(NO_SMALL_DISK !== undefined)(titled('a disk that is full', NO_SMALL_DISK), () => {
  test('is said, costs what came meanwhile and nothing else, and recording goes on when there is room', async () => {
    const tools = temporaryFolder()
    fakeNvidiaSmi(tools, { documents: BULKY })
    const disk = smallDisk(16)
    const path = join(disk.folder, 'a.ndjson.gz')
    const running = execa(process.execPath, [PROGRAM, 'record', '-o', path, '--interval', '500ms'], {
      env: { PATH: tools },
      reject: false,
      stdin: 'ignore',
    })
    onTestFinished(() => {
      running.kill('SIGKILL')
    })
    let said = ''
    running.stderr.on('data', (text: Buffer) => (said += text.toString()))
    await eventually(() => said.includes('there is no space left; make some'), 'it was full')
    const before = linesIn(path)
    disk.resize(1024)
    await eventually(() => said.includes(`recording to '${path}' goes on`), 'it went on')
    running.kill('SIGINT')
    const { exitCode, stderr } = await running
    expect(exitCode).toBe(130)
    const lines = recorded(path)
    const samples = samplesOf(lines)
    expect(lines.map(({ kind }) => kind)).toEqual(['header', ...samples.map(() => 'sample')])
    expect(linesIn(path).slice(0, before.length)).toEqual(before)
    expect(stderr).toMatch(
      new RegExp(`\\nllmtop: ${samples.length} samples of .*; \\d+ samples were lost\\n`),
    )
  }, 120_000)

  test('leaves nothing of a log that is converted to it', async () => {
    const disk = smallDisk(8)
    const out = join(disk.folder, 'a.ndjson')
    const demo = join(import.meta.dirname, '../../../fixtures/demo/recording.ndjson.gz')
    expect(await llmtop(['convert', demo, out])).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: `llmtop: nothing is recorded to '${out}': there is no space left; make some`,
    })
    expect(() => statSync(out)).toThrow('ENOENT')
  }, 120_000)
})

/** What of a file can be read while it is being written. */
function linesIn(path: string): readonly string[] {
  const text = gunzipSync(readFileSync(path), { finishFlush: constants.Z_SYNC_FLUSH }).toString()
  return text.split('\n').slice(0, -1)
}
