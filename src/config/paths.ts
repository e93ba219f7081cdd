import { isAbsolute, join, resolve } from 'node:path'

/** Where llmtop's configuration lies by the XDG base directory specification: a relative XDG_CONFIG_HOME is invalid there. */
export function configFolder(variables: Readonly<Partial<Record<string, string>>>, home: string): string {
  const base = variables['XDG_CONFIG_HOME'] ?? ''
  return join(isAbsolute(base) ? base : join(home, '.config'), 'llmtop')
}

/** A path as people write it, seen from a folder; `~/` is the home folder. */
export function resolvePath(path: string, folder: string, home: string): string {
  return path.startsWith('~/') ? join(home, path.slice(2)) : resolve(folder, path)
}

/** A path as people read it. */
export function shortPath(path: string, home: string): string {
  return home !== '/' && path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path
}
