import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A process that looks like an engine to whoever reads /proc: Node under another name, asleep. */
export interface FakeEngine {
  /** What it calls itself: `/opt/venv/bin/python3`, `llama-server`. */
  readonly program: string
  /** Its first argument, a script that sleeps: `serve`, `main.py`, `model.gguf`; it may lie in a folder (`tabbyAPI/main.py`). */
  readonly script: string
  readonly args: readonly string[]
  readonly variables?: Readonly<Record<string, string>>
}

/** Starts it in `folder`; it ends with the test. */
export async function startFakeEngine(folder: string, engine: FakeEngine): Promise<number> {
  const script = join(folder, engine.script)
  mkdirSync(join(script, '..'), { recursive: true })
  writeFileSync(script, "process.stdout.write('up')\nsetInterval(() => undefined, 100_000)\n")
  const child = spawn(process.execPath, [engine.script, ...engine.args], {
    argv0: engine.program,
    cwd: folder,
    env: { ...engine.variables },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  await new Promise((resolve) => child.stdout.once('data', resolve))
  if (child.pid === undefined) throw new Error(`'${engine.program}' did not start`)
  return child.pid
}
