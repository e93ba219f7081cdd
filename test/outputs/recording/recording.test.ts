import {
  appendFileSync, chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync,
  symlinkSync, truncateSync, writeFileSync,
} from 'node:fs' // prettier-ignore
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { RawSample } from '../../../src/model/sample.ts'
import { recordingOutput, type RecordingOutput } from '../../../src/outputs/recording/recording.ts'
import type { Rotation } from '../../../src/outputs/recording/rotation.ts'
import { steps } from '../../support/fold.ts'
import { randomSamples } from '../../support/random-samples.ts'
import { recorded, samplesOf } from '../../support/recorded.ts'
import { growing, machine } from '../../support/scenarios.ts'
import { simulate } from '../../support/simulate.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const SAMPLES = simulate(machine({ durationMs: 240_000, processes: [growing(300)] }))
const [FRAME] = steps(SAMPLES.slice(0, 1)).map(({ frame }) => frame)
const OPTIONS = { tool: '9.9', anonymizer: undefined, rotation: undefined }

async function accept(output: RecordingOutput, samples: readonly RawSample[]): Promise<void> {
  if (FRAME === undefined) throw new Error('there is no frame')
  for (const sample of samples) {
    await output.accept({ ...FRAME, host: sample.host }, sample)
    // a run gives the disk time between two samples
    await output.settled()
  }
}

async function record(
  path: string,
  samples: readonly RawSample[],
  rotation?: Rotation,
): Promise<string | undefined> {
  const output = recordingOutput({ ...OPTIONS, rotation })
  await output.start(path)
  const { fault } = output.state() ?? {}
  await accept(output, samples)
  await output.close()
  return fault?.kind === 'not-recorded' ? fault.because : undefined
}

function kindsIn(path: string): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { kind } of recorded(path)) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}

