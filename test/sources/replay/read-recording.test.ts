import { writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { Fault } from '../../../src/core/fault.ts'
import { isGap } from '../../../src/analyse/gap.ts'
import { BEGINNING, sampleAt } from '../../support/fold.ts'
import { recordingLines } from '../../support/recording-writer.ts'
import { replayed, replayedText, type Replayed } from '../../support/replayed.ts'
import { growing, machine } from '../../support/scenarios.ts'
import { simulate } from '../../support/simulate.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const file = 'node7.ndjson'

function read(content: string | Uint8Array, name = file): Promise<Replayed> {
  return replayedText(content, name)
}

const SAMPLES = simulate(machine({ durationMs: 60_000, processes: [growing(300)] }))
const RECORDING = recordingLines(SAMPLES, [{ elapsedMs: 60_000, kind: 'none' }])
const [HEADER = '', ...LINES] = RECORDING.split('\n')

describe('a recording', () => {
  test('gives the samples that were recorded, plain or compressed', async () => {
    expect(await read(RECORDING)).toEqual({ samples: SAMPLES, ending: undefined })
    expect(await read(gzipSync(RECORDING), 'any name')).toEqual({ samples: SAMPLES, ending: undefined })
    const members = [HEADER, ...LINES].map((line) => gzipSync(`${line}\n`))
    expect(await read(Buffer.concat(members))).toEqual({ samples: SAMPLES, ending: undefined })
  })

  test('is read whatever program saved it: line ends of Windows, a byte order mark, UTF-16, no last newline', async () => {
    const windows = RECORDING.replaceAll('\n', '\r\n')
    for (const content of [
      windows,
      `\ufeff${windows}`,
      Buffer.from(`\ufeff${windows}`, 'utf16le'),
      RECORDING.trimEnd(),
    ])
      expect(await read(content)).toEqual({ samples: SAMPLES, ending: undefined })
  })

  test('passes over lines and keys that a later version may have, and takes host and interval from a line that has its own', async () => {
    const own =
      '{"sequence":0,"takenAtEpochMs":0,"elapsedMs":0,"host":"node8","intervalMs":500,"parts":{"new/part":{"other":1}},"new":1}'
    const { samples, ending } = await read(
      [HEADER, '{"event":"mark"}', '', own, '{"kind":"index"}', ''].join('\n'),
    )
    expect(samples).toEqual([
      { host: 'node8', sequence: 0, takenAtEpochMs: 0, elapsedMs: 0, intervalMs: 500, parts: new Map() },
    ])
    expect(ending).toBeUndefined()
  })

  test('with a second header goes on behind a gap, its numbers and its time never going back', async () => {
    const again = recordingLines(SAMPLES.map((sample) => ({ ...sample, intervalMs: 10_000 })))
    const { samples } = await read(RECORDING + again)
    const [last, first] = [samples[SAMPLES.length - 1], samples[SAMPLES.length]]
    expect(samples.map(({ sequence }) => sequence)).toEqual(samples.map((_, at) => at))
    expect(last && first && isGap({ ...BEGINNING, previous: last }, first)).toBe(true)
    expect(first && last && first.elapsedMs - last.elapsedMs).toBe(40_000)
    expect(samples.at(-1)?.elapsedMs).toBe(60_000 + 40_000 + 60_000)
  })

  test('that goes on after a pause shows how long it was', async () => {
    const later = SAMPLES.map((sample) => ({ ...sample, takenAtEpochMs: sample.takenAtEpochMs + 3_600_000 }))
    const { samples } = await read(RECORDING + recordingLines(later))
    expect(samples.at(-1)?.elapsedMs).toBe(3_600_000 + 60_000)
  })
})

describe('a damaged recording', () => {
  test.each<[string, string, Fault]>([
    [
      'whose last line is cut',
      RECORDING.slice(0, RECORDING.lastIndexOf('"parts"')),
      { kind: 'torn-tail', file, because: 'line 32 is not a JSON object' },
    ],
    [
      'with rubbish in the middle',
      [HEADER, ...LINES.slice(0, 30), '\0\0\0', ...LINES.slice(30)].join('\n'),
      { kind: 'bad-line', file, line: 32, because: 'is not a JSON object' },
    ],
    [
      'with a sample without its time',
      [HEADER, ...LINES.slice(0, 30), '{"sequence":1,"parts":{}}', ''].join('\n'),
      { kind: 'bad-line', file, line: 32, because: "has no usable 'takenAtEpochMs'" },
    ],
    [
      'with a header of a later format',
      [HEADER, ...LINES.slice(0, 30), '{"llmtop":"recording","version":2,"intervalMs":1}', ''].join('\n'),
      { kind: 'bad-line', file, line: 32, because: 'is of format version 2, and this llmtop reads 1' },
    ],
  ])('%s gives what stands before, and says where and why it ended', async (_, content, ending) => {
    expect(await read(content)).toEqual({ samples: SAMPLES.slice(0, 30), ending })
  })

  test('whose header is missing says so', async () => {
    expect(await read(LINES.join('\n'))).toEqual({
      samples: [],
      ending: { kind: 'bad-line', file, line: 1, because: 'is a sample before any header' },
    })
  })

  test('with a line that no sample can fill ends there', async () => {
    const { samples, ending } = await read(
      [HEADER, LINES[0], 'x'.repeat(17 * 1024 * 1024), LINES[1], ''].join('\n'),
    )
    expect(samples).toEqual(SAMPLES.slice(0, 1))
    expect(ending).toEqual({ kind: 'bad-line', file, line: 3, because: 'is longer than 16777216 characters' })
  })

  test.each([0.3, 0.5, 0.9, 0.999])(
    'of which a crash left %d of the gzip file loses the torn sample and no other',
    async (share) => {
      const pieces = LINES.map((line, at) => gzipSync(at === 0 ? `${HEADER}\n${line}\n` : `${line}\n`))
      const whole = Buffer.concat(pieces)
      const left = whole.subarray(0, Math.floor(whole.length * share))
      let ends = 0
      const complete = pieces.filter((piece) => (ends += piece.length) <= left.length).length
      const { samples, ending } = await read(left)
      expect(samples.slice(0, complete)).toEqual(SAMPLES.slice(0, complete))
      expect(samples.length - complete).toBeLessThanOrEqual(1)
      expect(ending).toEqual({ kind: 'torn-tail', file, because: 'unexpected end of file' })
    },
  )

  test('is read to its torn end however slowly its samples are taken', async () => {
    const torn = gzipSync(RECORDING).subarray(0, -20)
    const path = `${temporaryFolder()}/${file}`
    writeFileSync(path, torn)
    const slowly = await replayed(path, () => new Promise((resolve) => setTimeout(resolve, 2)))
    expect(slowly).toEqual(await replayed(path))
    expect(slowly.samples.length).toBeGreaterThan(25)
  })
})

test('a link that the sample was reached by is kept', async () => {
  const link = { state: 'stalled', ageMs: 5000, retryInMs: 1000 } as const
  const line = JSON.stringify({ sequence: 0, takenAtEpochMs: 0, elapsedMs: 0, link, parts: {} })
  expect((await read(`${HEADER}\n${line}\n`)).samples[0]?.link).toEqual(link)
  expect(sampleAt(0, {}).link).toBeUndefined()
})
