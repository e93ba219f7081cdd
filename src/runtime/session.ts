import type { Fault } from '../core/fault.ts'
import type { Frame } from '../model/frame.ts'
import type { RawSample } from '../model/sample.ts'
import type { SessionState, SourceCommand, Unmoved } from '../model/session.ts'
import type { Seen } from '../view/seen.ts'

/** A source with its fold: what outputs watch, and the way to steer it. */
export interface Session {
  /**
   * What there is to show, one after the other, until it ends or is aborted.
   * @param refresh called when `state` has changed and no frame says so
   */
  shown(signal: AbortSignal, refresh: () => void): AsyncIterable<Shown>
  /** @returns why nothing moves, where it can't go there and its state does not say so */
  control(command: SourceCommand): Unmoved | undefined
  state(): SessionState
  /** Why it ended before its end, once it has. */
  ending(): Fault | undefined
}

export type Shown =
  /** The next frame of what goes on. */
  | {
      readonly kind: 'frame'
      readonly frame: Frame
      readonly sample: RawSample
      /** How many of the judgement's wants have had no answer yet. */
      readonly awaited: number
    }
  /** A moment that the viewer has gone to, with what stood before it: for whoever looks, not for whoever keeps frames. */
  | { readonly kind: 'past'; readonly seen: Seen }
  /** The viewer looks no more at the past. */
  | { readonly kind: 'present' }
