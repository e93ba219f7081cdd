import type { SignalTarget } from '../model/signal.ts'
import type { SortColumn } from './process-order.ts'

/** A small choice that stands above the key bar and takes the keys. */
export type Sheet =
  | { readonly kind: 'sort'; readonly before: { readonly sort: SortColumn; readonly reversed: boolean } }
  | { readonly kind: 'setup'; readonly index: number }
  | {
      readonly kind: 'signal'
      readonly target: SignalTarget
      readonly index: number
      /** The signal is chosen; it is sent when this is confirmed. */
      readonly asked: boolean
    }

/** A line that is typed in the place of the key bar, and takes the keys. */
export type Prompt = FilterPrompt | GoToPrompt

export interface FilterPrompt {
  readonly kind: 'filter'
  readonly view: FilteredView
  readonly text: string
  /** What it was when it was opened: Esc brings it back. */
  readonly before: string
}

/** Where to go in time; read when Enter is pressed. */
export interface GoToPrompt {
  readonly kind: 'go-to'
  readonly text: string
  /** Enter was pressed on what names no place. */
  readonly unclear: boolean
}

export const EMPTY_GO_TO: GoToPrompt = { kind: 'go-to', text: '', unclear: false }

/** The views whose rows can be filtered. */
export type FilteredView = 'overview' | 'fleet'
