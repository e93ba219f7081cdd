import { basename, dirname, join } from 'node:path'

/** `llmtop-node7-20261121-021224.ndjson.gz`, by this machine's clock and time zone. */
export function recordingName(host: string, epochMs: number): string {
  // a host is whatever was named on a command line
  const plain = host.replace(/[^\w.@-]+/g, '_').replace(/^\.+/, '') || 'host'
  return stamped(`llmtop-${plain}.ndjson.gz`, epochMs)
}

/** `a.ndjson.gz` → `a-20261121-021224.ndjson.gz`. */
export function stamped(path: string, epochMs: number): string {
  const at = new Date(epochMs)
  const two = (value: number): string => value.toString().padStart(2, '0')
  const day = `${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}`
  return withSuffix(path, `-${day}-${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}`)
}

/** What `stamped` puts into a name. */
export const STAMP = /^-\d{8}-\d{6}$/

/** The path with something between its name and its extension. */
export function withSuffix(path: string, suffix: string): string {
  const { stem, extension } = divided(path)
  return join(dirname(path), `${stem}${suffix}${extension}`)
}

/** Of the names that are the path's with something in between, that. */
export function namesBetween(path: string, names: readonly string[], pattern: RegExp): readonly string[] {
  const { stem, extension } = divided(path)
  return names.flatMap((name) => {
    if (!name.startsWith(stem) || !name.endsWith(extension)) return []
    const middle = name.slice(stem.length, name.length - extension.length)
    return pattern.test(middle) ? [middle] : []
  })
}

function divided(path: string): { readonly stem: string; readonly extension: string } {
  const name = basename(path)
  const extension = /(?:\.ndjson)?(?:\.[^.]+)?$/.exec(name)?.[0] ?? ''
  return { stem: name.slice(0, name.length - extension.length), extension }
}
