import type { SessionState } from '../model/session.ts'
import type { KeyAction } from './key-action.ts'
import type { Scene } from './panel.ts'
import type { UiEvent, UiState } from './ui-state.ts'
import type { View } from './views.ts'

/** One line of the help: some keys and what they do. */
export interface Binding {
  /** As the toolkit names keys: letters as they are, `S-` with shift, `C-` with control. */
  readonly keys: readonly string[]
  /** As people call them. */
  readonly labels: readonly string[]
  readonly help: string
  readonly group: (typeof GROUPS)[number]
  /** Its place in the key bar, if it has one: the lower the rank, the longer it stays on narrow screens. */
  readonly bar?: BarEntry
  /** The views in which it does something; absent: all. */
  readonly where?: readonly View['kind'][]
  /** What the viewer is told where `action` is undefined. */
  readonly whyNot?: string
  /** undefined: the key does nothing in this kind of session. */
  readonly action: (session: SessionState, ui: UiState) => KeyAction | undefined
}

export interface BarEntry {
  readonly key: string
  readonly label: (session: SessionState, ui: UiState) => string
  readonly rank: number
  /** Whether it can do anything here; absent: always. */
  readonly isUseful?: (scene: Scene) => boolean
  /** The views where it says something; absent: all. */
  readonly views?: readonly View['kind'][]
}

/** In the order of the help. */
export const GROUPS = ['Views', 'Table', 'Time', 'Screen'] as const

/** A place in the key bar. */
export function bar(key: string, label: string, rank: number): BarEntry {
  return { key, label: () => label, rank }
}

/** A binding without what it does. */
export function bound(
  group: Binding['group'],
  keys: readonly string[],
  labels: readonly string[],
  help: string,
  entry?: BarEntry,
): Omit<Binding, 'action'> {
  return entry === undefined ? { group, keys, labels, help } : { group, keys, labels, help, bar: entry }
}

/** A binding that changes the picture. */
export function ui(
  group: Binding['group'],
  keys: readonly string[],
  labels: readonly string[],
  help: string,
  event: UiEvent,
  entry?: BarEntry,
): Binding {
  return { ...bound(group, keys, labels, help, entry), action: () => uiAction(event) }
}

export function uiAction(event: UiEvent): KeyAction {
  return { kind: 'ui', event }
}
