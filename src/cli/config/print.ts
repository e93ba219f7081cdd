import type { Loaded } from '../../config/load.ts'
import { placeOf, type Origin } from '../../config/merge.ts'
import { shortPath } from '../../config/paths.ts'
import { SETTING_NAMES, settingOf, type Settings } from '../../config/settings.ts'
import { tomlEntry } from '../../config/toml-text.ts'
import type { FileValue } from '../../config/value-types.ts'
import { nearest } from '../../core/nearest.ts'
import { printable } from '../../core/text.ts'
import type { Environment } from '../environment.ts'

/** Every setting in force as TOML, with where it was given behind it. */
export function printedText(loaded: Loaded, variables: Environment['variables'], home: string): string {
  const entries = SETTING_NAMES.map((name) => entry(name, loaded, home))
  const width = Math.min(40, Math.max(...entries.map(({ text }) => lastLine(text).length)))
  const lines = entries.map(({ text, origin }) => {
    const gap = ' '.repeat(Math.max(0, width - lastLine(text).length))
    return `${text}${gap}  # ${origin}`
  })
  return [...header(loaded, variables, home), ...lines].map((line) => `${line}\n`).join('')
}

/** `llmtop.config/1`: the same for programs. */
export function printedJson(loaded: Loaded): object {
  const { found, path, settings, origins } = loaded
  return {
    schema: 'llmtop.config/1',
    file: found.kind === 'file' ? path : null,
    settings: Object.fromEntries(
      SETTING_NAMES.map((name) => [
        settingOf(name).key,
        { value: written(name, settings) ?? null, origin: origins[name] },
      ]),
    ),
  }
}

function header(loaded: Loaded, variables: Environment['variables'], home: string): readonly string[] {
  const { found, path } = loaded
  const file = printable(shortPath(path, home))
  const ignored = found.kind === 'file' ? found.ignored : undefined
  return [
    found.kind === 'file' ? `# ${file}` : `# there is no ${file}; 'llmtop config init' makes it`,
    ...(ignored === undefined ? [] : [`# ${printable(shortPath(ignored, home))} is not read: there are two`]),
    ...strangeVariables(variables),
    '',
  ]
}

// llmtop's other variables, which are no settings
const KNOWN_VARIABLES = ['LLMTOP_API_KEY', 'LLMTOP_CONFIG']

/** Variables that nobody reads are most likely misspelled. */
function strangeVariables(variables: Environment['variables']): readonly string[] {
  const known = [...SETTING_NAMES.flatMap((name) => settingOf(name).variable ?? []), ...KNOWN_VARIABLES]
  return Object.keys(variables).flatMap((name) => {
    const meant = name.startsWith('LLMTOP_') && !known.includes(name) ? nearest(name, known) : undefined
    return meant === undefined
      ? []
      : [`# ${printable(name)} is no variable of llmtop; did you mean ${meant}?`]
  })
}

function entry(
  name: keyof Settings,
  { settings, origins }: Loaded,
  home: string,
): { readonly text: string; readonly origin: string } {
  const { key } = settingOf(name)
  const value = written(name, settings)
  return {
    text:
      value === undefined
        ? `# ${key} is not set`
        : tomlEntry(key, value).split('\n').map(printable).join('\n'),
    origin: originText(origins[name], home),
  }
}

function written(name: keyof Settings, settings: Settings): FileValue | undefined {
  return settingOf(name).type.write(settings[name])
}

function originText(origin: Origin, home: string): string {
  return origin.kind === 'file' ? placeOf({ ...origin, path: shortPath(origin.path, home) }) : placeOf(origin)
}

function lastLine(text: string): string {
  return text.slice(text.lastIndexOf('\n') + 1)
}
