import type { Part, RawSample } from '../../model/sample.ts'
import type { LogEntry } from '../../sources/replay/log.ts'

/**
 * The same entries with the samples before a moment made into the first one behind it, which then holds the newest of all
 * their parts: for whoever only wants to know what stood there. Nothing of it can be judged over time.
 */
export async function* condensed(entries: AsyncIterable<LogEntry>, fromMs: number): AsyncIterable<LogEntry> {
  const before = new Map<string, RawSample>()
  for await (const entry of entries) {
    if (entry.kind !== 'sample') {
      yield entry
      continue
    }
    const { sample } = entry
    const earlier = before.get(sample.host)
    const whole = earlier === undefined ? sample : joined(earlier, sample)
    if (sample.elapsedMs < fromMs) before.set(sample.host, whole)
    else {
      before.delete(sample.host)
      yield { ...entry, sample: whole }
    }
  }
}

function joined(earlier: RawSample, later: RawSample): RawSample {
  const passedMs = later.elapsedMs - earlier.elapsedMs
  const parts = new Map([...earlier.parts].map(([name, part]) => [name, older(part, passedMs)] as const))
  for (const [name, part] of later.parts) {
    if (part.kind !== 'same' || !parts.has(name)) parts.set(name, part)
  }
  return { ...later, parts }
}

function older(part: Part, passedMs: number): Part {
  return part.kind === 'text' ? { ...part, ageMs: (part.ageMs ?? 0) + passedMs } : part
}
