import { sendSignal } from '../runtime/send-signal.ts'
import type { Session } from '../runtime/session.ts'
import type { SignalWatch } from '../runtime/signals.ts'
import { onContinued, suspend } from '../runtime/suspend.ts'
import type { Output } from '../outputs/output.ts'
import { terminalOutput } from '../outputs/terminal/screen.ts'
import type { Environment } from './environment.ts'
import { drawsInAscii } from './locale.ts'
import type { WatchedRecording } from './record/while-watching.ts'
import { preferencesOf, savedInterval, saving } from './saving.ts'
import type { Show } from './show-request.ts'

/** The screen of a terminal, as the user has set it up. This file and what it imports is loaded only when one is drawn. */
export function screenOutput(
  environment: Environment,
  request: Show,
  session: Session,
  watch: SignalWatch,
  recording: WatchedRecording | undefined,
): Output {
  const { stdin, stdout, variables } = environment
  const { settings } = request.loaded
  const output = terminalOutput({
    input: stdin,
    output: stdout,
    color: settings.color === 'always' || (settings.color === 'auto' && !variables['NO_COLOR']),
    ascii: drawsInAscii(settings.ascii, variables),
    preferences: preferencesOf(settings),
    onSave: saving(environment, request.loaded, () => savedInterval(request.source)),
    timeZoneOffsetMinutes: request.zoneless === true ? 0 : -new Date().getTimezoneOffset(),
    session: () => recording?.stateWith(session.state()) ?? session.state(),
    onCommand: (command) => {
      if (command.kind !== 'record') return session.control(command)
      void recording?.toggle().then((how) => {
        output.say(how)
      })
      return undefined
    },
    onQuit: () => {
      watch.stop()
    },
    onSignal: sendSignal,
    onSuspend: suspend,
    onContinued,
  })
  return output
}
