import { expect, test } from 'vitest'
import type { RawSample } from '../../src/model/sample.ts'
import { condensed } from '../../src/runtime/playback/condense.ts'
import type { LogEntry } from '../../src/sources/replay/log.ts'
import { sampleAt, type Parts } from '../support/fold.ts'

async function* entriesOf(samples: readonly RawSample[]): AsyncIterable<LogEntry> {
  for (const sample of samples) {
    await Promise.resolve()
    yield { kind: 'sample', sample, share: 0, mark: undefined }
  }
}

test('samples before a moment become one with the newest of their parts, each as old as it is', async () => {
  const parts: readonly Parts[] = [
    { processes: 'a', meminfo: '0' },
    { meminfo: '2', 'proc/1/stat': { kind: 'fault', fault: { kind: 'not-found', what: 'it' } } },
    { meminfo: { kind: 'same' } },
    { meminfo: '6' },
  ]
  const samples = parts.map((one, at) => sampleAt(at * 2, one))
  const seen: RawSample[] = []
  for await (const entry of condensed(entriesOf(samples), 4000)) {
    if (entry.kind === 'sample') seen.push(entry.sample)
  }
  expect(seen).toEqual([
    sampleAt(4, {
      processes: { kind: 'text', text: 'a', ageMs: 4000 },
      meminfo: { kind: 'text', text: '2', ageMs: 2000 },
      'proc/1/stat': { kind: 'fault', fault: { kind: 'not-found', what: 'it' } },
    }),
    samples[3],
  ])
})
