import type { TextPart } from '../model/sample.ts'
import type { Want } from '../model/want.ts'
import { answerTo, textAnswer } from './answers.ts'
import type { Answers } from './engine.ts'
import { NO_ENVIRONMENT } from './flags/once-per-command.ts'
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
  const part = recorded?.kind === 'text' ? recorded : textAnswer(answers, environmentWant(pid))
  if (part === undefined) return NO_ENVIRONMENT
  const environment = READ.get(part) ?? read(part)
  READ.set(part, environment)
  return environment
}

// the same text is asked about at every tick; what is remembered follows from it alone
const READ = new WeakMap<TextPart, Environment>()

function read({ text }: TextPart): Environment {
  return Object.fromEntries(
    text.split('\n').flatMap((line) => {
      const at = line.indexOf('=')
      return at === -1 ? [] : [[line.slice(0, at), line.slice(at + 1)]]
    }),
  )
}
