import { homedir } from 'node:os'
import { CommanderError, Option, type Command } from 'commander'
import { describeIssues, loadSettings, type Loaded } from '../config/load.ts'
import type { FlagValue } from '../config/merge.ts'
import { settingOf, type Settings } from '../config/settings.ts'
import { EXIT, type Environment } from './environment.ts'

/** Flags for some settings. They are taken as they are typed: all settings are read and checked at once, by `settingsOf`. */
export function withSettings(command: Command, ...names: readonly (keyof Settings)[]): Command {
  for (const name of names) for (const option of optionsFor(name)) command.addOption(option)
  return command
}

/** The flag that chooses the configuration file. */
export function configOption(): Option {
  return new Option('--config <file>', 'another configuration file')
}

/**
 * The settings of this run: flags of the command, variables, configuration file, defaults. What is wrong with them is told
 * all together, and ends the run.
 */
export async function settingsOf(environment: Environment, command: Command): Promise<Loaded> {
  const loaded = await loadedFor(environment, command)
  refuse(environment, loaded)
  return loaded
}

/** The same, with what is wrong with them left to the caller. */
export async function loadedFor({ variables }: Environment, command: Command): Promise<Loaded> {
  const { config } = command.optsWithGlobals<{ readonly config?: string }>()
  const layers = {
    flags: flagsOf(command),
    variables,
    home: homeIn(variables),
    workingFolder: process.cwd(),
  }
  return loadSettings(layers, config)
}

/** The user's own folder. */
export function homeIn(variables: Environment['variables']): string {
  const home = variables['HOME'] ?? ''
  return home === '' ? homedir() : home
}

/** Ends the run with a sentence where anything is wrong. */
export function refuse({ stderr }: Environment, { issues }: Pick<Loaded, 'issues'>): void {
  if (issues.length === 0) return
  stderr.write(`llmtop: ${describeIssues(issues)}\n`)
  throw new CommanderError(EXIT.usage, 'llmtop.settings', 'wrong settings')
}

function optionsFor(name: keyof Settings): readonly Option[] {
  const { flags = [], meaning, negative: other = '', initial } = settingOf(name)
  const [on, off] = flags
  if (on === undefined) return []
  if (off === undefined) return [valueOption(name, on)]
  const [positive, negative] = [new SettingOption(name, on, meaning), new SettingOption(name, off, other)]
  // whoever needs it has turned the default around in the file
  if (initial === true) positive.hideHelp()
  if (initial === false) negative.hideHelp()
  return [positive, negative]
}

function valueOption(name: keyof Settings, flag: string): Option {
  const { meaning, type, initial, repeatable = false } = settingOf(name)
  const initially = type.write(initial)
  const range = type.range === undefined ? '' : `: ${type.range}`
  const usual = typeof initially === 'string' ? ` (default: ${initially})` : ''
  const option = new SettingOption(name, flag, `${meaning}${range}${usual}`)
  if (repeatable) option.argParser(collect)
  // told in the help and completed; checked with all the others
  if (type.choices !== undefined) option.argChoices = [...type.choices]
  return option
}

function collect(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), text]
}

/** What was typed for each setting; an option of the command's own that is called the same is none. */
function flagsOf(command: Command): Partial<Record<keyof Settings, FlagValue>> {
  const given = command.options.flatMap((option) => {
    const attribute = option.attributeName()
    return option instanceof SettingOption && command.getOptionValueSource(attribute) === 'cli'
      ? [[option.setting, command.getOptionValue(attribute) as FlagValue] as const]
      : []
  })
  return Object.fromEntries(given)
}

/** A flag that gives a setting its value. */
class SettingOption extends Option {
  readonly setting: keyof Settings

  constructor(setting: keyof Settings, flags: string, description: string) {
    super(flags, description)
    this.setting = setting
  }
}
