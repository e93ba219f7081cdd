import type { RawSample } from '../model/sample.ts'
import { partNames, type Want } from '../model/want.ts'

/** What the judgement asks for, host by host, and what of it has been answered. */
export interface Asking {
  wantsOf(host: string): readonly Want[]
  /**
   * Takes note of what a sample has answered and what its frame asks for.
   * @returns how many wants have had no answer yet
   */
  after(sample: RawSample, wants: readonly Want[]): number
}

export function startAsking(): Asking {
  const wanted = new Map<string, readonly Want[]>()
  const answered = new Set<string>()
  return {
    wantsOf: (host) => wanted.get(host) ?? [],
    after(sample, wants) {
      wanted.set(sample.host, wants)
      for (const name of sample.parts.keys()) answered.add(name)
      return wants.filter((want) => !partNames(want).every((name) => answered.has(name))).length
    },
  }
}
