import { lstatSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { fixturePath } from '../support/fixtures.ts'
import { llmtop, type Ended } from '../support/llmtop.ts'
import { recorded, samplesOf } from '../support/recorded.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

// several starts of the program one after the other, each of which takes its time on a busy machine
vi.setConfig({ testTimeout: 60_000 })

const DEMO = fixturePath('demo/recording.ndjson.gz')
const LOG = fixturePath('replay/powershell-log/log.xml')

interface Shown {
  readonly exitCode: number | undefined
  /** Without what they say of the file. */
  readonly frames: string
}

async function replayOf(path: string): Promise<Shown> {
  const judged = ['replay', path, '--speed', 'max', '--json', '--fail-on', 'critical']
  const { exitCode, stdout } = await llmtop(judged)
  return { exitCode, frames: stdout.replace(/"source":\{[^}]*\},/g, '') }
}

/** Played once for all who ask. */
const wholeDemo = replayOf(DEMO)

function outcomesIn(path: string): unknown {
  return recorded(path).filter(({ kind }) => kind === 'outcome')
}

/** Of a frame what does not take time to be judged. */
function whatIsSeen(line: string): unknown {
  const { host, takenAt, sequence, gpus, workloads } = JSON.parse(line) as Record<string, unknown>
  const facts = (workloads as readonly Record<string, unknown>[]).map(({ id, command, model, config }) => ({
    ...{ id, command, model, config },
  }))
  const cards = (gpus as readonly Record<string, unknown>[]).map(({ uuid, memory }) => ({ uuid, memory }))
  return { host, takenAt, sequence, cards, facts }
}

/** How a conversion ends. */
function written(samples: number, out: string): Ended {
  const size = expect.stringMatching(
    new RegExp(`^llmtop: ${samples} samples in '${out}', \\d[\\d.]* [KM]iB$`),
  ) as string
  return { exitCode: 0, stdout: '', stderr: size }
}

