import { execFileSync } from 'node:child_process'
import { NO_TIMELINE } from '../../../src/model/session.ts'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { describeFault } from '../../../src/core/fault.ts'
import type { SessionState } from '../../../src/model/session.ts'
import { frameJson } from '../../../src/outputs/frame-json.ts'
import { openReplay } from '../../../src/sources/replay/replay.ts'
import type { Source } from '../../../src/sources/source.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import { fixturePath, framesOf, LOGS } from '../../support/fixtures.ts'
import { replayed } from '../../support/replayed.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

async function open(path: string, demo = false): Promise<Source> {
  const opened = await openReplay(path, { clock: fakeClock(), speed: Infinity, demo })
  if (opened.kind === 'fault') throw new Error(describeFault(opened.fault))
  return opened.source
}

const NO_LOG =
  'it is neither a recording nor the output of nvidia-smi -q -x nor a CSV log of nvidia-smi (for one without a header, name its columns with --columns)'

describe('a file that can’t be replayed', () => {
  test.each<[string, (path: string) => void, string]>([
    ['is missing', () => undefined, 'there is no such file'],
    [
      'is a folder',
      (path) => {
        mkdirSync(path)
      },
      'it is a folder',
    ],
    [
      'is a pipe',
      (path) => {
        execFileSync('mkfifo', [path])
      },
      'it is a pipe or a device; save what comes from it as a file first',
    ],
    [
      'is empty',
      (path) => {
        writeFileSync(path, '')
      },
      'it is empty',
    ],
    [
      'is another JSON file',
      (path) => {
        writeFileSync(path, '{\n  "name": "llmtop"\n}\n')
      },
      NO_LOG,
    ],
    [
      'is a picture',
      (path) => {
        writeFileSync(path, Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'))
      },
      NO_LOG,
    ],
    [
      'is no gzip but looks like it',
      (path) => {
        writeFileSync(path, Buffer.from('1f8b07ffffffffffffff', 'hex'))
      },
      'unknown compression method',
    ],
  ])('because it %s is told so in one sentence', async (_, make, because) => {
    const path = join(temporaryFolder(), 'log')
    make(path)
    expect((await replayed(path)).ending).toEqual({ kind: 'unreadable-log', file: path, because })
  })
})

describe('a replay', () => {
  test('says where it stands: how far, how fast, paused, ended', async () => {
    const source = await open(fixturePath('demo/recording.ndjson.gz'), true)
    const states: SessionState[] = [source.state()]
    for await (const sample of source.samples(() => [], new AbortController().signal)) {
      if (sample.sequence === 150) states.push(source.state())
    }
    source.control({ kind: 'pause' })
    states.push(source.state())
    const common = { kind: 'replay', speed: Infinity, demo: true, loop: false, timeline: NO_TIMELINE }
    expect(states).toEqual([
      { ...common, paused: false, ended: false, progressRatio: 0 },
      { ...common, paused: false, ended: false, progressRatio: expect.closeTo(0.5, 1) as number },
      { ...common, paused: true, ended: true, progressRatio: 1 },
    ])
    expect(source.origin).toEqual({ kind: 'replay', label: 'demo' })
  })

  test('lets no control character of a file name through', async () => {
    const path = join(temporaryFolder(), 'no\u001b]0;de\u0007.xml')
    writeFileSync(path, '<nvidia_smi_log></nvidia_smi_log>')
    const source = await open(path)
    expect(source.origin.label.endsWith('/no\ufffd]0;de\ufffd.xml')).toBe(true)
    expect((await replayed(path)).samples[0]?.host).toBe('no\ufffd]0;de\ufffd')
    const gone = (await replayed(`${path}\u001b`)).ending
    expect(gone?.kind === 'unreadable-log' && gone.file.endsWith('.xml\ufffd')).toBe(true)
  })

  test.each(LOGS)('of %s gives the same frames each time, byte for byte', async (name) => {
    const once = (await framesOf(name)).map((frame) => JSON.stringify(frameJson(frame)))
    const again = (await framesOf(name)).map((frame) => JSON.stringify(frameJson(frame)))
    expect(once).toEqual(again)
  })
})
