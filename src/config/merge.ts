import { nearest } from '../core/nearest.ts'
import { printable } from '../core/text.ts'
import type { ConfigFile } from './config-file.ts'
import type { Issue } from './issue.ts'
import { resolvePath } from './paths.ts'
import { SETTING_NAMES, settingOf, type Setting, type Settings } from './settings.ts'

/** Where the value of a setting was given. */
export type Origin =
  | { readonly kind: 'default' }
  | { readonly kind: 'file'; readonly path: string; readonly line: number | undefined }
  | { readonly kind: 'environment'; readonly variable: string }
  | { readonly kind: 'flag'; readonly flag: string }

export type Origins = { readonly [K in keyof Settings]: Origin }

export interface Merged {
  readonly settings: Settings
  readonly origins: Origins
  /** In the order of precedence; with any of them, the settings are not to be used. */
  readonly issues: readonly Issue[]
}

export interface Layers {
  /** By the name of the setting: what was typed, as text or as a switch. */
  readonly flags: Readonly<Partial<Record<keyof Settings, FlagValue>>>
  readonly variables: Readonly<Partial<Record<string, string>>>
  readonly file: ConfigFile | undefined
  readonly home: string
  readonly workingFolder: string
}

export type FlagValue = string | boolean | readonly string[]

/** All settings, each from the first that gives it: flag, variable, file, default. Everything that was given is checked, once. */
export function mergeSettings(layers: Layers): Merged {
  const issues: Issue[] = []
  const origins: Partial<Record<keyof Settings, Origin>> = {}
  const values: Partial<Record<keyof Settings, unknown>> = {}
  for (const name of SETTING_NAMES) {
    const given = givenFor(name, layers)
    issues.push(...given.flatMap((one) => (one.kind === 'issue' ? one.issue : [])))
    const first = given.find((one) => one.kind === 'value')
    values[name] = first === undefined ? settingOf(name).initial : first.value
    origins[name] = first?.origin ?? { kind: 'default' }
  }
  issues.push(...unknownKeys(layers.file))
  // every name of the table has been through the loop
  return { settings: values as unknown as Settings, origins: origins as Origins, issues }
}

type Given =
  | { readonly kind: 'value'; readonly value: unknown; readonly origin: Origin }
  | { readonly kind: 'issue'; readonly issue: Issue }

/** What was given for a setting, strongest first. */
function givenFor(name: keyof Settings, layers: Layers): readonly Given[] {
  const setting = settingOf(name)
  const given: Given[] = []
  const take = (found: unknown, value: unknown, origin: Origin, folder: string): void => {
    given.push(
      value === undefined
        ? { kind: 'issue', issue: { where: placeOf(origin), problem: wrongValue(setting, found, origin) } }
        : { kind: 'value', value: absolute(setting, value, folder, layers.home), origin },
    )
  }
  const flag = layers.flags[name]
  if (flag !== undefined)
    take(flag, readFlag(setting, flag), { kind: 'flag', flag: flagName(setting) }, layers.workingFolder)
  const { variable } = setting
  const text = variable === undefined ? undefined : layers.variables[variable]
  // an empty variable is the shell's way of having none
  if (variable !== undefined && text !== undefined && text !== '')
    take(text, setting.type.parse(text), { kind: 'environment', variable }, layers.workingFolder)
  const { file } = layers
  const found = file?.values[setting.key]
  if (file !== undefined && found !== undefined) {
    const origin = { kind: 'file', path: file.path, line: file.lineOf(setting.key) } as const
    take(found, setting.type.read(found), origin, file.folder)
  }
  return given
}

function readFlag({ type }: Setting<unknown>, flag: FlagValue): unknown {
  return typeof flag === 'string' ? type.parse(flag) : type.read(flag)
}

/** `--theme`. */
export function flagName({ flags, key }: Pick<Setting<unknown>, 'flags' | 'key'>): string {
  return flags?.[0].split(' ')[0] ?? key
}

/** The place of a value, as it stands before what is wrong with it. */
export function placeOf(origin: Origin): string {
  switch (origin.kind) {
    case 'default':
      return 'default'
    case 'file':
      return `${printable(origin.path)}${origin.line === undefined ? '' : `:${origin.line}`}`
    case 'environment':
      return origin.variable
    case 'flag':
      return origin.flag
  }
}

function wrongValue({ key, type }: Setting<unknown>, found: unknown, origin: Origin): string {
  const subject = origin.kind === 'file' ? `${key}: ` : ''
  const words = (Array.isArray(found) ? found : [found]).map((one: unknown) => shown(one))
  const wrong = words.filter((word) => type.choices?.includes(word) !== true)
  const meant =
    wrong.length === 1 && type.choices !== undefined ? nearest(wrong[0] ?? '', type.choices) : undefined
  const hint = meant === undefined ? '' : `; did you mean '${meant}'?`
  return `${subject}'${shown(wrong.length === 1 ? wrong[0] : words.join(', '))}' is not ${type.expected}${hint}`
}

const LONGEST_SHOWN = 60

function shown(found: unknown): string {
  const text = printable(typeof found === 'string' ? found : JSON.stringify(found))
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN - 1)}…` : text
}

function unknownKeys(file: ConfigFile | undefined): readonly Issue[] {
  if (file === undefined) return []
  const keys = SETTING_NAMES.map((name) => settingOf(name).key)
  return Object.keys(file.values).flatMap((key) => {
    if (keys.includes(key)) return []
    const meant = nearest(key, keys)
    const hint = meant === undefined ? "'llmtop config print' lists them" : `did you mean '${meant}'?`
    const origin = { kind: 'file', path: file.path, line: file.lineOf(key) } as const
    return [{ where: placeOf(origin), problem: `'${shown(key)}' is no setting; ${hint}` }]
  })
}

function absolute({ type }: Setting<unknown>, value: unknown, folder: string, home: string): unknown {
  if (type.isPath !== true) return value
  if (typeof value === 'string') return resolvePath(value, folder, home)
  return Array.isArray(value) ? value.map((path: unknown) => resolvePath(String(path), folder, home)) : value
}
