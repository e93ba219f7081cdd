import { cpSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { fixturePath } from '../support/fixtures.ts'
import { llmtop, shell } from '../support/llmtop.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const DEMO = fixturePath('demo/recording.ndjson.gz')
const TORN = fixturePath('replay/two-runs-torn/recording.ndjson')

function lines(text: string): readonly unknown[] {
  return text.split('\n').map((line) => JSON.parse(line) as unknown)
}

describe('llmtop replay', () => {
  test('of the demo gives a frame for each of its samples, each line whole', async () => {
    const { exitCode, stdout, stderr } = await llmtop(['replay', DEMO, '--speed', 'max', '--json'])
    expect([exitCode, stderr]).toEqual([0, ''])
    expect(lines(stdout)).toHaveLength(301)
    expect(lines(stdout)[300]).toMatchObject({ schema: 'llmtop.frame/1', sequence: 300, host: 'demo' })
  })

  test('is the same each time, byte for byte', async () => {
    const args = [
      'replay',
      fixturePath('replay/growing-to-oom/recording.ndjson.gz'),
      '--speed',
      'max',
      '--json',
    ]
    expect(await llmtop(args)).toEqual(await llmtop(args))
  })

  test.each([
    ['watch', 3],
    ['warn', 3],
    ['critical', 3],
  ])(
    'with --fail-on %s ends with %d when a risk of this level was raised at any time',
    async (level, code) => {
      const { exitCode } = await llmtop(['replay', DEMO, '--speed', 'max', '--json', '--fail-on', level])
      expect(exitCode).toBe(code)
    },
  )

  test('with --fail-on ends with 0 when none was raised', async () => {
    const quiet = fixturePath('replay/flat-pool/recording.ndjson.gz')
    expect((await llmtop(['replay', quiet, '--speed', 'max', '--json', '--fail-on', 'watch'])).exitCode).toBe(
      0,
    )
  })

  test('into a reader that has had enough ends quietly', async () => {
    expect(
      await shell(`llmtop replay '${DEMO}' --speed max --json | head -1 | wc -l; echo "\${PIPESTATUS[0]}"`),
    ).toEqual({
      exitCode: 0,
      stdout: '1\n0',
      stderr: '',
    })
  })

  test('without a terminal prints text, and says so on stderr', async () => {
    const { exitCode, stdout, stderr } = await llmtop(['replay', DEMO, '--speed', 'max'])
    expect(exitCode).toBe(0)
    expect(stderr).toBe(
      'llmtop: this is no terminal for a screen, so frames are printed as text (--json for programs)',
    )
    expect(stdout.match(/^llmtop {2}demo {2}2026-11-21T03:/gm)).toHaveLength(301)
    expect(stdout).toMatch(/^critical: GPU 1 runs out of memory in /m)
  })
})

describe('a log that can’t be replayed to its end', () => {
  test('because it is not there ends with 1 and one sentence', async () => {
    expect(await llmtop(['replay', '/no/such.xml', '--json'])).toEqual({
      exitCode: 1,
      stdout: '',
      stderr:
        "llmtop: '/no/such.xml' can't be replayed: there is no such file; make a log with 'nvidia-smi -q -x -l 2 > FILE'",
    })
  })

  test('because its end is torn shows what stands before, and is no failure', async () => {
    const { exitCode, stdout, stderr } = await llmtop(['replay', TORN, '--speed', 'max', '--json'])
    expect([exitCode, lines(stdout).length]).toEqual([0, 5])
    expect(stderr).toBe(
      `llmtop: the end of '${TORN}' is torn: line 8 is not a JSON object; what stands before it was shown`,
    )
  })

  test('because a line is damaged shows what stands before, names file and line, and ends with 1', async () => {
    const path = `${temporaryFolder()}/a.ndjson`
    cpSync(TORN, path)
    writeFileSync(path, '\nnot JSON\n{}\n', { flag: 'a' })
    const { exitCode, stdout, stderr } = await llmtop(['replay', path, '--speed', 'max', '--json'])
    expect([exitCode, lines(stdout).length]).toEqual([1, 5])
    expect(stderr).toBe(
      `llmtop: line 8 of '${path}' is not a JSON object; what stands before it was shown, cut the file there to go without this message`,
    )
  })
})
