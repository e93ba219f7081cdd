import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'

/** The built program. `npm test` builds it before. */
export const PROGRAM = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

export interface Ended {
  readonly exitCode: number | undefined
  readonly stdout: string
  readonly stderr: string
}

/** Runs the built program to its end, without a terminal, on a PATH on which there is nothing but what a test puts there. */
export async function llmtop(
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return ended(process.execPath, [PROGRAM, ...args], { PATH: '/nonexistent', ...NO_CONFIG, ...variables })
}

/** Runs a line of bash in which `llmtop` is the built program, with this PATH of its own. */
export async function shell(line: string, path = '/nonexistent'): Promise<Ended> {
  return ended(
    'bash',
    ['-c', `llmtop() { PATH='${path}' '${process.execPath}' '${PROGRAM}' "$@"; }\n${line}`],
    NO_CONFIG,
  )
}

/** The configuration of whoever runs the tests is none of theirs. */
const NO_CONFIG = { XDG_CONFIG_HOME: '/nonexistent' }

async function ended(
  command: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<Ended> {
  if (!existsSync(PROGRAM)) throw new Error("there is no dist/main.js to test; 'npm run build' makes it")
  const { exitCode, stdout, stderr } = await execa(command, args, {
    env: variables,
    reject: false,
    stdin: 'ignore',
    maxBuffer: 2 ** 26,
  })
  return { exitCode, stdout, stderr }
}
