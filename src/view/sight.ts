import type { SignalTarget } from '../model/signal.ts'
import type { View } from './views.ts'

/** What of a view can be seen at a size: what moving and opening depend on. */
export interface InSight {
  /** What the cursor can stand on; undefined in a text, which is scrolled. */
  readonly choices: readonly Choice[] | undefined
  /** Lines of the whole text. */
  readonly lines: number
  /** How many choices, or lines of the text, are in sight. */
  readonly rows: number
  /** The line on which the first choice stands, of a view that is scrolled as a whole; undefined: its list scrolls alone. */
  readonly listTop: number | undefined
  /** What the view as a whole is about. */
  readonly process: SignalTarget | undefined
  /** Why nothing can be signalled. */
  readonly noSignal: string | undefined
}

/** Something that the cursor can stand on. */
export interface Choice {
  readonly id: string
  /** The views that Enter puts on top of this one; none where there is nothing more to see. */
  readonly opens: readonly View[]
  /** The host that is opened with them, where it is another one. */
  readonly host?: string
  /** What a signal would go to. */
  readonly process?: SignalTarget | undefined
}
