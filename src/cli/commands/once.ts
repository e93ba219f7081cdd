import { Command, InvalidArgumentError } from 'commander'
import { MAXIMUM_INTERVAL_MS } from '../../config/limits.ts'
import { readDurationMs } from '../../config/values.ts'
import type { Environment } from '../environment.ts'
import type { OnceOptions } from '../once/run.ts'
import { failOnOption } from '../options.ts'
import { configOption, settingsOf } from '../settings.ts'
import { withLiveOptions } from './live.ts'

const EXAMPLES = `
Examples:
  llmtop once --json | jq '.gpus[].memory'
  llmtop once --for 3m --fail-on warn || echo 'look at it'`

export function onceCommand(environment: Environment): Command {
  return withLiveOptions(new Command('once'))
    .description('print the present frame and exit')
    .addHelpText('after', EXAMPLES)
    .option('--json', 'as a JSON object instead of a table')
    .addOption(failOnOption())
    .option('--for <time>', 'watch that long first, and judge the last frame', parseDuration)
    .addOption(configOption())
    .action(async (options: OnceOptions, command: Command) => {
      const { settings } = await settingsOf(environment, command)
      const { runOnce } = await import('../once/run.ts')
      await runOnce(environment, settings, options)
    })
}

function parseDuration(text: string): number {
  const ms = readDurationMs(text)
  if (ms === undefined || ms > MAXIMUM_INTERVAL_MS) {
    throw new InvalidArgumentError("give a time up to 1h, such as '3m'.")
  }
  return ms
}
