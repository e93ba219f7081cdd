import { Writable } from 'node:stream'
import type { WriteStream } from 'node:tty'
import { Command, CommanderError } from 'commander'
import { fitCommand } from '../../src/cli/commands/fit.ts'
import type { Environment } from '../../src/cli/environment.ts'

export interface FitRun {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** `llmtop fit` with these arguments, in this process; `nvidia-smi` is looked for on the PATH of this process. */
export async function fit(
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<FitRun> {
  const stdout = new Collected()
  const stderr = new Collected()
  let exitCode = 0
  const environment: Environment = {
    version: '0.0.0',
    stdin: process.stdin,
    // only written to
    stdout: stdout as unknown as WriteStream,
    stderr,
    variables: { LANG: 'C.UTF-8', ...variables },
    hostName: 'node7',
    demoPath: '',
    exitWith: (code) => {
      exitCode = code
    },
  }
  const program = new Command('llmtop')
    .exitOverride()
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: (text) => stderr.write(text) })
  const command = fitCommand(environment)
  program.addCommand(command)
  command.copyInheritedSettings(program)
  try {
    await program.parseAsync(['node', 'llmtop', 'fit', ...args])
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    exitCode = error.exitCode === 0 ? 0 : 2
  }
  return { exitCode, stdout: stdout.text, stderr: stderr.text }
}

class Collected extends Writable {
  text = ''

  override _write(chunk: Buffer | string, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString()
    done()
  }
}
