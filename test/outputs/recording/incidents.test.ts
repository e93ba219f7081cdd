import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Frame } from '../../../src/model/frame.ts'
import type { RiskLevel } from '../../../src/model/risk.ts'
import type { Part, RawSample } from '../../../src/model/sample.ts'
import { AFTERMATH_MS, incidentOutput } from '../../../src/outputs/recording/incidents.ts'
import type { IncidentOptions } from '../../../src/outputs/recording/incident-options.ts'
import { ring } from '../../../src/outputs/recording/ring.ts'
import { recordingDecoder } from '../../../src/parse/recording-decoder.ts'
import { steps } from '../../support/fold.ts'
import { recorded, samplesOf } from '../../support/recorded.ts'
import { growing, machine } from '../../support/scenarios.ts'
import { simulate } from '../../support/simulate.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

// a sample in ten seconds, for three hours; a head as large as those of real models came with the third one
const SAMPLES = simulate(
  machine({ intervalMs: 10_000, durationMs: 10_800_000, processes: [growing(1)] }),
).map((sample) => (sample.sequence === 2 ? withPart(sample, 'head//m.gguf', HEAD()) : sample))
const [FRAME] = steps(SAMPLES.slice(0, 1)).map(({ frame }) => frame)

function HEAD(): Part {
  return { kind: 'bytes', base64: 'R0dV'.repeat(20_000), sizeBytes: 5 }
}

function withPart(sample: RawSample, name: string, part: Part): RawSample {
  return { ...sample, parts: new Map([...sample.parts, [name, part]]) }
}

function frameAt(sample: RawSample, level: RiskLevel | undefined, died: boolean): Frame {
  if (FRAME === undefined) throw new Error('there is no frame')
  const risk = { ...RISK, level: level ?? 'watch', sinceElapsedMs: sample.elapsedMs }
  const death = { ...DEATH, atElapsedMs: sample.elapsedMs }
  const { elapsedMs, takenAtEpochMs, sequence } = sample
  const risks = level === undefined ? [] : [risk]
  return { ...FRAME, elapsedMs, takenAtEpochMs, sequence, risks, deaths: died ? [death] : [] }
}

const RISK = {
  id: 'cuda-oom:GPU-0',
  class: 'cuda-oom',
  gpu: 'GPU-0',
  gpus: ['GPU-0'],
  workload: undefined,
  mig: undefined,
  eta: undefined,
  summary: 'GPU 0 runs out of memory',
  evidence: [],
  advice: [],
} as const

const DEATH = {
  workload: 'vllm:42',
  engine: 'vllm',
  cause: 'cuda-oom',
  summary: 'vLLM died',
  evidence: [],
} as const

/** Watches `count` samples with these levels at these sequences, and gives the files and what each holds. */
async function watch(
  count: number,
  levels: Readonly<Record<number, RiskLevel>>,
  more: Partial<IncidentOptions> & { readonly deathAt?: number } = {},
): Promise<readonly (readonly RawSample[])[]> {
  const folder = temporaryFolder()
  const output = incidentOutput({
    file: join(folder, 'a.ndjson.gz'),
    tool: '9.9',
    anonymizer: undefined,
    lastMs: 1_800_000,
    level: 'warn',
    maxBytes: Infinity,
    keep: { kind: 'files', count: 10 },
    ...more,
  })
  for (const sample of SAMPLES.slice(0, count)) {
    await output.accept(frameAt(sample, levels[sample.sequence], more.deathAt === sample.sequence), sample)
    await output.settled()
  }
  await output.close()
  const names = readdirSync(folder).sort()
  expect(output.state().files.slice(-names.length)).toEqual(names.map((name) => join(folder, name)))
  return names.map((name) => samplesOf(recorded(join(folder, name))))
}

const AFTER = AFTERMATH_MS / 10_000

