import type { Frame } from '../model/frame.ts'
import type { RawSample } from '../model/sample.ts'
import type { Seen } from '../view/seen.ts'

/** Where frames go. One frame at a time: the run loop waits for `accept` before it folds the next sample. */
export interface Output {
  readonly label: string
  accept(frame: Frame, sample: RawSample): void | Promise<void>
  /**
   * Only of outputs that someone looks at: shows a moment of the past in place of what is accepted meanwhile; undefined:
   * the newest accepted frame again.
   */
  look?(past: Seen | undefined): void | Promise<void>
  /** The source has no more samples, and the output stays open: what it shows beside frames may have changed. */
  refresh?(): void
  /** Called once, also when `accept` was never called; a second call does nothing. */
  close(): void | Promise<void>
}
