import type { SignalName, SignalOutcome, SignalTarget } from '../model/signal.ts'

/** What became of a signal, in one sentence. */
export function signalNotice(target: SignalTarget, signal: SignalName, outcome: SignalOutcome): string {
  const { pid, name, user } = target
  const who = `process ${pid} (${name})`
  switch (outcome) {
    case 'sent':
      return `${signal} was sent to ${who}`
    case 'gone':
      return `${who} has ended; nothing was sent`
    case 'not-permitted':
      // short enough for 80 columns: half a command is none
      return `not sent: ${name} belongs to ${user ?? 'another user'}; try 'sudo kill -${signal.slice(3)} ${pid}'`
    case 'refused':
      return `llmtop sends no signal to ${who}`
  }
}
