/** Where a key of the root table of a TOML text stands, counted from 1; also the header of a table of that name. */
export function lineOfTomlKey(text: string, key: string): number | undefined {
  const lines = text.split('\n')
  const root = lines.slice(0, firstHeader(lines))
  const index = root.findIndex((line) => startsKey(line, key))
  const at = index >= 0 ? index : lines.findIndex((line) => isHeaderOf(line, key))
  return at < 0 ? undefined : at + 1
}

/** The index of the first line that begins a table: keys of the root stand above it. */
export function firstHeader(lines: readonly string[]): number {
  const index = lines.findIndex((line) => /^\s*\[+\s*["'\w-][^\],=]*\]+\s*(?:#.*)?$/.test(line))
  return index < 0 ? lines.length : index
}

/** Whether a value for this key begins on the line. */
export function startsKey(line: string, key: string): boolean {
  return new RegExp(`^\\s*${anyQuotes(key)}\\s*[=.]`).test(line)
}

function isHeaderOf(line: string, key: string): boolean {
  return new RegExp(`^\\s*\\[\\s*${anyQuotes(key)}\\s*[\\].]`).test(line)
}

function anyQuotes(key: string): string {
  const exact = key.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return `(?:${exact}|"${exact}"|'${exact}')`
}
