import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { asObject, type JsonObject } from '../core/decode.ts'
import { printable } from '../core/text.ts'
import { jsonProblem, lineOfJsonKey } from './json-lines.ts'
import type { Issue } from './issue.ts'
import { lineOfTomlKey } from './toml-lines.ts'

/** A configuration file as it stands. */
export interface ConfigFile {
  readonly path: string
  /** Where its relative paths begin. */
  readonly folder: string
  readonly format: 'toml' | 'json'
  readonly text: string
  readonly values: JsonObject
  /** Where a key of it stands, counted from 1, where it can be told. */
  readonly lineOf: (key: string) => number | undefined
}

export type FoundFile =
  | { readonly kind: 'file'; readonly file: ConfigFile; readonly ignored: string | undefined }
  /** There is none, which is usual: `path` is where one would be. */
  | { readonly kind: 'none'; readonly path: string }
  | { readonly kind: 'issue'; readonly path: string; readonly issue: Issue }

/**
 * The file that was named, which must be there, or the first of config.toml and config.json in llmtop's folder, where there
 * may be none.
 */
export async function findConfigFile(named: NamedFile | undefined, folder: string): Promise<FoundFile> {
  if (named !== undefined) {
    const path = resolve(named.path)
    const text = textOf(path)
    if (text.kind === 'text') return read(path, text.text, undefined)
    return {
      kind: 'issue',
      path,
      issue: { where: named.by, problem: `'${printable(named.path)}' ${text.because}` },
    }
  }
  const candidates = [join(folder, 'config.toml'), join(folder, 'config.json')] as const
  const found = candidates.map((path) => ({ path, text: textOf(path) }))
  const there = found.filter(({ text }) => text.kind === 'text' || !text.absent)
  const [first, second] = there
  if (first === undefined) return { kind: 'none', path: candidates[0] }
  if (first.text.kind === 'text') return read(first.path, first.text.text, second?.path)
  return {
    kind: 'issue',
    path: first.path,
    issue: { where: printable(first.path), problem: first.text.because },
  }
}

export interface NamedFile {
  readonly path: string
  /** What names it: `--config` or `LLMTOP_CONFIG`. */
  readonly by: string
}

/** Reads what stands in a configuration file, by the ending of its name. */
export async function parseConfig(path: string, text: string): Promise<Parsed> {
  return path.endsWith('.json') ? parseJsonText(text) : await parseToml(text)
}

export type Parsed =
  | { readonly kind: 'values'; readonly values: JsonObject }
  | { readonly kind: 'problem'; readonly line: number | undefined; readonly problem: string }

async function read(path: string, text: string, ignored: string | undefined): Promise<FoundFile> {
  const parsed = await parseConfig(path, text)
  if (parsed.kind === 'problem') {
    const line = parsed.line === undefined ? '' : `:${parsed.line}`
    return { kind: 'issue', path, issue: { where: `${printable(path)}${line}`, problem: parsed.problem } }
  }
  const format = path.endsWith('.json') ? 'json' : 'toml'
  const lineOf = (key: string): number | undefined =>
    format === 'json' ? lineOfJsonKey(text, key) : lineOfTomlKey(text, key)
  return {
    kind: 'file',
    file: { path, folder: dirname(path), format, text, values: parsed.values, lineOf },
    ignored,
  }
}

type FileText =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'fault'; readonly absent: boolean; readonly because: string }

function textOf(path: string): FileText {
  try {
    return { kind: 'text', text: readFileSync(path, 'utf8').replace(/^\ufeff/, '') }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    return { kind: 'fault', absent: code === 'ENOENT' || code === 'ENOTDIR', because: reason(code) }
  }
}

function reason(code: unknown): string {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'is not there; give the path of a file that exists'
    case 'EACCES':
    case 'EPERM':
      return "can't be read: there is no permission"
    case 'EISDIR':
      return 'is a folder; give the path of a file'
    default:
      return `can't be read (${String(code)})`
  }
}

// loaded where there is such a file: most runs have none
async function parseToml(text: string): Promise<Parsed> {
  const { parse, TomlError } = await import('smol-toml')
  try {
    return { kind: 'values', values: asObject(parse(text)) ?? {} }
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const [first = ''] = error.message.split('\n')
    const because = first.replace('Invalid TOML document: ', '')
    return {
      kind: 'problem',
      line: error.line,
      problem: `this is no TOML: ${printable(because)} at column ${error.column}; ${hintOf(because)}`,
    }
  }
}

// The parser tells what it met, not what to do: by the beginning of its message.
const HINTS: readonly (readonly [met: string, hint: string])[] = [
  ['control characters', 'a text ends on its line, with the quote that it began with'],
  ['trying to redefine', 'a setting stands once'],
  ['illegal character in key', 'a line is a name, = and a value: theme = "dark"'],
  ['expected comma', 'a list is ["a", "b"]'],
]

function hintOf(because: string): string {
  const known = HINTS.find(([met]) => because.startsWith(met))
  return known?.[1] ?? 'texts stand in quotes: theme = "dark"'
}

function parseJsonText(text: string): Parsed {
  try {
    const values = asObject(JSON.parse(text) as unknown)
    return values === undefined
      ? { kind: 'problem', line: 1, problem: 'this is no JSON object; it begins with { and ends with }' }
      : { kind: 'values', values }
  } catch (error) {
    return { kind: 'problem', ...jsonProblem(text, error) }
  }
}
