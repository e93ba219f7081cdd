import { firstHeader, startsKey } from './toml-lines.ts'
import { tomlValue } from './toml-text.ts'
import type { FileValue } from './value-types.ts'

/**
 * A TOML text in which some keys of the root table have other values; every other line stays as it is, comments included.
 * A new key goes below its commented default (`# theme = "dark"`), or else below the last key.
 * @param isToml whether a piece of text is TOML by itself
 */
export function withTomlValues(
  text: string,
  values: ReadonlyMap<string, FileValue>,
  isToml: (piece: string) => boolean,
): string {
  const newline = text.includes('\r\n') ? '\r\n' : '\n'
  let lines: readonly string[] = text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/)
  for (const [key, value] of values) lines = withValue(lines, key, `${key} = ${tomlValue(value)}`, isToml)
  return `${lines.join(newline)}${newline}`
}

type IsToml = (piece: string) => boolean

function withValue(lines: readonly string[], key: string, entry: string, isToml: IsToml): readonly string[] {
  const root = lines.slice(0, firstHeader(lines))
  const start = root.findIndex((line) => startsKey(line, key))
  if (start < 0) return lines.toSpliced(placeFor(root, key, isToml), 0, entry)
  const before = lines.slice(start, endOfEntry(lines, start, isToml))
  const indent = /^\s*/.exec(before[0] ?? '')?.[0] ?? ''
  return lines.toSpliced(start, before.length, indent + entry + commentBehind(before, isToml))
}

/** The index behind the last line of an entry: an array may go over several. */
function endOfEntry(lines: readonly string[], start: number, isToml: IsToml): number {
  for (let end = start + 1; end <= lines.length; end++) {
    if (isToml(lines.slice(start, end).join('\n'))) return end
  }
  return start + 1
}

/** What stands behind the value of an entry: a `#` begins it where what is before it is complete. */
function commentBehind(entry: readonly string[], isToml: IsToml): string {
  const last = entry.at(-1) ?? ''
  for (let at = last.indexOf('#'); at >= 0; at = last.indexOf('#', at + 1)) {
    const before = last.slice(0, at)
    if (isToml([...entry.slice(0, -1), before].join('\n')))
      return (/\s*$/.exec(before)?.[0] ?? '') + last.slice(at)
  }
  return ''
}

/** Below the commented default of the key, below the last key, or at the end of the root table. */
function placeFor(root: readonly string[], key: string, isToml: IsToml): number {
  const commented = root.findLastIndex((line) => startsKey(line.replace(/^\s*#+\s?/, ''), key))
  if (commented >= 0) return commented + 1
  const lastKey = root.findLastIndex((line) => /^\s*[\w"'-][^#]*=/.test(line))
  return lastKey < 0 ? endOfRoot(root) : endOfEntry(root, lastKey, isToml)
}

/** Above the comment that belongs to the first table's header. */
function endOfRoot(root: readonly string[]): number {
  const last = root.findLastIndex((line) => !line.trimStart().startsWith('#'))
  return last + 1
}
