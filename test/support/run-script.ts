import { fileURLToPath } from 'node:url'
import { execa } from 'execa'

export interface ScriptResult {
  readonly exitCode: number | undefined
  readonly signal: string | undefined
  readonly stdout: string
  readonly stderr: string
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Runs a module of TypeScript in a process of its own, as if it lay in the root of the repository. */
export async function runScript(code: string): Promise<ScriptResult> {
  const { exitCode, signal, stdout, stderr } = await execa(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '--eval', code],
    { cwd: ROOT, reject: false },
  )
  return { exitCode, signal, stdout, stderr }
}
