import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { constants, gunzipSync } from 'node:zlib'
import { execa } from 'execa'
import { describe, expect, test, vi } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { fakeNvidiaSmi } from '../support/fake-nvidia-smi.ts'
import { llmtop, PROGRAM, shell } from '../support/llmtop.ts'
import { nvidiaSmiXml } from '../support/nvidia-smi-xml.ts'
import { decoded, recorded, samplesOf } from '../support/recorded.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

// several starts of the program one after the other, each of which takes its time on a busy machine
vi.setConfig({ testTimeout: 60_000 })

/** A folder with an nvidia-smi whose first card fills up. */
function machine(): string {
  const folder = temporaryFolder()
  const documents = Array.from({ length: 30 }, (_, at) =>
    nvidiaSmiXml({ gpus: [{ usedMiB: 1000 + 100 * at }, { usedMiB: 500 }] }),
  )
  fakeNvidiaSmi(folder, { documents })
  return folder
}

function start(args: readonly string[], folder: string) {
  return execa(process.execPath, [PROGRAM, ...args, '--interval', '500ms'], {
    env: { PATH: folder },
    cwd: folder,
    reject: false,
    stdin: 'ignore',
  })
}

/** What of a file can be read while it is being written. */
function linesIn(path: string): readonly string[] {
  if (!existsSync(path)) return []
  const text = gunzipSync(readFileSync(path), { finishFlush: constants.Z_SYNC_FLUSH }).toString()
  return text.split('\n').slice(0, -1)
}

function withoutSource(line: string): unknown {
  const { source, ...frame } = JSON.parse(line) as Record<string, unknown>
  return { ...frame, sourceKind: typeof source }
}

