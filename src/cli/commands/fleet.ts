import { Command, InvalidArgumentError, Option } from 'commander'
import { readDurationMs } from '../../config/values.ts'
import { EXIT, type Environment } from '../environment.ts'
import type { FleetOptions } from '../fleet/options.ts'
import { failOnOption, withShowOptions } from '../options.ts'
import { settingsOf, withSettings } from '../settings.ts'

// what Prometheus scrapes by default is renewed every 15 to 60 seconds
const INTERVAL_MS = 15_000

const EXAMPLES = `
Examples:
  llmtop fleet --prometheus http://prometheus:9090
  llmtop fleet --prometheus URL --selector 'cluster="a"'`

export function fleetCommand(environment: Environment): Command {
  return withShowOptions(withSettings(new Command('fleet'), 'onWarning'))
    .description('watch the hosts that a Prometheus scrapes')
    .addHelpText('after', EXAMPLES)
    .addOption(
      new Option('--prometheus <url>', 'address of Prometheus, Thanos, Mimir or VictoriaMetrics')
        .argParser(parseUrl)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--interval <time>', 'time between questions: 1s to 1h')
        .default(INTERVAL_MS, '15s')
        .argParser(parseInterval),
    )
    .option(
      '--selector <matchers>',
      'further matchers for every series, such as cluster="a"',
      parseSelector,
      '',
    )
    .option('--token-file <file>', 'send the bearer token that stands in this file')
    .option('--header-file <file>', "send the headers that stand in this file, 'Name: value' a line")
    .option('--ca-file <file>', 'trust this authority (PEM)')
    .option('--cert-file <file>', 'show this certificate (PEM)')
    .option('--key-file <file>', 'and its key (PEM)')
    .addOption(failOnOption())
    .action(async (options: FleetOptions, command: Command) => {
      const loaded = await settingsOf(environment, command)
      const { runFleet } = await import('../fleet/run.ts')
      const problem = await runFleet(environment, loaded, options)
      if (problem !== undefined) command.error(`error: ${problem}`, { exitCode: EXIT.usage })
    })
}

/** A password in the address would stand in the list of processes; a token belongs into a file. */
function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new InvalidArgumentError("give an address such as 'http://prometheus:9090'.")
  }
  if (url.password !== '' || url.username !== '') {
    throw new InvalidArgumentError('a password does not belong on the command line; use --header-file.')
  }
  return url
}

function parseSelector(text: string): string {
  if (!/^\s*\w+\s*(=|!=|=~|!~)\s*"[^"]*"(\s*,\s*\w+\s*(=|!=|=~|!~)\s*"[^"]*")*\s*$/.test(text)) {
    throw new InvalidArgumentError('give matchers of labels, such as \'cluster="a",job=~"gpu.*"\'.')
  }
  return text.trim()
}

function parseInterval(text: string): number {
  const ms = readDurationMs(text)
  if (ms === undefined || ms < 1000 || ms > 3_600_000) {
    throw new InvalidArgumentError("give a time from 1s to 1h, such as '15s'.")
  }
  return ms
}
