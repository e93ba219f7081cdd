import { seconds } from '../../core/units.ts'

/** What a command of the ssh client that connects to nobody has said. */
export interface ClientAnswer {
  readonly exitCode: number
  readonly output: string
  readonly errors: string
}

/** `ssh -V`, `ssh -G HOST`; undefined where there is no ssh. */
export async function askClient(args: readonly string[]): Promise<ClientAnswer | undefined> {
  const { execa } = await import('execa')
  const result = await execa('ssh', args, {
    reject: false,
    stdin: 'ignore',
    timeout: seconds(5),
    env: { LC_ALL: 'C' },
  })
  if (result.code === 'ENOENT') return undefined
  return { exitCode: result.exitCode ?? 1, output: result.stdout, errors: result.stderr }
}
