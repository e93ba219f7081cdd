import type { RawSample } from '../../src/model/sample.ts'
import { recordingEncoder } from '../../src/outputs/recording/encode.ts'

/** The samples as the lines of a recording, header first (docs/recording-format.md); compact with a key frame every `keyEvery`. */
export function recordingLines(
  samples: readonly RawSample[],
  outcomes: readonly object[] = [],
  keyEvery?: number,
): string {
  const [first] = samples
  const encoder = recordingEncoder()
  const facts = {
    host: first?.host ?? 'unknown',
    startedAtEpochMs: first?.takenAtEpochMs ?? 0,
    intervalMs: first?.intervalMs ?? 2000,
    tool: '0.1.0',
    anonymized: false,
  }
  const header = encoder.begin(facts, keyEvery !== undefined)
  const isKey = (at: number): boolean => keyEvery !== undefined && at % keyEvery === 0
  const lines = samples.map((sample, at) => encoder.sample(sample, isKey(at)).line)
  const events = outcomes.map((outcome) => `${JSON.stringify({ event: 'outcome', ...outcome })}\n`)
  return [header, ...lines, ...events].join('')
}
