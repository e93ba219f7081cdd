import { lstatSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { fixturePath } from '../support/fixtures.ts'
import { llmtop } from '../support/llmtop.ts'
import { recorded, samplesOf } from '../support/recorded.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

// several starts of the program one after the other, each of which takes its time on a busy machine
vi.setConfig({ testTimeout: 60_000 })

const DEMO = fixturePath('demo/recording.ndjson.gz')
const LOG = fixturePath('replay/powershell-log/log.xml')

async function framesOf(path: string): Promise<string> {
  const { stdout } = await llmtop(['replay', path, '--speed', 'max', '--json'])
  return stdout.replace(/"source":\{[^}]*\},/g, '')
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

describe('llmtop convert', () => {
  test.each([
    ['a recording', DEMO, 'a.ndjson.gz', 301],
    ['a recording', DEMO, 'a.ndjson', 301],
    ['a log of nvidia-smi', LOG, 'a.ndjson.gz', 3],
  ])('of %s (%s) gives %s that replays the same', async (_, from, name, samples) => {
    const out = join(temporaryFolder(), name)
    const { exitCode, stdout, stderr } = await llmtop(['convert', from, out])
    expect([exitCode, stdout]).toEqual([0, ''])
    expect(stderr).toMatch(new RegExp(`^llmtop: ${samples} samples in '${out}', \\d[\\d.]* [KM]iB$`))
    expect(await framesOf(out)).toBe(await framesOf(from))
    expect(statSync(out).mode & 0o777).toBe(0o600)
    expect(readFileSync(out)[0] === 0x1f).toBe(name.endsWith('.gz'))
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

  test('keeps what really happened', async () => {
    const out = join(temporaryFolder(), 'a.ndjson.gz')
    await llmtop(['convert', DEMO, out])
    const outcomes = (path: string): unknown => recorded(path).filter(({ kind }) => kind === 'outcome')
    expect(outcomes(DEMO)).not.toEqual([])
    expect(outcomes(out)).toEqual(outcomes(DEMO))
  })

  test.each(['a.ndjson', 'a.ndjson.gz'])(
    'of a part (to %s) has its samples, its outcomes, and what still stood of the time before',
    async (name) => {
      const out = join(temporaryFolder(), name)
      const cut = await llmtop(['convert', '--from', '7m', '--to', '9m30s', DEMO, out])
      expect([cut.exitCode, cut.stderr]).toEqual([
        0,
        expect.stringMatching(/^llmtop: 76 samples in '.*', \d[\d.]* [KM]iB$/),
      ])
      const outcomes = (path: string): unknown => recorded(path).filter(({ kind }) => kind === 'outcome')
      expect(outcomes(out)).toEqual(outcomes(DEMO))
      const whole = (await framesOf(DEMO)).split('\n').slice(210, 286).map(whatIsSeen)
      expect((await framesOf(out)).split('\n').map(whatIsSeen)).toEqual(whole)
      const judged = ['replay', out, '--speed', 'max', '--json', '--fail-on', 'critical']
      expect((await llmtop(judged)).exitCode).toBe(3)
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
