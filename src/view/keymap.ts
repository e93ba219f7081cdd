import type { SessionState } from '../model/session.ts'
import type { Binding } from './binding.ts'
import { SCREEN_KEYS } from './bindings/screen.ts'
import { TABLE_KEYS } from './bindings/table.ts'
import { TIME_KEYS } from './bindings/time.ts'
import { VIEW_KEYS } from './bindings/views.ts'
import type { KeyAction } from './key-action.ts'
import { modalAction } from './modal-keys.ts'
import type { UiState } from './ui-state.ts'

/** The one table of keys: the key bar, the help panel and docs/keys.md are made of it. */
export const BINDINGS: readonly Binding[] = [...VIEW_KEYS, ...TABLE_KEYS, ...TIME_KEYS, ...SCREEN_KEYS]

/**
 * What the key means now; undefined when it means nothing. What is typed or chosen takes the keys before the table.
 * @param character what was typed, where the key is one that types
 */
export function actionOf(
  key: string,
  session: SessionState,
  state: UiState,
  character?: string,
): KeyAction | undefined {
  if (key === 'C-c') return { kind: 'quit' }
  const modal = modalAction(key, session, state, character)
  if (modal !== 'through') return modal
  return BINDINGS.find((binding) => binding.keys.includes(key))?.action(session, state)
}
