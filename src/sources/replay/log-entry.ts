import type { Fault } from '../../core/fault.ts'
import type { Outcome } from '../../model/outcome.ts'
import type { RawSample } from '../../model/sample.ts'
import type { Place } from './place.ts'

/** What one file of a log gives, one after the other, on its own time. */
export type FileEntry<Mark> =
  /** What follows is another run: windows and trends begin anew. */
  | { readonly kind: 'segment' }
  | {
      readonly kind: 'sample'
      readonly sample: RawSample
      /** Bytes of the file that have been read to get here. */
      readonly readTo: number
      /** Enough to read on from this sample without what stands before it, where that is possible. */
      readonly mark: Mark | undefined
    }
  /** What really happened, on the time of the segment. */
  | { readonly kind: 'outcome'; readonly elapsedMs: number; readonly outcome: Outcome }
  /** Something that can't be read; what follows may go on. `fault` says it where nothing follows. */
  | { readonly kind: 'damage'; readonly because: string; readonly fault: Fault }
  /** It can't be read any further. */
  | { readonly kind: 'refused'; readonly fault: Fault }

/** Where reading begins: at a mark, or somewhere in the middle, which loses what only stands before. */
export type ReadFrom<Mark> =
  | { readonly kind: 'start' }
  | { readonly kind: 'mark'; readonly mark: Mark }
  | { readonly kind: 'middle'; readonly place: Place }

/** More text than this without a sample is no log: a compressed file may hold terabytes of nothing. */
export const MAX_USELESS_CHARACTERS = 64 * 1024 * 1024
