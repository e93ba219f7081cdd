import { writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { SamplesLost } from '../../../src/core/fault.ts'
import type { RawSample } from '../../../src/model/sample.ts'
import { DAMAGE_PART } from '../../../src/sources/replay/losses.ts'
import { compactMembers } from '../../support/compact-members.ts'
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

/** A key frame every ten samples, and between them only what has changed; a gzip member for each ten. */
const COMPACT = compactMembers(SAMPLES, 10)

/** What the samples around a hole have to say of it. */
function lost(because: string, from: number, to: number): SamplesLost {
  const [before, after] = [SAMPLES[from - 1], SAMPLES[to]]
  return {
    kind: 'samples-lost',
    file,
    because,
    places: 1,
    samples: to - from,
    fromEpochMs: before?.takenAtEpochMs ?? null,
    toEpochMs: after?.takenAtEpochMs ?? 0,
  }
}

/** The samples without those of a hole, and the hole said in the first behind it (a minute later there are none). */
function without(from: number, to: number, fault: SamplesLost): readonly RawSample[] {
  const rest = SAMPLES.filter((_, at) => at < from || at >= to)
  return rest.map((sample, at) =>
    at === from
      ? { ...sample, parts: new Map(sample.parts).set(DAMAGE_PART, { kind: 'fault', fault }) }
      : sample,
  )
}

describe('a damaged recording', () => {
  test.each<[string, string, string]>([
    ['rubbish', '\0\0\0', 'line 12 is not a JSON object'],
    ['a sample without its time', '{"sequence":1,"parts":{}}', "line 12 has no usable 'takenAtEpochMs'"],
    [
      'a line that no sample can fill',
      'x'.repeat(17 * 1024 * 1024),
      'line 12 is longer than 16777216 characters',
    ],
    [
      'a header of something else',
      '{"llmtop":"snapshot","version":1}',
      "line 12 is no header of a recording ('llmtop')",
    ],
  ])(
    'with %s in the place of three samples goes on behind it, and says what was lost and when',
    async (_, rubbish, because) => {
      const fault = lost(because, 10, 13)
      const content = [HEADER, ...LINES.slice(0, 10), rubbish, ...LINES.slice(13)].join('\n')
      expect(await read(content)).toEqual({ samples: without(10, 13, fault), ending: fault })
    },
  )

  test('says nothing more of it a minute later', async () => {
    const long = simulate(machine({ durationMs: 120_000, processes: [growing(300)] }))
    const lines = recordingLines(long).split('\n')
    const { samples } = await read([...lines.slice(0, 10), '?', ...lines.slice(10)].join('\n'))
    expect(
      samples.flatMap(({ elapsedMs, parts }) =>
        parts.has(DAMAGE_PART) ? [[elapsedMs, parts.get(DAMAGE_PART)?.kind]] : [],
      ),
    ).toEqual([
      [18_000, 'fault'],
      [78_000, 'text'],
    ])
  })

  test('in several places tells them together', async () => {
    const content = [
      HEADER,
      ...LINES.slice(0, 10),
      '?',
      ...LINES.slice(13, 20),
      '!',
      ...LINES.slice(22),
    ].join('\n')
    expect((await read(content)).ending).toEqual({
      ...lost('line 12 is not a JSON object', 10, 13),
      places: 2,
      samples: 5,
    })
  })

  test('whose last lines mean nothing is torn there', async () => {
    expect(await read([HEADER, ...LINES.slice(0, 30), '\0\0\0', '{}', ''].join('\n'))).toEqual({
      samples: SAMPLES.slice(0, 30),
      ending: { kind: 'torn-tail', file, because: 'line 32 is not a JSON object' },
    })
  })

  test('whose last line is cut is torn there', async () => {
    expect(await read(RECORDING.slice(0, RECORDING.lastIndexOf('"parts"')))).toEqual({
      samples: SAMPLES.slice(0, 30),
      ending: { kind: 'torn-tail', file, because: 'line 32 is not a JSON object' },
    })
  })

  test('that goes on in a later format gives what stands before, and says where it ended', async () => {
    const later = '{"llmtop":"recording","version":2,"intervalMs":1}'
    expect(await read([HEADER, ...LINES.slice(0, 10), later, ...LINES.slice(10)].join('\n'))).toEqual({
      samples: SAMPLES.slice(0, 10),
      ending: {
        kind: 'bad-line',
        file,
        line: 12,
        because: 'is of format version 2, and this llmtop reads 1',
      },
    })
  })

  test('whose header is missing says so', async () => {
    expect(await read(LINES.join('\n'))).toEqual({
      samples: [],
      ending: { kind: 'bad-line', file, line: 1, because: 'is a sample before any header' },
    })
  })

  test('of which a sample is missing that others build on goes on at the next key frame', async () => {
    const [first = '', second = '', ...rest] = COMPACT.text
    const { samples, ending } = await read(
      [
        first,
        second
          .split(/(?<=\n)/)
          .toSpliced(3, 1)
          .join(''),
        ...rest,
      ].join(''),
    )
    expect(ending).toEqual(lost('line 15 builds on a sample that is missing', 13, 20))
    expect(samples.map(({ sequence }) => sequence)).toEqual(
      SAMPLES.map(({ sequence }) => sequence).filter((sequence) => sequence < 13 || sequence >= 20),
    )
    // the key frame repeats what the lost samples may have brought
    expect(samples[13]?.parts.get('boot-id')).toMatchObject({ kind: 'text', ageMs: 40_000 })
  })

  test.each([0.2, 0.5, 0.8])(
    'of whose second gzip member a byte at %d is another loses that member and no other',
    async (share) => {
      const members = COMPACT.gzip.map((member) => Buffer.from(member))
      const [, damaged] = members
      if (damaged === undefined) throw new Error('there is no second member')
      const at = 10 + Math.floor((damaged.length - 18) * share)
      damaged[at] = (damaged[at] ?? 0) ^ 0x55
      const { samples, ending } = await read(Buffer.concat(members))
      expect(ending).toMatchObject({ kind: 'samples-lost', places: 1, samples: 10 })
      expect(samples.map(({ sequence }) => sequence)).toEqual(
        SAMPLES.map(({ sequence }) => sequence).filter((sequence) => sequence < 10 || sequence >= 20),
      )
    },
  )

  test('with bytes between two gzip members that are none goes on behind them', async () => {
    const [first = Buffer.of(), ...rest] = COMPACT.gzip
    const { samples, ending } = await read(Buffer.concat([first, Buffer.alloc(5000, 7), ...rest]))
    expect(samples.map(({ sequence }) => sequence)).toEqual(SAMPLES.map(({ sequence }) => sequence))
    expect(ending).toMatchObject({ kind: 'samples-lost', samples: 0, because: 'what follows is not gzip' })
  })

  test('whose header is lost with its member is read with the name of the file for its host', async () => {
    const [first = Buffer.of(), ...rest] = COMPACT.gzip
    const { samples } = await read(Buffer.concat([Buffer.from(first).fill(0, 20, 40), ...rest]), 'node9.gz')
    expect(samples.map(({ host, sequence }) => [host, sequence])).toEqual(
      SAMPLES.slice(10).map(({ sequence }) => ['node9', sequence]),
    )
  })
})

describe('a hostile recording', () => {
  test.each<[string, () => string | Uint8Array, string]>([
    [
      'of a terabyte of nothing',
      () => bomb(Buffer.alloc(1024 * 1024), 80),
      'it holds 64 MiB of text without a sample',
    ],
    [
      'of newlines',
      () => bomb(Buffer.alloc(1024 * 1024, '\n'), 80),
      'it holds 64 MiB of text without a sample',
    ],
    ['of thousands of hosts', () => manyHosts(1100), 'it names more than 1024 hosts'],
  ])('%s ends in one sentence', async (_, make, because) => {
    const { ending } = await read(make())
    expect(ending).toEqual({ kind: 'unreadable-log', file, because })
  })

  test('nested a million deep is only a bad line', async () => {
    const deep = `{"parts":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`
    const { samples, ending } = await read([HEADER, LINES[0], deep, LINES[1], ''].join('\n'))
    expect([samples.length, ending?.kind]).toEqual([2, 'samples-lost'])
  })
})

/** A small gzip file that becomes so many times the text, behind a header. */
function bomb(text: Buffer, times: number): Uint8Array {
  return Buffer.concat([gzipSync(`${HEADER}\n`), ...new Array<Buffer>(times).fill(gzipSync(text))])
}

function manyHosts(count: number): string {
  const lines = Array.from(
    { length: count },
    (_, at) => `{"sequence":${at},"takenAtEpochMs":0,"elapsedMs":0,"host":"node${at}","parts":{}}`,
  )
  return [HEADER, ...lines, ''].join('\n')
}

describe('a torn recording', () => {
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
