import { InvalidArgumentError, Option, type Command } from 'commander'
import { DEFAULT_INTERVAL_MS, MAXIMUM_INTERVAL_MS, MINIMUM_INTERVAL_MS } from '../config/limits.ts'
import { readCommand, readDurationMs, readSpeed } from '../config/values.ts'
import { RISK_LEVELS, type RiskLevel } from '../model/risk.ts'

/** What every command that shows frames takes. */
export interface ShowOptions {
  readonly json?: boolean
  readonly color: 'auto' | 'always' | 'never'
  readonly ascii?: boolean
}

export function withShowOptions(command: Command): Command {
  return command
    .option('--json', 'NDJSON frames on stdout instead of the screen')
    .addOption(
      new Option('--color <when>', 'colours on the screen')
        .choices(['auto', 'always', 'never'])
        .default('auto'),
    )
    .option('--ascii', 'draw with ASCII characters only (default: unless the locale is UTF-8)')
    .option('--no-ascii', 'draw with Unicode characters whatever the locale')
}

export function intervalOption(): Option {
  return new Option('--interval <time>', 'time between samples: 500ms to 1h')
    .default(DEFAULT_INTERVAL_MS, '2s')
    .argParser(parseInterval)
}

export function noProbeOption(): Option {
  return new Option('--no-probe', 'ask no engine how full its cache is')
}

export function recordOption(): Option {
  return new Option('--record <file>', 'record meanwhile; compressed where the name ends in .gz')
}

export interface RecordingOptions {
  readonly record?: string
}

export function onWarningOption(): Option {
  return new Option(
    '--on-warning <command>',
    'run it for each warning raised, cleared or come true, the event as JSON on its input',
  ).argParser(parseCommand)
}

export interface OnWarningOptions {
  readonly onWarning?: readonly [string, ...string[]]
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

function parseInterval(text: string): number {
  const ms = readDurationMs(text)
  if (ms === undefined || ms < MINIMUM_INTERVAL_MS || ms > MAXIMUM_INTERVAL_MS) {
    throw new InvalidArgumentError("give a time from 500ms to 1h, such as '2s'.")
  }
  return ms
}

function parseCommand(text: string): readonly [string, ...string[]] {
  const command = readCommand(text)
  if (command === undefined) {
    throw new InvalidArgumentError("give a program and its arguments, such as 'notify-send llmtop'.")
  }
  return command
}

function parseSpeed(text: string): number {
  const speed = readSpeed(text)
  if (speed === undefined || (speed !== Infinity && (speed < 0.25 || speed > 64))) {
    throw new InvalidArgumentError("give a factor from 0.25 to 64, such as '8', or 'max'.")
  }
  return speed
}
