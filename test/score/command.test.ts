import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { llmtop } from '../support/llmtop.ts'
import { recordingLines } from '../support/recording-writer.ts'
import { shapeNamed } from '../support/simulator/index.ts'
import { simulateShape } from '../support/simulator/shape.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const HEAD = 'class             seen recall    lead     p10  true false prec. false/h flaps/h'
const NOTHING = 'all                0/0      –       –       –     0     0     –    0.00    0.00'

describe('llmtop score', () => {
  test('counts a log without outcomes as healthy, and says so', async () => {
    const { stdout, stderr, exitCode } = await llmtop(['score', 'fixtures/replay/powershell-log/log.xml'])
    expect({ stdout, stderr, exitCode }).toEqual({
      stdout: [
        '1 recording, 0.0 h (0.0 h healthy), 0 outcomes',
        'counted as healthy, for want of a line that says what happened: fixtures/replay/powershell-log/log.xml',
        '',
        HEAD,
        NOTHING,
      ].join('\n'),
      stderr: '',
      exitCode: 0,
    })
  })

  test('holds warnings against the outcome lines of a recording', async () => {
    const shape = shapeNamed('fast growth to out of memory')
    const { samples, outcomes } = simulateShape(shape, 1)
    const path = join(temporaryFolder(), 'fast.ndjson')
    writeFileSync(path, recordingLines(samples, outcomes))
    const { stdout, stderr, exitCode } = await llmtop(['score', '--json', path])
    const score: unknown = JSON.parse(stdout)
    expect({ score, stderr, exitCode }).toMatchObject({
      score: {
        schema: 'llmtop.score/1',
        files: 1,
        healthyHours: 0,
        unlabelled: [],
        all: { outcomes: 1, foreseen: 1, falseAlarms: 0 },
        misses: [],
        falseAlarms: [],
      },
      stderr: '',
      exitCode: 0,
    })
  })

  test('scores what it can read, names what it can not, and ends with 1', async () => {
    const log = 'fixtures/replay/powershell-log/log.xml'
    const { stdout, stderr, exitCode } = await llmtop(['score', 'no.ndjson', log, 'fixtures'])
    expect({ lines: stdout.split('\n').length, stderr, exitCode }).toEqual({
      lines: 5,
      stderr: [
        "llmtop: 'no.ndjson' can't be replayed: there is no such file; make a log with 'nvidia-smi -q -x -l 2 > FILE'",
        "llmtop: 'fixtures' can't be replayed: it is a folder; make a log with 'nvidia-smi -q -x -l 2 > FILE'",
      ].join('\n'),
      exitCode: 1,
    })
  })

  test('prints no table where nothing can be read', async () => {
    const path = join(temporaryFolder(), 'header-only.ndjson')
    writeFileSync(path, recordingLines([]))
    const { stdout, stderr, exitCode } = await llmtop(['score', path])
    expect({ stdout, stderr, exitCode }).toEqual({
      stdout: '',
      stderr: `llmtop: '${path}' can't be replayed: there is no whole sample in it; make a log with 'nvidia-smi -q -x -l 2 > FILE'`,
      exitCode: 1,
    })
  })

  test('wants at least one file', async () => {
    const { stderr, exitCode } = await llmtop(['score'])
    expect({ stderr, exitCode }).toEqual({ stderr: "error: missing required argument 'file'", exitCode: 2 })
  })
})
