import { readFileSync, writeFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { fixturePath } from '../support/fixtures.ts'
import { llmtop, shell } from '../support/llmtop.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const DEMO = fixturePath('demo/recording.ndjson.gz')
const TORN = fixturePath('replay/two-runs-torn/recording.ndjson')

const DEMO_LINES = gunzipSync(readFileSync(DEMO)).toString('utf8').split('\n')

function lines(text: string): readonly unknown[] {
  return text.split('\n').map((line) => JSON.parse(line) as unknown)
}

/** All of it, played once for all who ask. */
const whole = llmtop(['replay', DEMO, '--speed', 'max', '--json'])

describe('llmtop replay', () => {
  test('of the demo gives a frame for each of its samples, each line whole', async () => {
    const { exitCode, stdout, stderr } = await whole
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
      `llmtop: the end of '${TORN}' is torn: line 8 is not a JSON object; what stands before it was read`,
    )
  })

  test('because lines are damaged shows the rest, says what was lost and when, and is no failure', async () => {
    const path = `${temporaryFolder()}/a.ndjson`
    const [header, first, second, third, ...rest] = DEMO_LINES.slice(0, 21)
    writeFileSync(path, [header, first, '?', third, ...rest].join('\n'))
    const { exitCode, stdout, stderr } = await llmtop(['replay', path, '--speed', 'max', '--json'])
    expect([exitCode, lines(stdout).length, second?.startsWith('{"sequence":1,')]).toEqual([0, 19, true])
    expect(lines(stdout)[1]).toMatchObject({ faults: [{ kind: 'samples-lost' }] })
    expect(stderr).toBe(
      `llmtop: '${path}' is damaged (line 3 is not a JSON object): 1 sample between 2026-11-21T03:00:00Z and 2026-11-21T03:00:04Z can't be read; the rest was read`,
    )
  })
})

describe('a part of a log', () => {
  const part = (...options: readonly string[]) =>
    llmtop(['replay', DEMO, '--speed', 'max', '--json', ...options], { TZ: 'UTC' })

  test('is judged as if all of it had been shown', async () => {
    const frames = (await whole).stdout.split('\n')
    for (const [options, from, to] of [
      [['--from', '03:05', '--to', '+6m'], 150, 181],
      [['--from', '50%', '--to', '2026-11-21T03:06'], 150, 181],
      [['--from', '9m'], 270, 301],
    ] as const)
      expect((await part(...options)).stdout.split('\n')).toEqual(frames.slice(from, to))
  })

  test('is thinned out only where it is printed', async () => {
    const frames = (await whole).stdout.split('\n')
    const { stdout, exitCode } = await part('--every', '1m', '--fail-on', 'critical')
    expect(stdout.split('\n')).toEqual(frames.filter((_, at) => at % 30 === 0))
    expect(exitCode).toBe(3)
  })

  test('that is not there is told so', async () => {
    expect(await part('--from', '04:00')).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'llmtop: the log has no such time; it goes from 2026-11-21T03:00:00Z to 2026-11-21T03:10:00Z',
    })
    expect((await part('--from', '5m', '--to', '1m')).stderr).toBe('llmtop: --to lies before --from')
  })

  test.each(['noon', '25:00', '120%', '-5m'])('can not begin at %s', async (place) => {
    const { exitCode, stderr } = await part('--from', place)
    expect([exitCode, stderr.includes("give a time such as '02:10'")]).toEqual([2, true])
  })

  test('begins again only on a screen', async () => {
    expect((await part('--loop')).exitCode).toBe(2)
  })
})

test('several files are played as one', async () => {
  const folder = temporaryFolder()
  const [header, ...rest] = DEMO_LINES.slice(0, 41)
  writeFileSync(`${folder}/b.ndjson`, [header, ...rest.slice(20)].join('\n'))
  writeFileSync(`${folder}/a.ndjson`, [header, ...rest.slice(0, 20), ''].join('\n'))
  const { stdout, stderr } = await llmtop([
    'replay',
    `${folder}/b.ndjson`,
    `${folder}/a.ndjson`,
    '--speed',
    'max',
    '--json',
  ])
  expect([lines(stdout).length, stderr]).toEqual([40, ''])
  expect(lines(stdout)[20]).toMatchObject({ sequence: 20, takenAt: '2026-11-21T03:00:40.000Z' })
})
