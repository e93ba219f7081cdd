import { aliases } from './aliases.ts'
import { isKnownName, TELLING_END } from './known-names.ts'
import type { NameBook } from './name-book.ts'

/**
 * Replaces the parts of paths that only this machine has. Each part by itself, wherever it stands, so that a path that is
 * made of two others is the one that is made of their replacements.
 */
export function paths(names: Pick<NameBook, 'exact' | 'isIn'>): {
  text(text: string): string
  path(path: string): string
} {
  const folders = aliases()

  function part(name: string, before: string): string {
    const named = names.exact(name)
    if (named !== undefined) return named
    const mayStay = isKnownName(name) || RUNS.has(before)
    if (mayStay && !names.isIn(name)) return name
    const end = TELLING_END.exec(name)?.[0] ?? ''
    return `dir${folders.numberOf(name.slice(0, name.length - end.length))}${end}`
  }

  function path(text: string): string {
    const parts = text.split('/')
    return parts.map((name, at) => part(name, parts[at - 1] ?? '')).join('/')
  }

  return {
    path,
    text: (text) =>
      text
        .replace(ABSOLUTE, path)
        // a relative one is told by the kind of its file; `org/model` is a published name
        .replace(RELATIVE, (found) => (found.startsWith('/') ? found : path(found))),
  }
}

/** What stands there is a program, and the kernel's short name of it stands everywhere. */
const RUNS = new Set(['bin', 'sbin', 'libexec'])

const PART = '[^\\s"\'`\\0:;,<>|=()\\[\\]{}\\\\/]+'
// neither the end of a tag nor of a URL's host, nor the // of one
const ABSOLUTE = new RegExp(
  `(?<![\\w.<:/~-]|https?:/)(?:~|\\.{1,2})?(?:/${PART})+/?|(?<=\\w[:=])(?<!https?:)(?:/${PART})+`,
  'g',
)
const RELATIVE = new RegExp(
  `(?<![\\w./:@~-])[\\w.-]+(?:/[\\w.@-]+)+\\.(?:gguf|safetensors|json|py|sh)\\b`,
  'g',
)
