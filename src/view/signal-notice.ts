import type { SignalName, SignalOutcome, SignalTarget } from '../model/signal.ts'

/** What became of a signal, in one sentence. */
export function signalNotice(target: SignalTarget, signal: SignalName, outcome: SignalOutcome): string {
  const who = `process ${target.pid} (${target.name})`
  switch (outcome) {
    case 'sent':
      return `${signal} was sent to ${who}`
    case 'gone':
      return `${who} has ended; nothing was sent`
    case 'not-permitted':
      return `${who} belongs to ${target.user ?? 'another user'}; nothing was sent: try 'sudo kill -${signal.slice(3)} ${target.pid}'`
    case 'refused':
      return `llmtop sends no signal to ${who}`
  }
}
