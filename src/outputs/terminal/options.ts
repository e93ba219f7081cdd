import type { SessionState, SourceCommand, Unmoved } from '../../model/session.ts'
import type { SignalName, SignalOutcome, SignalTarget } from '../../model/signal.ts'
import type { Preferences } from '../../view/preferences.ts'
import type { Output } from '../output.ts'
import type { KeyInput } from './key-input.ts'
import type { ScreenOutput } from './toolkit.ts'

/** What the dashboard is given, and whom it asks to do what it can't do itself. */
export interface TerminalOutputOptions {
  readonly input: KeyInput
  readonly output: ScreenOutput
  readonly color: boolean
  readonly ascii: boolean
  /** Minutes to add to UTC for the clock. */
  readonly timeZoneOffsetMinutes: number
  /** What the user has chosen before; absent: the defaults. */
  readonly preferences?: Preferences
  /** Read anew for each picture. */
  readonly session: () => SessionState
  readonly onCommand: (command: SourceCommand) => Unmoved | undefined
  readonly onQuit: () => void
  /** Sends a signal to a process of this machine, if it still is the one that was chosen; absent: nothing is sent. */
  readonly onSignal?: (target: SignalTarget, signal: SignalName) => SignalOutcome
  /** Keeps the choices for the next start, and says in a sentence how that went; absent: nothing is kept. */
  readonly onSave?: (preferences: Preferences) => Promise<string>
  /** Stops the process as Ctrl-Z does, and returns when it goes on; the terminal has been given back meanwhile. */
  readonly onSuspend?: () => Promise<void>
  /** Calls back each time the process goes on after a stop, and returns how to end that. */
  readonly onContinued?: (callback: () => void) => () => void
}

export interface TerminalOutput extends Output {
  /** Draws the last frame anew, when something beside frames has changed: a replay has ended. */
  refresh(): void
  /** Shows a sentence in place of the key bar, until the next key. */
  say(text: string): void
}
