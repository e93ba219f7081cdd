import { isDeepStrictEqual } from 'node:util'
import { printable } from '../core/text.ts'
import type { Loaded } from '../config/load.ts'
import { shortPath } from '../config/paths.ts'
import { saveSettings } from '../config/save.ts'
import { SETTING_NAMES, settingOf, type Settings } from '../config/settings.ts'
import type { Source } from '../sources/source.ts'
import { DEFAULT_PREFERENCES, type Preferences } from '../view/preferences.ts'
import type { Environment } from './environment.ts'
import { homeIn } from './settings.ts'

/**
 * What F12 does: what was changed on the screen since the start, or since it was saved last, goes to the configuration file.
 * Flags of this run do not: they were given for this run.
 * @param intervalMs the pace now; undefined where it is not the setting's
 * @returns a function that says in a sentence how it went
 */
export function saving(
  { variables }: Environment,
  loaded: Loaded,
  intervalMs: () => number | undefined,
): (preferences: Preferences) => Promise<string> {
  let kept = loaded.settings
  return async (preferences) => {
    const present: Settings = { ...kept, ...preferences, intervalMs: intervalMs() ?? kept.intervalMs }
    const changes = differences(kept, present)
    const names = Object.keys(changes) as readonly (keyof Settings)[]
    const file = shortPath(loaded.path, homeIn(variables))
    if (names.length === 0) return `nothing was changed that could be saved to ${file}`
    const outcome = await saveSettings(loaded.path, changes)
    if (outcome.kind === 'not-saved')
      return `not saved: ${outcome.because.replace(printable(loaded.path), file)}`
    kept = present
    const above = names.flatMap((name) => variableAbove(name, loaded))
    const note = above.length === 0 ? '' : `; ${above.join(', ')} will still be stronger`
    return `saved to ${file}: ${outcome.keys.join(', ')}${note}`
  }
}

/** The settings that the screen remembers. */
export function preferencesOf(settings: Settings): Preferences {
  const names = Object.keys(DEFAULT_PREFERENCES)
  const entries = Object.entries(settings).filter(([name]) => names.includes(name))
  return { ...DEFAULT_PREFERENCES, ...Object.fromEntries(entries) }
}

/** The interval of a source that takes it from the settings. */
export function savedInterval(source: Source): number | undefined {
  const state = source.state()
  const isSettings = source.origin.kind === 'local' || source.origin.kind === 'ssh'
  return isSettings && state.kind === 'live' ? state.intervalMs : undefined
}

function differences(before: Settings, after: Settings): Partial<Settings> {
  const changed = SETTING_NAMES.filter((name) => !isDeepStrictEqual(before[name], after[name]))
  return Object.fromEntries(changed.map((name) => [name, after[name]]))
}

function variableAbove(name: keyof Settings, { origins }: Loaded): readonly string[] {
  const { variable } = settingOf(name)
  return origins[name].kind === 'environment' && variable !== undefined ? [variable] : []
}
