import { startMemory, type Memory } from '../../src/analyse/memory.ts'
import { RULES } from '../../src/analyse/rules.ts'
import { step, type Step } from '../../src/analyse/step.ts'
import type { Frame } from '../../src/model/frame.ts'
import type { Part, RawSample } from '../../src/model/sample.ts'

/** The memory before any sample. */
export const BEGINNING: Memory = startMemory({ kind: 'replay', label: 'test' }, RULES)

/** Every step that the samples make, one after the other. */
export function steps(samples: Iterable<RawSample>, memory: Memory = BEGINNING): readonly Step[] {
  const taken: Step[] = []
  let before = memory
  for (const sample of samples) {
    const next = step(before, sample)
    taken.push(next)
    before = next.memory
  }
  return taken
}

/** The frames that the samples make. */
export function frames(samples: Iterable<RawSample>): readonly Frame[] {
  return steps(samples).map(({ frame }) => frame)
}

/** The frame of the last sample. */
export function lastFrame(samples: Iterable<RawSample>): Frame {
  const frame = frames(samples).at(-1)
  if (frame === undefined) throw new Error('no samples')
  return frame
}

export type Parts = Readonly<Record<string, string | Part>>

/** A sample at so many seconds; a text stands for a text part. */
export function sampleAt(seconds: number, parts: Parts, more: Partial<RawSample> = {}): RawSample {
  return {
    host: 'node7',
    sequence: Math.round(seconds * 10),
    takenAtEpochMs: Date.UTC(2026, 10, 21) + seconds * 1000,
    elapsedMs: seconds * 1000,
    intervalMs: 2000,
    parts: new Map(Object.entries(parts).map(([name, part]) => [name, partOf(part)])),
    ...more,
  }
}

function partOf(part: string | Part): Part {
  return typeof part === 'string' ? { kind: 'text', text: part } : part
}
