import type { Part, RawSample } from '../../src/model/sample.ts'

/** The samples as the lines of a plain recording, header first (docs/recording-format.md). */
export function recordingLines(samples: readonly RawSample[], outcomes: readonly object[] = []): string {
  const [first] = samples
  const header = {
    llmtop: 'recording',
    version: 1,
    host: first?.host ?? 'unknown',
    startedAtEpochMs: first?.takenAtEpochMs ?? 0,
    intervalMs: first?.intervalMs ?? 2000,
    tool: '0.1.0',
    redacted: true,
  }
  const lines = [
    header,
    ...samples.map(sampleLine),
    ...outcomes.map((outcome) => ({ event: 'outcome', ...outcome })),
  ]
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('')
}

function sampleLine(sample: RawSample): object {
  const { sequence, takenAtEpochMs, elapsedMs } = sample
  const parts = Object.fromEntries([...sample.parts].map(([name, part]) => [name, partValue(part)]))
  return { sequence, takenAtEpochMs, elapsedMs, parts }
}

function partValue(part: Part): object {
  const { kind, ...rest } = part
  return kind === 'same' ? { same: true } : rest
}
