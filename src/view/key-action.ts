import type { SourceCommand } from '../model/session.ts'
import type { SignalName, SignalTarget } from '../model/signal.ts'
import type { UiEvent } from './ui-state.ts'

/** What a key does: changes the picture, commands the source, or has an effect outside. */
export type KeyAction =
  | { readonly kind: 'ui'; readonly event: UiEvent }
  | { readonly kind: 'source'; readonly command: SourceCommand }
  | { readonly kind: 'signal'; readonly target: SignalTarget; readonly signal: SignalName }
  | { readonly kind: 'repaint' | 'quit' | 'copy' | 'suspend' | 'save' }
