import { seconds } from '../../core/units.ts'
import { maskSecrets } from '../../parse/mask-secrets.ts'
import { runCommand } from '../../transport/local-command.ts'
import type { Fault } from '../../core/fault.ts'
import type { Part } from '../../model/sample.ts'

const RUNTIMES = ['docker', 'podman']
const ARGS = ['ps', '--no-trunc', '--format', '{{.ID}} {{.Names}}']
const LIMITS = { timeoutMs: seconds(3), maxCharacters: 256 * 1024 }

/** The part `containers`: a line `ID NAME` for each running container that docker or podman shows to this user. */
export async function readContainerNames(signal: AbortSignal): Promise<ReadonlyMap<string, Part>> {
  const answers = await Promise.all(RUNTIMES.map((runtime) => runCommand(runtime, ARGS, LIMITS, signal)))
  const texts = answers.flatMap((answer) => (answer.kind === 'text' ? [answer.text] : []))
  const part: Part =
    texts.length > 0
      ? { kind: 'text', text: maskSecrets(texts.join('')) }
      : { kind: 'fault', fault: worst(answers.flatMap((answer) => (answer.kind === 'text' ? [] : [answer]))) }
  return new Map([['containers', part]])
}

/** That one of them is not installed says less than why the other does not answer. */
function worst(faults: readonly Fault[]): Fault {
  const [first = { kind: 'command-not-found', command: 'docker' }] = faults
  return faults.find(({ kind }) => kind !== 'command-not-found') ?? first
}
