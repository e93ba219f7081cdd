import type { Command } from 'commander'
import type { Environment } from '../../src/cli/environment.ts'
import { buildProgram } from '../../src/cli/program.ts'

/** The commands as they are defined, for looking at; nothing is run. */
export function programHere(version: string): Command {
  const environment: Environment = {
    version,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    variables: {},
    hostName: 'here',
    demoPath: '',
    exitWith: () => undefined,
  }
  return buildProgram(environment)
}
