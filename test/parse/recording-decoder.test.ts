import { describe, expect, test } from 'vitest'
import type { Part, RawSample } from '../../src/model/sample.ts'
import { readRecordingLine } from '../../src/parse/recording.ts'
import { recordingDecoder, type Decoded, type DecodedSample } from '../../src/parse/recording-decoder.ts'
import { randomSamples } from '../support/random-samples.ts'
import { recordingLines } from '../support/recording-writer.ts'
import { growing, machine } from '../support/scenarios.ts'
import { simulate } from '../support/simulate.ts'

const SEEDS = Array.from({ length: 40 }, (_, seed) => seed)

function linesOf(samples: readonly RawSample[], keyEvery?: number): readonly string[] {
  return recordingLines(samples, [], keyEvery).trimEnd().split('\n')
}

function decodeAll(lines: readonly string[]): readonly Decoded[] {
  const decoder = recordingDecoder()
  return lines.map((line) => decoder.read(line))
}

function samplesIn(decoded: readonly Decoded[]): readonly DecodedSample[] {
  return decoded.flatMap((entry) => (entry.kind === 'sample' ? [entry] : []))
}

describe('a recording', () => {
  test.each(SEEDS)('gives back what was written, plain or compact (seed %d)', (seed) => {
    const samples = randomSamples(seed, 60)
    for (const keyEvery of [undefined, 1, 7, 60]) {
      const decoded = samplesIn(decodeAll(linesOf(samples, keyEvery)))
      expect(decoded.map(({ sample }) => sample)).toEqual(samples)
    }
  })

  test('that does not say its interval has that of the shortest time between its samples', () => {
    const at = (sequence: number, elapsedMs: number): string =>
      JSON.stringify({ sequence, takenAtEpochMs: 0, elapsedMs, parts: {} })
    const header = '{"llmtop":"recording","version":1,"host":"node7"}'
    const decoded = decodeAll([header, at(0, 0), at(1, 30_000), at(2, 40_000), at(3, 70_000), at(4, 80_000)])
    expect(samplesIn(decoded).map(({ sample }) => sample.intervalMs)).toEqual([
      2000, 30_000, 10_000, 10_000, 10_000,
    ])
  })

  test.each(SEEDS)('read from any key frame is from there on as it was (seed %d)', (seed) => {
    const samples = randomSamples(seed, 60)
    const [header = '', ...lines] = linesOf(samples, 7)
    const whole = samplesIn(decodeAll([header, ...lines]))
    for (const begin of [7, 21, 49]) {
      const late = decodeAll([header, ...lines.slice(begin)])
      const begun = new Set<string>()
      for (const [at, entry] of late.slice(1).entries()) {
        const expected = whole[begin + at]?.sample
        if (expected === undefined) throw new Error('there are more samples than were written')
        if (entry.kind === 'lost') {
          // the other host has had no key frame yet
          expect(begun.has(expected.host)).toBe(false)
        } else if (begun.has(expected.host)) {
          expect(entry).toMatchObject({ kind: 'sample', sample: expected })
        } else {
          begun.add(expected.host)
          expect(entry).toMatchObject({ kind: 'sample', isKey: true })
        }
      }
      expect(begun.size).toBeGreaterThan(0)
    }
  })

  test.each(SEEDS)('read from a key frame knows what stood at that moment (seed %d)', (seed) => {
    const samples = randomSamples(seed, 60).filter(({ host }) => host === 'node1')
    const begin = 14
    const [header = '', ...lines] = linesOf(samples, 7)
    const [, first] = decodeAll([header, ...lines.slice(begin)])
    if (first?.kind !== 'sample') throw new Error('the key frame was not read')
    const sample = samples[begin]
    const standing = new Map([...standingAt(samples, begin)].filter(([name]) => !first.elsewhere.has(name)))
    expect(sortedParts(first.sample)).toEqual(sortedParts({ parts: standing }))
    for (const [name, { sequence }] of first.elsewhere) {
      expect(samples[sequence]?.parts.get(name)).toEqual(standingAt(samples, begin).get(name))
    }
    expect(sample?.elapsedMs).toBe(first.sample.elapsedMs)
  })

  test.each(SEEDS)(
    'that lost lines says which samples can’t be had, and gives none that is wrong (seed %d)',
    (seed) => {
      const samples = randomSamples(seed, 80)
      const [header = '', ...lines] = linesOf(samples, 10)
      const holed = lines.map((line, at) => (at % 13 === 5 ? '{"event":"lost"}' : line))
      const lost: string[] = []
      for (const [at, entry] of decodeAll([header, ...holed])
        .slice(1)
        .entries()) {
        const expected = samples[at]
        if (entry.kind === 'sample' && !entry.isKey) expect(entry.sample).toEqual(expected)
        if (entry.kind === 'lost') lost.push(`${entry.at.host} ${entry.at.sequence}`)
        if (entry.kind === 'lost') expect(entry.at.elapsedMs).toEqual(expected?.elapsedMs)
      }
      expect(lost.length).toBeGreaterThan(0)
    },
  )
})

