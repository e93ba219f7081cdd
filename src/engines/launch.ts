import type { HostProcess } from '../model/snapshot.ts'
import { programOf, type Program } from './program.ts'
import { unwrap } from './wrappers.ts'

/** What a process runs, behind all wrappers. */
export interface Launch extends Program {
  /** The executable or script as it was given; the name of a module. */
  readonly path: string
  /** `torchrun`, `numactl`, … as they stood before it. */
  readonly wrappers: readonly string[]
}

/**
 * undefined for an interpreter that runs no file of its own, and for nothing at all. A single text is what a process has
 * written over its title, or the driver's name for it: where it holds blanks, it is read as a command line too.
 */
export function launchOf({ command }: Pick<HostProcess, 'command'>): Launch | undefined {
  const seen = LAUNCHES.get(command)
  if (seen !== undefined) return seen.launch
  const launch = readLaunch(wordsOf(command))
  LAUNCHES.set(command, { launch })
  return launch
}

/** The title of a process that has overwritten its command line; undefined where it still is one. */
export function titleOf({ command }: Pick<HostProcess, 'command'>): string | undefined {
  return command.length === 1 ? command[0] : undefined
}

// the same command is asked about by every engine at every tick; what is remembered follows from it alone
const LAUNCHES = new WeakMap<readonly string[], { readonly launch: Launch | undefined }>()

function wordsOf(command: readonly string[]): readonly string[] {
  const [title = ''] = command
  return command.length === 1 && /\s/.test(title) ? title.split(/\s+/) : command
}

function readLaunch(words: readonly string[]): Launch | undefined {
  const { command, wrappers } = unwrap(words)
  const program = programOf(command)
  if (program === undefined) return undefined
  const path = command[command.length - program.args.length - 1] ?? program.name
  return { ...program, name: plainName(program.name), path, wrappers }
}

/** Without Windows paths and endings, by which the driver names processes there, and without what Nix puts around a name. */
function plainName(name: string): string {
  return name
    .slice(name.lastIndexOf('\\') + 1)
    .replace(/\.exe$/i, '')
    .replace(/^\.(.+)-wrapped$/, '$1')
}
