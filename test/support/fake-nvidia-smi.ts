import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** How the fake behaves. It knows -q -x, -l, -lms and their long forms, and refuses everything else as the real one does. */
export interface FakeScenario {
  /** Served in turn by one run, the last one again and again. */
  readonly documents: readonly string[]
  /** What each document costs. */
  readonly delayMs?: number
  /** Output leaves in whole blocks of this size, so that a document's end waits for the next document. */
  readonly blockBytes?: number
  /** Printed instead of any document. */
  readonly error?: { readonly text: string; readonly exitCode: number }
  /** Printed when a loop is asked for, with exit code 2. */
  readonly loopUsageError?: string
  /** A loop ends with exit code 9 after so many documents. */
  readonly diesAfter?: number
  /** What it prints when it dies. */
  readonly lastWords?: string
  /** Silent for ever after so many documents. */
  readonly hangsAfter?: number
  readonly ignoresSigterm?: boolean
}

export interface FakeNvidiaSmi {
  /** The executable, a file named nvidia-smi. */
  readonly command: string
  /** Every start so far, oldest first. */
  runs(): readonly FakeRun[]
  /** How many starts met another run that was still going. */
  overlaps(): number
  /** Later starts follow this scenario; a running loop keeps its own. */
  change(scenario: FakeScenario): void
}

export interface FakeRun {
  readonly pid: number
  readonly args: readonly string[]
}

/** Writes an executable named nvidia-smi into `folder`, which a test puts first on its PATH or names outright. */
export function fakeNvidiaSmi(folder: string, scenario: FakeScenario): FakeNvidiaSmi {
  const notes = join(folder, 'fake-nvidia-smi')
  const command = join(folder, 'nvidia-smi')
  // by way of the folder above: the bench is bundled into a file of test/tools
  const program = fileURLToPath(new URL('../support/fake-nvidia-smi.mjs', import.meta.url))
  mkdirSync(notes, { recursive: true })
  writeFileSync(command, `#!/bin/sh\nexec '${process.execPath}' '${program}' '${notes}' "$@"\n`)
  chmodSync(command, 0o755)
  const fake: FakeNvidiaSmi = {
    command,
    runs: () => linesOf(join(notes, 'runs.ndjson')).map(parseRun),
    overlaps: () => linesOf(join(notes, 'overlaps')).length,
    change: (next) => {
      writeFileSync(join(notes, 'scenario.json'), JSON.stringify(next))
    },
  }
  fake.change(scenario)
  return fake
}

/** False once the process is gone; a test polls it after an abort. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** The whole lines: one may be just being written. */
function linesOf(file: string): readonly string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : []
}

function parseRun(line: string): FakeRun {
  const run: unknown = JSON.parse(line)
  if (typeof run !== 'object' || run === null || !('pid' in run) || !('args' in run)) throw new Error(line)
  const { pid, args } = run
  if (typeof pid !== 'number' || !Array.isArray(args)) throw new Error(line)
  return { pid, args: args.map(String) }
}