/** What a reader that has seen all samples up to this one holds of each part. */
function standingAt(samples: readonly RawSample[], at: number): ReadonlyMap<string, Part> {
  const standing = new Map<string, Part>()
  const now = samples[at]?.elapsedMs ?? 0
  const arrivals = new Map<string, number>()
  for (const { parts, elapsedMs } of samples.slice(0, at + 1)) {
    for (const [name, part] of parts) {
      const isNow = elapsedMs === now
      if (part.kind === 'same' || (part.kind === 'fault' && !isNow && isGood(standing.get(name)))) continue
      standing.set(name, part)
      arrivals.set(name, elapsedMs - (part.kind === 'text' ? (part.ageMs ?? 0) : 0))
    }
  }
  return new Map(
    [...standing].map(([name, part]) => {
      const renewed = samples[at]?.parts.get(name)
      const isKept = renewed === undefined || renewed.kind === 'same'
      const aged = isKept && part.kind === 'text' ? { ...part, ageMs: now - (arrivals.get(name) ?? 0) } : part
      return [name, aged]
    }),
  )
}

function isGood(part: Part | undefined): boolean {
  return part !== undefined && part.kind !== 'fault'
}

function sortedParts({ parts }: Pick<RawSample, 'parts'>): readonly (readonly [string, Part])[] {
  return [...parts].sort(([a], [b]) => a.localeCompare(b))
}

describe('the compact form', () => {
  const samples = simulate(machine({ durationMs: 20_000, processes: [growing(300)] }))
  const lines = linesOf(samples, 5)

  test('is said in the header, and names key frames and what a sample builds on', () => {
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ llmtop: 'recording', version: 1, compact: 1 })
    const marks = lines.slice(1).map((line) => {
      const { key, on } = JSON.parse(line) as Record<string, unknown>
      return [key, on]
    })
    expect(marks.slice(0, 7)).toEqual([
      [true, undefined], [undefined, 0], [undefined, 1], [undefined, 2], [undefined, 3], [true, 4], [undefined, 5],
    ]) // prettier-ignore
  })

  test('writes the lines that changed, and keeps in a key frame what was not renewed', () => {
    const partsOf = (at: number): Record<string, Record<string, unknown>> =>
      (JSON.parse(lines[at + 1] ?? '') as { parts: Record<string, Record<string, unknown>> }).parts
    expect(partsOf(1)['meminfo']).toEqual({ delta: [] })
    expect(partsOf(1)['nvidia-smi']?.['delta']).toContainEqual([3, expect.stringMatching(/^\s*<timestamp>/)])
    expect(partsOf(1)['processes']).toBeUndefined()
    expect(partsOf(6)['boot-id']).toBeUndefined()
    expect(partsOf(10)['boot-id']).toEqual({
      text: '6f2c0d5e-0000-4000-8000-000000000001\n',
      ageMs: 20_000,
      kept: true,
    })
  })

  test('whose delta builds on no text is lost up to the next key frame', () => {
    const broken = (lines[2] ?? '').replace('"meminfo"', '"meminfo/x"')
    const kinds = decodeAll([...lines.slice(0, 2), broken, ...lines.slice(3)]).map(({ kind }) => kind)
    expect(kinds.slice(0, 8)).toEqual([
      'header', 'sample', 'lost', 'lost', 'lost', 'lost', 'sample', 'sample',
    ]) // prettier-ignore
  })

  test.each([
    [{ delta: 'x' }],
    [{ delta: [['0', 'x']] }],
    [{ delta: [[0]] }],
    [{ delta: [0] }],
    [{ kept: true }],
    [{ kept: true, from: 'x' }],
  ])('holds no part where there is %j', (part) => {
    const line = JSON.stringify({ sequence: 0, takenAtEpochMs: 0, elapsedMs: 0, parts: { meminfo: part } })
    expect(readRecordingLine(line)).toMatchObject({ kind: 'sample', sample: { parts: new Map() } })
  })

  test.each([[-1], [0.5], [7], [1e9]])('with a line %d that the text has not is lost', (index) => {
    const header = lines[0] ?? ''
    const sample = (sequence: number, more: object): string =>
      JSON.stringify({ sequence, takenAtEpochMs: 0, elapsedMs: sequence, ...more })
    const decoded = decodeAll([
      header,
      sample(0, { key: true, parts: { meminfo: { text: 'a\nb' } } }),
      sample(1, { on: 0, parts: { meminfo: { delta: [[index, 'c']] } } }),
    ])
    expect(decoded[2]).toEqual({
      kind: 'lost',
      at: { host: 'node7', sequence: 1, takenAtEpochMs: 0, elapsedMs: 1 },
    })
  })
})

describe('an outcome', () => {
  const header = linesOf(simulate(machine({ durationMs: 0 })))[0] ?? ''

  test('is read with the host of its line, or of the header', () => {
    const line = '{"event":"outcome","elapsedMs":5,"kind":"cuda-oom","pid":7}'
    const [, own, other] = decodeAll([header, line, line.replace('}', ',"host":"node8"}')])
    const outcome = {
      elapsedMs: 5,
      kind: 'cuda-oom',
      host: (JSON.parse(header) as { host: string }).host,
      gpu: undefined,
      workload: undefined,
      pid: 7,
      foreseeable: true,
    }
    expect(own).toEqual({ kind: 'outcome', outcome })
    expect(other).toEqual({ kind: 'outcome', outcome: { ...outcome, host: 'node8' } })
  })

  test('of a kind that is not known is passed over', () => {
    expect(decodeAll(['{"event":"outcome","elapsedMs":5,"kind":"flood"}', '{"event":"raised"}'])).toEqual([
      { kind: 'other' },
      { kind: 'other' },
    ])
  })
})