describe('llmtop convert', () => {
  test('of a recording, and of what that gave, replays the same, and keeps what really happened', async () => {
    const folder = temporaryFolder()
    const [packed, plain] = [join(folder, 'a.ndjson.gz'), join(folder, 'a.ndjson')]
    for (const [from, out] of [
      [DEMO, packed],
      [packed, plain],
    ] as const) {
      expect(await llmtop(['convert', from, out])).toEqual(written(301, out))
      expect(outcomesIn(out)).toEqual(outcomesIn(DEMO))
      expect(statSync(out).mode & 0o777).toBe(0o600)
      expect(readFileSync(out)[0] === 0x1f).toBe(out === packed)
    }
    expect(outcomesIn(DEMO)).not.toEqual([])
    expect(await replayOf(plain)).toEqual(await wholeDemo)
  })

  test('of a log of nvidia-smi gives a recording that replays the same', async () => {
    const out = join(temporaryFolder(), 'a.ndjson.gz')
    expect(await llmtop(['convert', LOG, out])).toEqual(written(3, out))
    expect(await replayOf(out)).toEqual(await replayOf(LOG))
  })

  test('of a CSV log without header and times takes them from the options', async () => {
    const folder = temporaryFolder()
    const [log, out] = [join(folder, 'gpu.csv'), join(folder, 'a.ndjson')]
    writeFileSync(log, '0, 900, 8192\n1, 100, 8192\n0, 950, 8192\n1, 100, 8192\n')
    const stated = ['--start', '2026-11-21T02:10', '--interval', '5s']
    const named = ['--columns', 'index,memory.used,memory.total']
    expect((await llmtop(['convert', log, out])).stderr).toMatch(/name its columns with --columns\)/)
    const { exitCode } = await llmtop(['convert', ...stated, ...named, log, out])
    expect(exitCode).toBe(0)
    const { stdout } = await llmtop(['replay', out, '--speed', 'max', '--json'])
    const frames = stdout.split('\n').map((line) => JSON.parse(line) as unknown)
    expect(frames).toMatchObject([
      { takenAt: '2026-11-21T02:10:00.000Z', intervalMs: 5000, gpus: [{ index: 0 }, { index: 1 }] },
      { takenAt: '2026-11-21T02:10:05.000Z', gpus: [{ memory: { usedBytes: 950 * 2 ** 20 } }, {}] },
    ])
    expect((await llmtop(['convert', '--columns', 'a,b', log, out])).exitCode).toBe(2)
  })

  test.each(['a.ndjson', 'a.ndjson.gz'])(
    'of a part (to %s) has its samples, its outcomes, and what still stood of the time before',
    async (name) => {
      const out = join(temporaryFolder(), name)
      expect(await llmtop(['convert', '--from', '7m', '--to', '9m30s', DEMO, out])).toEqual(written(76, out))
      expect(outcomesIn(out)).toEqual(outcomesIn(DEMO))
      const { exitCode, frames } = await replayOf(out)
      const whole = (await wholeDemo).frames.split('\n').slice(210, 286).map(whatIsSeen)
      expect(frames.split('\n').map(whatIsSeen)).toEqual(whole)
      expect(exitCode).toBe(3)
    },
  )

  test('of a part that is not there, or holds nothing, writes nothing', async () => {
    const folder = temporaryFolder()
    const out = join(folder, 'a.ndjson.gz')
    const part = async (log: string, from: string, to: string): Promise<string> =>
      (await llmtop(['convert', '--from', from, '--to', to, log, out], { TZ: 'UTC' })).stderr
    expect(await part(DEMO, '04:00', '04:10')).toMatch(/^llmtop: the log has no such time; it goes from /)
    expect(await part(DEMO, '5m', '1m')).toBe('llmtop: --to lies before --from')
    const holed = fixturePath('replay/two-runs-torn/recording.ndjson')
    expect(await part(holed, '10m', '20m')).toBe(
      `llmtop: nothing is recorded to '${out}': there is no sample in that part of the log`,
    )
    expect(readdirSync(folder)).toEqual([])
  })

  test('never writes over anything without --force, and through no link even then', async () => {
    const folder = temporaryFolder()
    const [thesis, link] = [join(folder, 'thesis'), join(folder, 'a.ndjson')]
    writeFileSync(thesis, 'text')
    symlinkSync(thesis, link)
    for (const out of [thesis, link]) {
      expect(await llmtop(['convert', LOG, out])).toEqual({
        exitCode: 1,
        stdout: '',
        stderr: `llmtop: nothing is recorded to '${out}': it exists; --force writes over it`,
      })
    }
    expect((await llmtop(['convert', '--force', LOG, link])).exitCode).toBe(0)
    expect(readFileSync(thesis, 'utf8')).toBe('text')
    expect(lstatSync(link).isFile()).toBe(true)
    expect(readdirSync(folder).sort()).toEqual(['a.ndjson', 'thesis'])
  })

  test.each([
    ['nothing to read', ['/no/such.xml'], /there is no such file/],
    ['nothing that is a log', [import.meta.filename], /it is neither a recording nor/],
  ])('with %s writes nothing', async (_, from, sentence) => {
    const folder = temporaryFolder()
    const { exitCode, stderr } = await llmtop(['convert', ...from, join(folder, 'a.ndjson.gz')])
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(sentence)
    expect(readdirSync(folder)).toEqual([])
  })

  test('without a place to write to is wrong usage', async () => {
    const { exitCode, stderr } = await llmtop(['convert', LOG])
    expect([exitCode, stderr]).toEqual([2, 'error: name the log, and behind it the recording to write'])
  })

  test('--anonymize leaves the samples, and says so in the header', async () => {
    const out = join(temporaryFolder(), 'a.ndjson')
    await llmtop(['convert', '--anonymize', DEMO, out])
    const text = readFileSync(out, 'utf8')
    expect(JSON.parse(text.split('\n')[0] ?? '')).toMatchObject({ host: 'host1', anonymized: true })
    expect(samplesOf(recorded(out))).toHaveLength(301)
    expect(text).not.toMatch(/alice|"demo"/)
  })
})
