import type { HostProcess } from '../model/snapshot.ts'
import type { EngineId } from '../model/workload.ts'
import type { Claim, Engine } from './engine.ts'
import { transformers } from './transformers.ts'
import { unknown } from './unknown.ts'

/** In the order in which they are asked: the first claim wins, so `unknown` stands last. */
export const ENGINES: readonly Engine[] = [transformers, unknown]

/** The claim on a process. @param family the process and then its ancestors, nearest first */
export function claimFor(family: readonly HostProcess[]): Claim | undefined {
  for (const engine of ENGINES) {
    const claim = engine.claim(family)
    if (claim !== undefined) return claim
  }
  return undefined
}

export function engineOf(id: EngineId): Engine {
  return ENGINES.find((engine) => engine.id === id) ?? unknown
}
