import { InvalidArgumentError, Option, type Command } from 'commander'
import { readSpeed } from '../config/values.ts'
import { RISK_LEVELS, type RiskLevel } from '../model/risk.ts'
import { configOption, withSettings } from './settings.ts'

/** What every command that shows frames takes. */
export interface ShowOptions {
  readonly json?: boolean
}

export function withShowOptions(command: Command): Command {
  return withSettings(
    command.option('--json', 'NDJSON frames on stdout instead of the screen'),
    'theme',
    'color',
    'ascii',
    'mouse',
  ).addOption(configOption())
}

export function recordOption(): Option {
  return new Option('--record <file>', 'record meanwhile; compressed where the name ends in .gz')
}

export interface RecordingOptions {
  readonly record?: string
}

export function speedOption(): Option {
  return new Option('--speed <factor>', "how fast to play: 0.25 to 64, or 'max'")
    .default(1, '1')
    .argParser(parseSpeed)
}

export function failOnOption(): Option {
  return new Option('--fail-on <level>', 'exit with 3 when a risk of this level or above was raised').choices(
    RISK_LEVELS,
  )
}

export interface FailOnOptions {
  readonly failOn?: RiskLevel
}

function parseSpeed(text: string): number {
  const speed = readSpeed(text)
  if (speed === undefined || (speed !== Infinity && (speed < 0.25 || speed > 64))) {
    throw new InvalidArgumentError("give a factor from 0.25 to 64, such as '8', or 'max'.")
  }
  return speed
}
