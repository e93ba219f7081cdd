import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { RawSample } from '../../../src/model/sample.ts'
import { openLog, type Log, type LogEntry } from '../../../src/sources/replay/log.ts'
import { compactMembers } from '../../support/compact-members.ts'
import { nvidiaSmiXml } from '../../support/nvidia-smi-xml.ts'
import { recordingLines } from '../../support/recording-writer.ts'
import { growing, machine } from '../../support/scenarios.ts'
import { simulate } from '../../support/simulate.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const SAMPLES = simulate(machine({ durationMs: 240_000, processes: [growing(300)] }))
const LATER = SAMPLES.map((sample) => ({ ...sample, takenAtEpochMs: sample.takenAtEpochMs + 3_600_000 }))
const COMPACT = compactMembers(SAMPLES, 20)
const TWO_HOSTS = SAMPLES.flatMap((sample) => [sample, { ...sample, host: 'node8' }])

/** Documents whose stamps are shared, missing, and go back. */
const XML = [0, 0, 0, 1, 1, 3, undefined, 60, 61, 20, 22, 24]
  .map((seconds, at) => {
    const time = new Date(Date.UTC(2026, 10, 21, 12, 0, seconds ?? 0)).toISOString().slice(11, 19)
    return nvidiaSmiXml({
      timestamp: seconds === undefined ? 'no time' : `Sat Nov 21 ${time} 2026`,
      gpus: [{ usedMiB: 1000 + at }],
    })
  })
  .join('')

const FILES: Readonly<Record<string, readonly (string | Uint8Array)[]>> = {
  'a plain recording': [recordingLines(SAMPLES)],
  'a plain recording of two hosts': [recordingLines(TWO_HOSTS)],
  'a recording of two segments': [recordingLines(SAMPLES) + recordingLines(LATER, [], 20)],
  'a compact recording': [COMPACT.text.join('')],
  'a compact recording in gzip members': [Buffer.concat(COMPACT.gzip)],
  'a compact recording of two hosts': [Buffer.concat(compactMembers(TWO_HOSTS, 20).gzip)],
  'a recording that another program has compressed': [gzipSync(recordingLines(SAMPLES))],
  'a damaged recording': [COMPACT.text.join('').replace('"delta"', '"dolta"').replace('"key":true', '!')],
  'a recording in UTF-16': [Buffer.from(`\ufeff${recordingLines(SAMPLES)}`, 'utf16le')],
  'a log of nvidia-smi': [XML],
  'a log of nvidia-smi in UTF-16': [Buffer.from(`\ufeff${XML.replaceAll('\n', '\r\n')}`, 'utf16le')],
  'a compressed log of nvidia-smi': [gzipSync(XML)],
  'several files': [
    Buffer.concat(compactMembers(LATER, 20).gzip),
    recordingLines(SAMPLES),
    `${recordingLines(LATER.map((sample) => ({ ...sample, takenAtEpochMs: sample.takenAtEpochMs + 1e9 })))}{"torn`,
  ],
}

async function open(contents: readonly (string | Uint8Array)[]): Promise<Log> {
  const folder = temporaryFolder()
  const paths = contents.map((content, at) => {
    const path = join(folder, `node${at}.log`)
    writeFileSync(path, content)
    return path
  })
  const opened = await openLog(paths)
  if (opened.kind === 'fault') throw new Error(JSON.stringify(opened.fault))
  return opened.log
}

async function all(entries: AsyncIterable<LogEntry>): Promise<readonly LogEntry[]> {
  const seen: LogEntry[] = []
  for await (const entry of entries) seen.push(entry)
  return seen
}

// how much has been read is told by chunks, which begin elsewhere
function withoutShare(entries: readonly LogEntry[]): readonly LogEntry[] {
  return entries.map((entry) => (entry.kind === 'sample' ? { ...entry, share: 0 } : entry))
}

function samplesOf(entries: readonly LogEntry[]): readonly RawSample[] {
  return entries.flatMap((entry) => (entry.kind === 'sample' ? [entry.sample] : []))
}