describe('a recording on disk', () => {
  test.each(['a.ndjson', 'a.ndjson.gz'])('%s holds what was sampled, for its owner alone', async (name) => {
    const path = join(temporaryFolder(), name)
    const samples = randomSamples(3, 200)
    expect(await record(path, samples)).toBeUndefined()
    expect(samplesOf(recorded(path))).toEqual(samples)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readFileSync(path)[0] === 0x1f).toBe(name.endsWith('.gz'))
  })

  test('is made of members that each can be read alone, behind one with the header', async () => {
    const path = join(temporaryFolder(), 'a.ndjson.gz')
    await record(path, SAMPLES)
    const bytes = readFileSync(path)
    const begins = [...bytes.toString('latin1').matchAll(/\x1f\x8b\x08\0/g)].map(({ index }) => index)
    const members = begins.map((begin, at) => gunzipSync(bytes.subarray(begin, begins[at + 1])).toString())
    expect(members.map((text) => text.split('\n').length - 1)).toEqual([1, 30, 30, 30, 30, 1])
    for (const member of members.slice(1)) expect(member).toMatch(/^\{"sequence":\d+,[^{]*"key":true,/)
  })

  test('begun in the middle of a run holds first what still stands', async () => {
    const path = join(temporaryFolder(), 'a.ndjson.gz')
    const output = recordingOutput(OPTIONS)
    await accept(output, SAMPLES.slice(0, 7))
    expect(output.state()).toBeUndefined()
    await output.start(path)
    await accept(output, SAMPLES.slice(7, 10))
    expect(output.state()).toMatchObject({ file: path, samples: 3, lostSamples: 0, fault: undefined })
    await output.close()
    expect(output.state()).toBeUndefined()
    const [first, ...others] = samplesOf(recorded(path))
    expect(others).toEqual(SAMPLES.slice(8, 10))
    expect(first?.parts.get('boot-id')).toEqual({
      kind: 'text',
      text: '6f2c0d5e-0000-4000-8000-000000000001\n',
      ageMs: 14_000,
    })
    expect(first?.parts.get('meminfo')).toEqual(SAMPLES[7]?.parts.get('meminfo'))
  })

  test.skipIf(process.platform !== 'linux')(
    'is refused to a second run while one is writing to it, and unharmed (on Linux)',
    async () => {
      const path = join(temporaryFolder(), 'a.ndjson.gz')
      const output = recordingOutput(OPTIONS)
      await output.start(path)
      await accept(output, SAMPLES.slice(0, 40))
      expect(await record(path, SAMPLES.slice(0, 3))).toBe(
        'another llmtop is writing to it; name another one',
      )
      await accept(output, SAMPLES.slice(40, 50))
      await output.close()
      expect(samplesOf(recorded(path))).toEqual(SAMPLES.slice(0, 50))
      expect(await record(path, SAMPLES.slice(0, 3))).toBeUndefined()
    },
  )

  test.each(['a.ndjson', 'a.ndjson.gz'])('%s is taken up again as a new segment', async (name) => {
    const path = join(temporaryFolder(), name)
    await record(path, SAMPLES.slice(0, 40))
    expect(await record(path, SAMPLES.slice(0, 20))).toBeUndefined()
    expect(kindsIn(path)).toEqual({ header: 2, sample: 60 })
    expect(samplesOf(recorded(path))).toEqual([...SAMPLES.slice(0, 40), ...SAMPLES.slice(0, 20)])
  })

  test.each([0, 1, 7, 300])('whose last %d bytes a crash took is mended before it goes on', async (cut) => {
    const path = join(temporaryFolder(), 'a.ndjson.gz')
    const output = recordingOutput(OPTIONS)
    await output.start(path)
    await accept(output, SAMPLES.slice(0, 40))
    const { size } = statSync(path)
    const before = join(temporaryFolder(), 'copy.ndjson.gz')
    writeFileSync(before, readFileSync(path), { mode: 0o600 })
    await output.close()
    truncateSync(before, size - cut)
    await record(before, SAMPLES.slice(0, 5))
    const { sample = 0, header, ...others } = kindsIn(before)
    expect([header, others]).toEqual([2, {}])
    expect(sample).toBeGreaterThanOrEqual(cut > 100 ? 40 : cut > 0 ? 44 : 45)
    expect(sample).toBeLessThanOrEqual(45)
  })

  test('is mended behind zeros that a power failure left', async () => {
    const path = join(temporaryFolder(), 'a.ndjson.gz')
    await record(path, SAMPLES.slice(0, 40))
    truncateSync(path, statSync(path).size - 100)
    appendFileSync(path, Buffer.alloc(5000))
    await record(path, SAMPLES.slice(0, 5))
    const { sample = 0, header } = kindsIn(path)
    expect(header).toBe(2)
    expect(sample).toBeGreaterThanOrEqual(40)
  })

  test('of which the last line of a plain one is torn goes on behind the line before', async () => {
    const path = join(temporaryFolder(), 'a.ndjson')
    await record(path, SAMPLES.slice(0, 4))
    truncateSync(path, statSync(path).size - 10)
    await record(path, SAMPLES.slice(0, 1))
    expect(samplesOf(recorded(path))).toEqual([...SAMPLES.slice(0, 3), ...SAMPLES.slice(0, 1)])
  })

  test('may begin in an empty file that is there', async () => {
    const path = join(temporaryFolder(), 'a.ndjson.gz')
    writeFileSync(path, '')
    expect(await record(path, SAMPLES.slice(0, 3))).toBeUndefined()
    expect(kindsIn(path)).toEqual({ header: 1, sample: 3 })
  })

  test('goes on in a new file when somebody took the old one away', async () => {
    const folder = temporaryFolder()
    const path = join(folder, 'a.ndjson.gz')
    const output = recordingOutput(OPTIONS)
    await output.start(path)
    await accept(output, SAMPLES.slice(0, 10))
    rmSync(path)
    await accept(output, SAMPLES.slice(10, 100))
    await output.close()
    const lines = recorded(path)
    expect(lines[0]?.kind).toBe('header')
    expect(samplesOf(lines).at(-1)).toEqual(SAMPLES[99])
  })
})

describe('a file that is not to be recorded to', () => {
  const text = 'the thesis'

  test.each<[string, (path: string) => void, RegExp]>([
    ['that is no recording', (path) => { writeFileSync(path, text) }, /^it exists and is not compressed, whatever its name says; name another one$/],
    ['that is compressed and no recording', (path) => { writeFileSync(path, gzipSync(text)) }, /^it exists and is no recording; name another one$/],
    ['that is a folder', (path) => { mkdirSync(path) }, /^it is a folder; name a file in it$/],
    ['whose end can’t be found', (path) => { writeFileSync(path, gzipSync(`{"llmtop":"recording"}\n${'x'.repeat(9)}`).subarray(0, -4)) }, /^its end is torn/],
  ])('%s stays as it is', async (_, make, because) => {
    const path = join(temporaryFolder(), 'a.ndjson.gz')
    make(path)
    const before = lstatSync(path).isFile() ? readFileSync(path) : undefined
    expect(await record(path, SAMPLES.slice(0, 3))).toMatch(because)
    expect(lstatSync(path).isFile() ? readFileSync(path) : undefined).toEqual(before)
  }) // prettier-ignore

  test('is a symbolic link, to a recording or to nothing', async () => {
    const folder = temporaryFolder()
    const real = join(folder, 'real.ndjson.gz')
    await record(real, SAMPLES.slice(0, 3))
    const before = readFileSync(real)
    for (const target of [real, join(folder, 'nothing.ndjson.gz')]) {
      const path = join(folder, `link-to-${target === real ? 'real' : 'nothing'}.ndjson.gz`)
      symlinkSync(target, path)
      expect(await record(path, SAMPLES.slice(0, 3))).toBe(
        'it is a symbolic link; name the file that it points to',
      )
    }
    expect(readFileSync(real)).toEqual(before)
    expect(existsSync(join(folder, 'nothing.ndjson.gz'))).toBe(false)
  })

  test('is one in a folder that is not there', async () => {
    expect(await record(join(temporaryFolder(), 'no/a.ndjson.gz'), SAMPLES.slice(0, 3))).toBe(
      'its folder does not exist; make it first',
    )
  })

  test.skipIf(process.getuid?.() === 0)('is one in a folder of somebody else', async () => {
    const folder = temporaryFolder()
    chmodSync(folder, 0o500)
    expect(await record(join(folder, 'a.ndjson.gz'), SAMPLES.slice(0, 3))).toMatch(/^there is no permission/)
    chmodSync(folder, 0o700)
  })
})

describe('rotation', () => {
  test('begins a new file when one is full, which each can be read alone, and keeps so many', async () => {
    const folder = temporaryFolder()
    const path = join(folder, 'a.b.ndjson.gz')
    await record(path, SAMPLES, { maxBytes: 100, maxMs: Infinity, keep: { kind: 'files', count: 3 } })
    expect(readdirSync(folder).sort()).toEqual(['a.b.1.ndjson.gz', 'a.b.2.ndjson.gz', 'a.b.ndjson.gz'])
    const oldestFirst = ['a.b.2.ndjson.gz', 'a.b.1.ndjson.gz', 'a.b.ndjson.gz'].map((name) =>
      recorded(join(folder, name)),
    )
    for (const lines of oldestFirst) {
      const [header, first] = lines
      expect(header?.kind).toBe('header')
      expect(first).toMatchObject({ kind: 'sample', isKey: true })
      expect(first?.kind === 'sample' && first.sample.parts.has('boot-id')).toBe(true)
    }
    const sequences = oldestFirst.flatMap(samplesOf).map(({ sequence }) => sequence)
    expect(sequences).toEqual(SAMPLES.slice(-sequences.length).map(({ sequence }) => sequence))
    expect(sequences.length).toBeGreaterThan(60)
  })

  test('by age deletes what was not written to for longer', async () => {
    const folder = temporaryFolder()
    const path = join(folder, 'a.ndjson')
    const keep = { kind: 'age', ms: 1000 } as const
    // the clock of the samples is a year ahead of the files': all that is not the newest is too old
    const later = SAMPLES.map((sample) => ({ ...sample, takenAtEpochMs: Date.now() + 31_536_000_000 }))
    await record(path, later, { maxBytes: Infinity, maxMs: 60_000, keep })
    expect(readdirSync(folder).sort()).toEqual(['a.1.ndjson', 'a.ndjson'])
  })

  test('leaves alone what only looks like one of its files', async () => {
    const folder = temporaryFolder()
    const others = ['a.0.ndjson', 'a.x.ndjson', 'a.1.ndjson.bak', 'b.1.ndjson']
    for (const name of others) writeFileSync(join(folder, name), name)
    await record(join(folder, 'a.ndjson'), SAMPLES, {
      maxBytes: 1,
      maxMs: Infinity,
      keep: { kind: 'files', count: 1 },
    })
    expect(readdirSync(folder).sort()).toEqual([...others, 'a.ndjson'].sort())
  })
})
