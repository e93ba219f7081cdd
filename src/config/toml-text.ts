import type { FileValue } from './value-types.ts'

/** A value as TOML writes it. */
export function tomlValue(value: FileValue): string {
  if (typeof value === 'boolean') return value.toString()
  if (typeof value === 'string') return tomlString(value)
  if (isList(value)) return `[${value.map(tomlString).join(', ')}]`
  const entries = Object.entries(value).map(([key, list]) => `${tomlKey(key)} = ${tomlValue(list)}`)
  return `{ ${entries.join(', ')} }`
}

/** A line, or for a table its header and a line for each key. */
export function tomlEntry(key: string, value: FileValue): string {
  if (typeof value !== 'object' || isList(value)) return `${key} = ${tomlValue(value)}`
  const lines = Object.entries(value).map(([name, list]) => `${tomlKey(name)} = ${tomlValue(list)}`)
  return [`[${key}]`, ...lines].join('\n')
}

function isList(value: FileValue): value is readonly string[] {
  return Array.isArray(value)
}

function tomlKey(key: string): string {
  return /^[\w-]+$/.test(key) ? key : tomlString(key)
}

// JSON's escapes are TOML's; DEL is one that TOML alone wants
function tomlString(text: string): string {
  return JSON.stringify(text).replaceAll('\u007f', '\\u007f')
}