describe('reading goes on from a mark as if all before it had been read', () => {
  test.each(Object.keys(FILES))('in %s', { timeout: 30_000 }, async (name) => {
    const log = await open(FILES[name] ?? [])
    const entries = await all(log.entries())
    const marked = entries.flatMap((entry, at) =>
      entry.kind === 'sample' && entry.mark !== undefined ? [{ at, mark: entry.mark }] : [],
    )
    expect(marked.length).toBeGreaterThan(3)
    const some = marked.filter((_, at) => at % Math.ceil(marked.length / 12) === 0)
    for (const { at, mark } of some)
      expect(withoutShare(await all(log.entries(mark)))).toEqual(withoutShare(entries.slice(at)))
  })
})

describe('a place near a moment is found without reading what stands before', () => {
  test.each(Object.keys(FILES).filter((name) => !name.includes('nvidia-smi') && !name.includes('damaged')))(
    'in %s',
    async (name) => {
      const log = await open(FILES[name] ?? [])
      const exact = samplesOf(await all(log.entries()))
      for (const share of [0, 0.3, 0.7, 1]) {
        const target = exact[Math.floor((exact.length - 1) * share)]
        if (target === undefined) throw new Error('no samples')
        const near = samplesOf(await all(log.near(target.elapsedMs)))
        expect(near[0]?.elapsedMs).toBeLessThanOrEqual(target.elapsedMs)
        const times = near.map(({ elapsedMs }) => elapsedMs)
        expect(times.includes(target.elapsedMs)).toBe(true)
        expect(times.at(-1)).toBe(exact.at(-1)?.elapsedMs)
      }
    },
  )

  test('from the next key frame before it, with what that repeats', async () => {
    const log = await open(FILES['a compact recording in gzip members'] ?? [])
    const [first] = samplesOf(await all(log.near(200_000)))
    expect(first?.elapsedMs).toBe(160_000)
    expect(first?.parts.get('boot-id')).toMatchObject({ kind: 'text', ageMs: 160_000 })
  })
})

describe('several files are one log', () => {
  test('in the order of their first samples, with a gap between them as long as it was', async () => {
    const log = await open([recordingLines(LATER), recordingLines(SAMPLES)])
    const samples = samplesOf(await all(log.entries()))
    expect(samples.map(({ takenAtEpochMs }) => takenAtEpochMs)).toEqual(
      [...SAMPLES, ...LATER].map(({ takenAtEpochMs }) => takenAtEpochMs),
    )
    expect(samples.at(-1)?.elapsedMs).toBe(3_600_000 + 240_000)
    expect(await log.span()).toEqual({
      firstElapsedMs: 0,
      firstEpochMs: SAMPLES[0]?.takenAtEpochMs,
      lastEpochMs: LATER.at(-1)?.takenAtEpochMs,
    })
  })

  test('of which one is torn goes on with the next, and says it', async () => {
    const log = await open([`${recordingLines(SAMPLES)}{"torn`, recordingLines(LATER)])
    const entries = await all(log.entries())
    expect(samplesOf(entries)).toHaveLength(2 * SAMPLES.length)
    expect(entries.at(-1)).toMatchObject({ kind: 'end', fault: { kind: 'samples-lost', samples: 0 } })
  })

  test('of which one is no log are none', async () => {
    await expect(open([recordingLines(SAMPLES), 'x'])).rejects.toThrow('neither a recording')
  })
})

test('how much of a log has been read is told in its bytes, in whatever encoding', async () => {
  for (const name of Object.keys(FILES).filter((key) => !key.includes('nvidia-smi'))) {
    const entries = await all((await open(FILES[name] ?? [])).entries())
    const shares = entries.flatMap((entry) => (entry.kind === 'sample' ? [entry.share] : []))
    expect(shares).toEqual(shares.toSorted((a, b) => a - b))
    expect(shares.at(-1)).toBeGreaterThan(0.97)
  }
})
