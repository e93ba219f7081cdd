import { printable } from '../../core/text.ts'
import { createFile } from '../../config/save.ts'
import { initText } from '../../config/init-text.ts'
import { EXIT, type Environment } from '../environment.ts'

/** Makes a configuration file in which every setting stands as a comment; returns the exit code. */
export async function initConfig(environment: Environment, path: string, force: boolean): Promise<number> {
  const { stdout, stderr } = environment
  const shown = printable(path)
  if (path.endsWith('.json')) {
    stderr.write(
      `llmtop: '${shown}' is JSON, which has no comments; remove it, or choose another with --config\n`,
    )
    return EXIT.usage
  }
  const outcome = await createFile(path, initText(), force)
  switch (outcome.kind) {
    case 'created':
      stdout.write(`${shown}\n`)
      stderr.write('llmtop: every setting stands in it as a comment; nothing is changed by it yet\n')
      return EXIT.done
    case 'exists':
      stderr.write(`llmtop: '${shown}' is there already; --force writes over it\n`)
      return EXIT.fault
    case 'failed':
      stderr.write(`llmtop: ${outcome.because}\n`)
      return EXIT.fault
  }
}
