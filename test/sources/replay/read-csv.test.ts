import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { RawSample } from '../../../src/model/sample.ts'
import type { LogImports } from '../../../src/sources/replay/log-file.ts'
import { openLog, type LogEntry, type LogMark } from '../../../src/sources/replay/log.ts'
import { replayedText } from '../../support/replayed.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const HEADER = 'timestamp, index, memory.used [MiB], memory.total [MiB]'

function rows(seconds: number, ...usedMib: readonly number[]): string {
  const time = new Date(Date.UTC(2026, 10, 21, 12, 0, seconds)).toISOString()
  const stamp = `2026/11/21 ${time.slice(11, 23)}`
  return usedMib.map((used, index) => `${stamp}, ${index}, ${used} MiB, 8192 MiB\n`).join('')
}

const LOG = `${HEADER}\n${rows(0, 1, 2)}${rows(2, 3, 4)}${rows(4, 5, 6)}`

function partOf(sample: RawSample | undefined): string | undefined {
  const part = sample?.parts.get('nvidia-smi-csv')
  return part?.kind === 'text' ? part.text : undefined
}

async function entriesOf(
  content: string,
  imports: LogImports = {},
  from?: LogMark,
): Promise<readonly LogEntry[]> {
  const path = join(temporaryFolder(), 'log.csv')
  writeFileSync(path, content)
  const opened = await openLog([path], imports)
  if (opened.kind === 'fault') return [{ kind: 'end', fault: opened.fault }]
  const entries: LogEntry[] = []
  for await (const entry of opened.log.entries(from)) entries.push(entry)
  return entries
}

function samplesIn(entries: readonly LogEntry[]): readonly RawSample[] {
  return entries.flatMap((entry) => (entry.kind === 'sample' ? [entry.sample] : []))
}

describe('a CSV log', () => {
  test('gives a sample for each round of its cards, with its header, at its own time', async () => {
    const { samples, ending } = await replayedText(LOG, 'node7.csv')
    expect(ending).toBeUndefined()
    expect(
      samples.map((sample) => [sample.host, sample.elapsedMs, sample.intervalMs, partOf(sample)]),
    ).toEqual([
      ['node7', 0, 2000, `${HEADER}\n${rows(0, 1, 2).trimEnd()}`],
      ['node7', 2000, 2000, `${HEADER}\n${rows(2, 3, 4).trimEnd()}`],
      ['node7', 4000, 2000, `${HEADER}\n${rows(4, 5, 6).trimEnd()}`],
    ])
  })

  test.each<[string, string | Uint8Array]>([
    ['Windows’ line ends', LOG.replaceAll('\n', '\r\n')],
    [
      'UTF-16, as a PowerShell redirect writes it',
      Buffer.from(`\ufeff${LOG.replaceAll('\n', '\r\n')}`, 'utf16le'),
    ],
    ['nothing after the last row', LOG.trimEnd()],
    ['its header repeated', LOG.replaceAll(rows(2, 3, 4), `${HEADER}\n${rows(2, 3, 4)}`)],
  ])('is read with %s', async (_, content) => {
    const { samples, ending } = await replayedText(content, 'node7.csv')
    expect(ending).toBeUndefined()
    expect(samples.map(partOf)).toEqual((await replayedText(LOG, 'node7.csv')).samples.map(partOf))
  })

  test('that was cut in the middle of a round has one sample less, and says so', async () => {
    const { samples, ending } = await replayedText(LOG.slice(0, -rows(4, 6).length), 'node7.csv')
    expect(samples).toHaveLength(2)
    expect(ending).toEqual({
      kind: 'torn-tail',
      file: 'node7.csv',
      because: 'its last sample lacks some of the cards',
    })
  })

  test('can be read from each sample on, as if from the beginning', async () => {
    const all = await entriesOf(LOG)
    for (const entry of all) {
      if (entry.kind !== 'sample' || entry.mark === undefined) continue
      const rest = samplesIn(await entriesOf(LOG, {}, entry.mark))
      expect(rest).toEqual(samplesIn(all).slice(entry.sample.sequence))
    }
  })

  test('without times begins and goes on as the user states', async () => {
    const content = 'memory.used [MiB], memory.free [MiB]\n1 MiB, 2 MiB\n3 MiB, 4 MiB\n'
    const startEpochMs = Date.UTC(2026, 10, 21)
    const samples = samplesIn(await entriesOf(content, { startEpochMs, intervalMs: 5000 }))
    expect(
      samples.map(({ takenAtEpochMs, elapsedMs, intervalMs }) => [takenAtEpochMs, elapsedMs, intervalMs]),
    ).toEqual([
      [startEpochMs, 0, 5000],
      [startEpochMs + 5000, 5000, 5000],
    ])
  })

  test('without a header is read by the columns that the user names, and refused without them', async () => {
    const content = `${rows(0, 1)}${rows(2, 3)}`
    expect(samplesIn(await entriesOf(content, { columns: HEADER })).map(partOf)).toEqual([
      `${HEADER}\n${rows(0, 1).trimEnd()}`,
      `${HEADER}\n${rows(2, 3).trimEnd()}`,
    ])
    const used = samplesIn(await entriesOf('1\n2\n', { columns: 'memory.used' }))
    expect(used.map(partOf)).toEqual(['memory.used\n1', 'memory.used\n2'])
    const [refused] = await entriesOf(content)
    expect(
      refused?.kind === 'end' && refused.fault?.kind === 'unreadable-log' && refused.fault.because,
    ).toContain('--columns')
  })

  test('of a shell loop is read with its dates', async () => {
    const { samples } = await replayedText(
      'Fri Jun  2 10:00:00 UTC 2023 1234 MiB, 5678 MiB\nFri Jun  2 10:00:05 UTC 2023 1235 MiB, 5677 MiB\n',
      'gpu.log',
    )
    expect(samples.map(({ elapsedMs, intervalMs }) => [elapsedMs, intervalMs])).toEqual([
      [0, 5000],
      [5000, 5000],
    ])
  })
})
