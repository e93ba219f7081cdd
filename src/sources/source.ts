import type { Fault } from '../core/fault.ts'
import type { SourceOrigin } from '../model/frame.ts'
import type { RawSample } from '../model/sample.ts'
import type { SessionState, SourceCommand } from '../model/session.ts'
import type { Want } from '../model/want.ts'

/**
 * Where samples come from. A source never throws for what can go wrong outside: a failure is a fault part in a sample.
 * It stops within one tick of the abort, leaving no process behind.
 */
export interface Source {
  readonly origin: SourceOrigin
  /**
   * @param wantsOf what the judgement asked for with its latest frame of that host; read anew before each sample
   */
  samples(wantsOf: WantsOf, signal: AbortSignal): AsyncIterable<RawSample>
  /** Takes effect with the next sample; a source ignores what it has no use for. */
  control(command: SourceCommand): void
  state(): SessionState
  /** Why the samples ended before their end, once they have: a damaged log, a host that refuses. */
  ending(): Fault | undefined
}

export type WantsOf = (host: string) => readonly Want[]
