import type { Want } from '../model/want.ts'
import { answerTo, textAnswer } from './answers.ts'
import type { Answers } from './engine.ts'
import type { Environment } from './flags/read-flags.ts'

/** The allowed variables of a process; all else stays where it is. */
export function environmentWant(pid: number): Want {
  return {
    kind: 'file',
    path: `/proc/${pid}/environ`,
    every: 'once',
    maxBytes: 256 * 1024,
    reduce: 'allowed-environment',
  }
}

/** Whether the environment of a process was looked at, with whatever success. */
export function hasEnvironment(pid: number, answers: Answers): boolean {
  return answers.has(`env/${pid}`) || answerTo(answers, environmentWant(pid)) !== undefined
}

/** Empty where it can't be read (another user's) or has not been read yet. */
export function environmentOf(pid: number, answers: Answers): Environment {
  // `env/PID` is how recordings name it
  const recorded = answers.get(`env/${pid}`)?.part
  const text = recorded?.kind === 'text' ? recorded.text : textAnswer(answers, environmentWant(pid))?.text
  return Object.fromEntries(
    (text ?? '').split('\n').flatMap((line) => {
      const at = line.indexOf('=')
      return at === -1 ? [] : [[line.slice(0, at), line.slice(at + 1)]]
    }),
  )
}
