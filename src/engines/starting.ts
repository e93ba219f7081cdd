import { parseListeningSockets } from '../parse/listening-sockets.ts'
import type { WorkloadState } from '../model/workload.ts'
import { textAnswer } from './answers.ts'
import type { Answers, Claim } from './engine.ts'

/**
 * The state of a server that has said nothing yet: it is loading while it is seen to listen nowhere itself, and nobody it
 * started listens on its port. Only for engines that open their port when the model is loaded.
 */
export function stateOfSilent({ root }: Claim, port: number, answers: Answers): WorkloadState {
  const text = textAnswer(answers, { kind: 'sockets', pid: root.pid })?.text
  if (text === undefined) return 'serving'
  const mayBeIts = parseListeningSockets(text).listeners.filter(
    ({ owner, port: listening }) =>
      owner === 'own' || owner === 'unknown' || (owner === 'child' && listening === port),
  )
  return mayBeIts.length === 0 ? 'loading' : 'serving'
}