describe('llmtop record', () => {
  test('says what, where and how much at the beginning and at the end, and ends by a signal', async () => {
    const folder = machine()
    const path = join(folder, 'a.ndjson.gz')
    const running = start(['record', '-o', path], folder)
    await eventually(() => linesIn(path).length > 3, 'some samples were recorded')
    running.kill('SIGINT')
    const { exitCode, stdout, stderr } = await running
    const samples = samplesOf(recorded(path))
    expect([exitCode, stdout]).toEqual([130, ''])
    expect(stderr.split('\n').map((line) => line.replaceAll(path, 'FILE'))).toEqual([
      expect.stringMatching(/^llmtop: recording \S+ every 0\.5 s to 'FILE'; Ctrl-C ends it$/),
      expect.stringMatching(
        new RegExp(`^llmtop: ${samples.length} samples of [\\d.]+ s in 'FILE', \\d+ KiB$`),
      ),
      'llmtop: no warnings',
    ])
    expect(samples.length).toBeGreaterThan(2)
  })

  test('names its file by host and time, for its owner alone', async () => {
    const folder = machine()
    const running = start(['record'], folder)
    const names = (): readonly string[] => readdirSync(folder).filter((name) => name.endsWith('.ndjson.gz'))
    await eventually(
      () => names().some((name) => statSync(join(folder, name)).size > 200),
      'a sample was recorded',
    )
    running.kill('SIGTERM')
    expect((await running).exitCode).toBe(143)
    expect(names()).toEqual([expect.stringMatching(/^llmtop-[\w.@-]+-\d{8}-\d{6}\.ndjson\.gz$/)])
    expect(statSync(join(folder, names()[0] ?? '')).mode & 0o777).toBe(0o600)
  })

  test('that is killed loses nothing that it had said, and goes on in the same file', async () => {
    const folder = machine()
    const path = join(folder, 'a.ndjson.gz')
    for (const atLeast of [4, 9, 14]) {
      const running = start(['record', '-o', path], folder)
      await eventually(() => linesIn(path).length >= atLeast, `${atLeast} lines were recorded`)
      const before = linesIn(path)
      running.kill('SIGKILL')
      await running
      expect(linesIn(path).slice(0, before.length)).toEqual(before)
    }
    const lines = decoded(`${linesIn(path).join('\n')}\n`)
    expect(lines.filter(({ kind }) => kind === 'header')).toHaveLength(3)
    expect(lines.filter(({ kind }) => kind !== 'header' && kind !== 'sample')).toEqual([])
    const { stdout, exitCode } = await llmtop(['replay', path, '--speed', 'max', '--json'])
    expect(exitCode).toBe(0)
    expect(stdout.split('\n')).toHaveLength(lines.length - 3)
  })

  test.skipIf(!existsSync('/usr/bin/prlimit'))(
    'says when a file may not grow, goes on running, and records again when it may (needs prlimit)',
    async () => {
      const folder = machine()
      const path = join(folder, 'a.ndjson.gz')
      const running = start(['record', '-o', path], folder)
      let said = ''
      running.stderr.on('data', (text: Buffer) => (said += text.toString()))
      const limitTo = async (bytes: string): Promise<void> => {
        await execa('/usr/bin/prlimit', ['--pid', `${running.pid ?? 0}`, `--fsize=${bytes}:`])
      }
      await eventually(() => linesIn(path).length > 2, 'some samples were recorded')
      await limitTo(`${statSync(path).size + 1}`)
      await eventually(() => said.includes('a file may not be larger here'), 'the limit was met')
      await limitTo('unlimited')
      await eventually(() => said.includes("a.ndjson.gz' goes on"), 'it went on')
      running.kill('SIGINT')
      const { exitCode, stderr } = await running
      expect(exitCode).toBe(130)
      const lines = recorded(path)
      const samples = samplesOf(lines)
      expect(lines.map(({ kind }) => kind)).toEqual(['header', ...samples.map(() => 'sample')])
      const last = samples.at(-1)
      expect(last?.sequence).toBeGreaterThan(samples.length)
      expect(stderr).toMatch(new RegExp(`\\n\\S+ ${samples.length} samples of .*; \\d+ samples were lost\\n`))
    },
  )

  test('into a pipe is plain lines, and ends quietly when the reader has had enough', async () => {
    const folder = machine()
    const { stdout, stderr } = await shell(
      'llmtop record -o - --interval 500ms 2>/dev/null | head -2; echo "${PIPESTATUS[0]}"',
      folder,
    )
    const [header = '', sample = '', exitCode] = stdout.split('\n')
    expect([exitCode, stderr]).toEqual(['0', ''])
    expect(JSON.parse(header)).toMatchObject({ llmtop: 'recording', version: 1, redacted: true })
    expect(decoded(`${header}\n${sample}\n`)[1]).toMatchObject({ kind: 'sample', sample: { sequence: 0 } })
  })

  test.each<[readonly string[], RegExp, number]>([
    [['-o', '/no/such/folder/a.ndjson.gz'], /^llmtop: nothing is recorded to '\/no\/such\/folder\/a\.ndjson\.gz': its folder does not exist; make it first$/, 1],
    [['-o', '-', '--keep', '3'], /standard output has no size/, 2],
    [['--last', '30m', '-o', 'a.ndjson'], /give a name that ends in \.ndjson\.gz/, 2],
    [['--last', '5s'], /give a time from 1m to 24h/, 2],
    [['--max-size', '1'], /give a size from 64K on/, 2],
    [['--keep', 'all'], /give a number of files/, 2],
  ])('%j is refused in one sentence', async (args, sentence, code) => {
    const { exitCode, stdout, stderr } = await llmtop(['record', ...args])
    expect([exitCode, stdout, stderr.split('\n').length]).toEqual([code, '', 1])
    expect(stderr).toMatch(sentence)
  }) // prettier-ignore
})

describe('--record', () => {
  test('gives a recording whose replay is what was seen live, but for the source', async () => {
    const folder = machine()
    const path = join(folder, 'a.ndjson.gz')
    const running = start(['--json', '--record', path], folder)
    await eventually(() => linesIn(path).length > 8, 'some samples were recorded')
    running.kill('SIGINT')
    const live = (await running).stdout.split('\n')
    const replayed = (await llmtop(['replay', path, '--speed', 'max', '--json'])).stdout.split('\n')
    expect(live.length).toBeGreaterThan(7)
    expect(replayed.map(withoutSource)).toEqual(live.map(withoutSource))
    expect(replayed.map(textWithoutSource)).toEqual(live.map(textWithoutSource))
  })

  test('to a file that can’t be written ends before anything is shown', async () => {
    expect(await llmtop(['--json', '--record', '/'])).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: "llmtop: nothing is recorded to '/': it is a folder; name a file in it",
    })
  })
})

function textWithoutSource(line: string): string {
  return line.replace(/"source":\{[^}]*\}/, '')
}
