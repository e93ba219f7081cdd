import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { connect, type Connection } from '../../src/transport/ssh/connection.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** What a node has of programs: names that lead to other programs (`awk` to `mawk`), and names that are missing. */
export interface NodeTools {
  readonly links?: Readonly<Record<string, string>>
  readonly without?: readonly string[]
  /** Folders that come first on its PATH. */
  readonly first?: readonly string[]
  readonly variables?: Readonly<Record<string, string>>
}

/** Everything the collector uses of a node. */
const PROGRAMS =
  'sh awk cat curl date dd getconf grep head id ls od readlink sleep tail timeout tr true wget nice setsid node'.split(
    ' ',
  )

/** The collector on this machine, over a program that stands in for ssh: a login without a network. */
export async function nodeHere(tools: NodeTools = {}): Promise<Connection> {
  const connection = await connect({
    host: 'node1',
    ssh: {},
    program: fakeSsh(tools),
    elapsedMs: () => performance.now(),
  })
  onTestFinished(() => connection.end())
  return connection
}

/** Runs what it is asked to as sshd does: with `sh -c`, leading its session, with only the programs of the node. */
export function fakeSsh({ first = [], variables = {}, ...tools }: NodeTools = {}): string {
  const folder = temporaryFolder()
  const bin = programsOf(tools)
  const file = join(folder, 'ssh')
  const path = [...first, bin].join(delimiter)
  const assignments = Object.entries(variables).map(([name, value]) => `${name}='${value}'`)
  writeFileSync(
    file,
    `#!/bin/sh\nfor last; do :; done\nexec env -i PATH='${path}' HOME='${folder}' ${assignments.join(' ')} '${join(bin, 'sh')}' -c "$last"\n`,
  )
  chmodSync(file, 0o755)
  return file
}

/** A folder with the programs of a node. */
export function programsOf({ links = {}, without = [] }: Pick<NodeTools, 'links' | 'without'>): string {
  const bin = join(temporaryFolder(), 'bin')
  mkdirSync(bin)
  for (const name of PROGRAMS.filter((each) => !without.includes(each))) {
    const target = which(links[name] ?? name)
    if (target !== undefined) symlinkSync(target, join(bin, name))
  }
  return bin
}

/** Where a program is; undefined where it is not installed. */
export function which(name: string): string | undefined {
  const folders = ['/usr/bin', '/bin', '/usr/sbin', ...(process.env['PATH'] ?? '').split(delimiter)]
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}

/** Writes a program of some lines of sh. */
export function script(folder: string, name: string, lines: string): string {
  const file = join(folder, name)
  writeFileSync(file, `#!/bin/sh\n${lines}\n`)
  chmodSync(file, 0o755)
  return file
}