describe('--last', () => {
  test('writes nothing while nothing happens', async () => {
    expect(await watch(400, {})).toEqual([])
    expect(await watch(400, { 350: 'watch' })).toEqual([])
  })

  test.each<[string, Readonly<Record<number, RiskLevel>>, object]>([
    ['a warning', { 350: 'warn' }, {}],
    ['a warning that became one', { 340: 'watch', 350: 'critical' }, {}],
    ['a death', {}, { deathAt: 350 }],
    ['a watch, where that is asked for', { 350: 'watch' }, { level: 'watch' }],
  ])('writes for %s the time before and the minutes after', async (_, levels, more) => {
    const files = await watch(500, levels, more)
    expect(files).toHaveLength(1)
    const [samples = []] = files
    const [first, ...others] = samples
    // whole members: up to a minute more than half an hour
    expect(first?.sequence).toBeLessThanOrEqual(350 - 180)
    expect(first?.sequence).toBeGreaterThan(350 - 180 - 7)
    expect(others.at(-1)?.sequence).toBe(350 + AFTER)
    expect(others).toEqual(
      SAMPLES.slice(samples.length > 0 ? (first?.sequence ?? 0) + 1 : 0, 350 + AFTER + 1),
    )
  })

  test('begins its file with all that still stood, however large and however long ago', async () => {
    const [samples = []] = await watch(500, { 350: 'warn' })
    expect(samples[0]?.parts.get('head//m.gguf')).toEqual(HEAD())
    expect(samples[0]?.parts.get('boot-id')).toMatchObject({ kind: 'text' })
    const large = samples.filter(({ parts }) => parts.has('head//m.gguf'))
    expect(large).toHaveLength(1)
  })

  test('goes on in the same file, without a hole, when something happens again soon', async () => {
    const files = await watch(600, { 300: 'warn', 302: 'critical', 400: 'warn' })
    expect(files).toHaveLength(1)
    const sequences = (files[0] ?? []).map(({ sequence }) => sequence)
    const [first = 0] = sequences
    expect(sequences).toEqual(SAMPLES.slice(first, 400 + AFTER + 1).map(({ sequence }) => sequence))
  })

  test('begins another file later, and keeps so many', async () => {
    const levels = { 200: 'warn', 500: 'warn', 800: 'warn' } as const
    expect((await watch(1000, levels)).map((samples) => samples.at(-1)?.sequence)).toEqual([
      200 + AFTER,
      500 + AFTER,
      800 + AFTER,
    ])
    const two = await watch(1000, levels, { keep: { kind: 'files', count: 2 } })
    expect(two.map((samples) => samples.at(-1)?.sequence)).toEqual([500 + AFTER, 800 + AFTER])
  })

  test('ends a file that is too large; the next incident begins another', async () => {
    const files = await watch(500, { 300: 'warn', 350: 'warn' }, { maxBytes: 100 })
    expect(files.map((samples) => samples.at(-1)?.sequence)).toEqual([301, 351])
  })

  test('is written as far as it came when the run ends', async () => {
    const [samples = []] = await watch(360, { 350: 'warn' })
    expect(samples.at(-1)?.sequence).toBe(359)
  })
})

describe('the ring', () => {
  test('keeps so much of the past that each of its members can be read alone', () => {
    const past = ring({ keepMs: 600_000, maxBytes: Infinity })
    for (const sample of SAMPLES.slice(0, 300)) past.add(sample, '')
    const members = past.members()
    expect(members[0]?.firstElapsedMs).toBeGreaterThanOrEqual(2_990_000 - 600_000 - 60_000)
    for (const member of members) {
      const decoder = recordingDecoder({ host: '', startedAtEpochMs: 0, intervalMs: 1 })
      const samples = samplesOf(
        member
          .text()
          .trimEnd()
          .split('\n')
          .map((line) => decoder.read(line)),
      )
      const [first, ...others] = samples
      expect(first?.parts.get('head//m.gguf')).toEqual(HEAD())
      expect(others).toEqual(
        SAMPLES.slice((first?.sequence ?? 0) + 1, (first?.sequence ?? 0) + samples.length),
      )
      expect(first?.elapsedMs).toBe(member.firstElapsedMs)
      expect(samples.at(-1)?.elapsedMs).toBe(member.lastElapsedMs())
    }
  })

  test('takes no more memory than it may', () => {
    const past = ring({ keepMs: Infinity, maxBytes: 20_000 })
    for (const sample of SAMPLES) past.add(sample, '')
    const total = past.members().reduce((sum, member) => sum + member.bytes().length, 0)
    expect(total).toBeLessThan(25_000)
    expect(past.members().at(-1)?.lastElapsedMs()).toBe(SAMPLES.at(-1)?.elapsedMs)
  })
})
