import type { SessionState } from '../model/session.ts'
import { uiAction } from './binding.ts'
import type { Binding } from './binding.ts'
import { SCREEN_KEYS } from './bindings/screen.ts'
import { TABLE_KEYS } from './bindings/table.ts'
import { TIME_KEYS } from './bindings/time.ts'
import { VIEW_KEYS } from './bindings/views.ts'
import type { KeyAction } from './key-action.ts'
import { keyNames } from './key-names.ts'
import { keyElsewhere } from './keys-elsewhere.ts'
import { modalAction } from './modal-keys.ts'
import type { UiState } from './ui-state.ts'
import { topView, VIEW_NAMES } from './views.ts'

/** The one table of keys: the key bar, the help panel and docs/keys.md are made of it. */
export const BINDINGS: readonly Binding[] = [...VIEW_KEYS, ...TABLE_KEYS, ...TIME_KEYS, ...SCREEN_KEYS]

// Whatever is typed or chosen: the way out, a clean screen, the shell.
const ALWAYS = ['C-c', 'C-l', 'C-z']

/**
 * What the key means now: where it does nothing, a notice that says why; undefined where it is no key that anyone
 * presses on purpose. What is typed or chosen takes the keys before the table.
 * @param character what was typed, where the key is one that types
 */
export function actionOf(
  key: string,
  session: SessionState,
  state: UiState,
  character?: string,
): KeyAction | undefined {
  const modal = ALWAYS.includes(key) ? 'through' : modalAction(key, session, state, character)
  if (modal !== 'through') return modal
  const binding = BINDINGS.find((one) => one.keys.includes(key))
  if (binding === undefined) return noticed(keyElsewhere(key), state)
  const { where, whyNot, labels } = binding
  if (where?.includes(topView(state.views).kind) === false)
    return noticed(
      `${labels[0] ?? key} is a key of: ${where.map((kind) => VIEW_NAMES[kind]).join(', ')}`,
      state,
    )
  return binding.action(session, state) ?? noticed(whyNot, state)
}

function noticed(text: string | undefined, { ascii }: UiState): KeyAction | undefined {
  return text === undefined ? undefined : uiAction({ kind: 'notice', text: keyNames(text, ascii) })
}
