import { gzipSync } from 'node:zlib'
import type { RawSample } from '../../src/model/sample.ts'
import { recordingEncoder } from '../../src/outputs/recording/encode.ts'

export interface CompactMembers {
  /** The lines of each member, the header in the first. */
  readonly text: readonly string[]
  readonly gzip: readonly Buffer[]
}

/** A compact recording as a recorder writes it: gzip members of so many samples, each beginning with a key frame of each host. */
export function compactMembers(samples: readonly RawSample[], each: number): CompactMembers {
  const [first] = samples
  const encoder = recordingEncoder()
  const facts = {
    host: first?.host ?? 'unknown',
    startedAtEpochMs: first?.takenAtEpochMs ?? 0,
    intervalMs: first?.intervalMs ?? 2000,
    tool: '0.1.0',
    anonymized: false,
  }
  const header = encoder.begin(facts, true)
  const text = Array.from({ length: Math.ceil(samples.length / each) }, (_, at) => {
    const seen = new Set<string>()
    const lines = samples.slice(at * each, (at + 1) * each).map((sample) => {
      const isKey = !seen.has(sample.host)
      seen.add(sample.host)
      return encoder.sample(sample, isKey).line
    })
    return [...(at === 0 ? [header] : []), ...lines].join('')
  })
  return { text, gzip: text.map((member) => gzipSync(member)) }
}
