import { readCommand, readDurationMs } from './values.ts'

/** What a configuration file can hold for a setting. */
export type FileValue = string | boolean | readonly string[] | Readonly<Record<string, FileList>>
type FileList = readonly string[]

/** How values of a setting are written and read. Readers give undefined for what is none. */
export interface ValueType<T> {
  /** What is taken, to be read behind 'take' and 'is not': `a time from 500ms to 1h`. */
  readonly expected: string
  /** What is taken, where that is a range. */
  readonly range?: string
  /** The words that are taken, where it is one of few. */
  readonly choices?: readonly string[]
  /** As a flag or an environment variable has it. */
  parse(text: string): T | undefined
  /** As a file has it. */
  read(found: unknown): T | undefined
  /** What `read` reads back; undefined: not to be written, it is what stands where nothing does. */
  write(value: T): FileValue | undefined
  /** A relative path in a file is one from the file's folder. */
  readonly isPath?: boolean
}

/** A length of time; a bare number is seconds. */
export function duration(fromMs: number, toMs: number): ValueType<number> {
  const parse = (text: string): number | undefined => {
    const ms = readDurationMs(text)
    return ms === undefined || ms < fromMs || ms > toMs ? undefined : ms
  }
  const range = `${writeDuration(fromMs)} to ${writeDuration(toMs)}`
  return {
    expected: `a time from ${range}`,
    range,
    parse,
    read: (found) =>
      typeof found === 'string' || typeof found === 'number' ? parse(found.toString()) : undefined,
    write: writeDuration,
  }
}

/** One of some words. */
export function oneOf<T extends string>(choices: readonly T[]): ValueType<T> {
  const parse = (text: string): T | undefined => choices.find((choice) => choice === text)
  return {
    expected: `one of ${choices.join(', ')}`,
    choices,
    parse,
    read: (found) => (typeof found === 'string' ? parse(found) : undefined),
    write: (value) => value,
  }
}

/** One of some values that are told as words. */
export function named<T>(values: readonly T[], nameOf: (value: T) => string): ValueType<T> {
  const names = oneOf(values.map(nameOf))
  const valueOf = (name: string | undefined): T | undefined => values.find((value) => nameOf(value) === name)
  return {
    ...names,
    parse: (text) => valueOf(names.parse(text)),
    read: (found) => valueOf(names.read(found)),
    write: nameOf,
  }
}

/** Some of some words, in any order; as one text they are separated by commas. */
export function someOf<T extends string>(choices: readonly T[]): ValueType<readonly T[]> {
  const one = oneOf(choices)
  const all = (words: readonly unknown[]): readonly T[] | undefined => {
    const known = words.flatMap((word) => one.read(word) ?? [])
    return known.length === words.length ? choices.filter((choice) => known.includes(choice)) : undefined
  }
  return {
    expected: `a list of ${choices.join(', ')}`,
    choices,
    parse: (text) => all(wordsOf(text, ',')),
    read: (found) => (Array.isArray(found) ? all(found) : undefined),
    write: (value) => value,
  }
}

export const ON_OFF: ValueType<boolean> = {
  expected: 'true or false',
  choices: ['true', 'false'],
  parse: (text) => SWITCHES.get(text.toLowerCase()),
  read: (found) => (typeof found === 'boolean' ? found : undefined),
  write: (value) => value,
}

/** On, off, or what llmtop finds right. */
export const ON_OFF_AUTO: ValueType<boolean | 'auto'> = {
  expected: 'true, false or "auto"',
  choices: ['true', 'false', 'auto'],
  parse: (text) => (text === 'auto' ? text : ON_OFF.parse(text)),
  read: (found) => (found === 'auto' ? found : ON_OFF.read(found)),
  write: (value) => value,
}

const SWITCHES: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['yes', true],
  ['on', true],
  ['false', false],
  ['0', false],
  ['no', false],
  ['off', false],
])

export type Command = readonly [string, ...string[]]

/** A program and its arguments, as one line or as a list of words; none where it is not set. */
export const COMMAND: ValueType<Command | undefined> = {
  expected: 'a program and its arguments',
  parse: readCommand,
  read(found) {
    if (typeof found === 'string') return readCommand(found)
    const [program, ...args] = textsOf(found) ?? []
    return program === undefined || program === '' ? undefined : [program, ...args]
  },
  write: (value) => value,
}

/** The path of a file; `~/` is the home folder. None where it is not set. */
export const PATH: ValueType<string | undefined> = {
  expected: 'the path of a file',
  parse: (text) => (isPathText(text) ? text : undefined),
  read: (found) => (typeof found === 'string' && isPathText(found) ? found : undefined),
  write: (value) => value,
  isPath: true,
}

/** Paths of files; as one text they are separated by colons, as in PATH. */
export const PATHS: ValueType<readonly string[]> = {
  expected: 'a list of paths of files',
  parse: (text) => pathsIn(wordsOf(text, ':')),
  read: (found) => pathsIn(typeof found === 'string' ? [found] : (textsOf(found) ?? [''])),
  write: (value) => value,
  isPath: true,
}

/** Names for several hosts, in files only. */
export type HostGroups = Readonly<Record<string, readonly string[]>>

export const HOST_GROUPS: ValueType<HostGroups> = {
  expected: 'a table of names, each with a list of hosts',
  parse: () => undefined,
  read(found) {
    if (typeof found !== 'object' || found === null || Array.isArray(found)) return undefined
    const groups = Object.entries(found).map(([name, hosts]: [string, unknown]) => {
      const words = typeof hosts === 'string' ? [hosts] : textsOf(hosts)
      return words === undefined || !/^[\w.-]+$/.test(name) ? undefined : ([name, words] as const)
    })
    const known = groups.flatMap((group) => (group === undefined ? [] : [group]))
    return known.length === groups.length ? Object.fromEntries(known) : undefined
  },
  write: (value) => (Object.keys(value).length === 0 ? undefined : value),
}

/** `500ms`, `2s`, `90s`, `1h`: as short as it is exact. */
export function writeDuration(ms: number): string {
  if (ms % 1000 !== 0) return `${ms}ms`
  if (ms % 3_600_000 === 0 && ms > 0) return `${ms / 3_600_000}h`
  return ms % 60_000 === 0 && ms > 0 ? `${ms / 60_000}m` : `${ms / 1000}s`
}

function wordsOf(text: string, separator: string): readonly string[] {
  return text
    .split(separator)
    .map((word) => word.trim())
    .filter((word) => word !== '')
}

function textsOf(found: unknown): readonly string[] | undefined {
  if (!Array.isArray(found)) return undefined
  const texts = found.filter((one): one is string => typeof one === 'string')
  return texts.length === found.length ? texts : undefined
}

function pathsIn(paths: readonly string[]): readonly string[] | undefined {
  return paths.every(isPathText) ? paths : undefined
}

function isPathText(text: string): boolean {
  return text !== '' && !/[\n\0]/.test(text)
}
