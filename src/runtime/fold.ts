import { startMemory, type Memory } from '../analyse/memory.ts'
import type { Rules } from '../analyse/rules.ts'
import { step, type Step } from '../analyse/step.ts'
import type { SourceOrigin } from '../model/frame.ts'
import type { RawSample } from '../model/sample.ts'

/** What the fold knows of each host. */
export type Memories = ReadonlyMap<string, Memory>

/** The fold over the samples of several hosts, each with a memory of its own. */
export interface Folding {
  readonly memories: Memories
  next(sample: RawSample): Step
}

export function startFolding(origin: SourceOrigin, rules: Rules, from: Memories = new Map()): Folding {
  const memories = new Map(from)
  return {
    memories,
    next: (sample) => {
      const stepped = step(memories.get(sample.host) ?? startMemory(origin, rules), sample)
      memories.set(sample.host, stepped.memory)
      return stepped
    },
  }
}
