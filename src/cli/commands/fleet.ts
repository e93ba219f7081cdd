import { readFile } from 'node:fs/promises'
import { Command, InvalidArgumentError, Option } from 'commander'
import { readDurationMs } from '../../config/values.ts'
import { printable } from '../../core/text.ts'
import { systemClock } from '../../runtime/clock.ts'
import { prometheusSource } from '../../sources/prometheus/prometheus.ts'
import type { PrometheusAddress } from '../../transport/prometheus-api.ts'
import { EXIT, type Environment } from '../environment.ts'
import {
  failOnOption,
  onWarningOption,
  withShowOptions,
  type FailOnOptions,
  type OnWarningOptions,
  type ShowOptions,
} from '../options.ts'
import { show } from '../show.ts'

// what Prometheus scrapes by default is renewed every 15 to 60 seconds
const INTERVAL_MS = 15_000

interface FleetOptions extends ShowOptions, FailOnOptions, OnWarningOptions {
  readonly prometheus: URL
  readonly interval: number
  readonly selector: string
  readonly tokenFile?: string
  readonly headerFile?: string
  readonly caFile?: string
  readonly certFile?: string
  readonly keyFile?: string
}

export function fleetCommand(environment: Environment): Command {
  return withShowOptions(new Command('fleet'))
    .description('watch the hosts that a Prometheus scrapes')
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
    .addOption(onWarningOption())
    .action(async (options: FleetOptions, command: Command) => {
      const address = await addressOf(options)
      if (typeof address === 'string') command.error(`error: ${address}`, { exitCode: EXIT.usage })
      const { interval, selector, failOn, onWarning } = options
      const source = prometheusSource({ clock: systemClock(), intervalMs: interval, address, selector })
      await show(environment, { source, options, failOn, onWarning })
    })
}

/** The address with its secrets, or one sentence on a file that can't be read. */
async function addressOf(options: FleetOptions): Promise<PrometheusAddress | string> {
  const { prometheus: url, tokenFile, headerFile, caFile, certFile, keyFile } = options
  try {
    const [token, headers, ca, certificate, key] = await Promise.all(
      [tokenFile, headerFile, caFile, certFile, keyFile].map((file) => textOf(file)),
    )
    return {
      url,
      headers: {
        ...headersIn(headers ?? ''),
        ...(token === undefined ? {} : { authorization: `Bearer ${token.trim()}` }),
      },
      tls: {
        ...(ca === undefined ? {} : { ca }),
        ...(certificate === undefined ? {} : { certificate }),
        ...(key === undefined ? {} : { key }),
      },
    }
  } catch (error) {
    return printable(error instanceof Error ? error.message : String(error))
  }
}

async function textOf(file: string | undefined): Promise<string | undefined> {
  return file === undefined ? undefined : readFile(file, 'utf8')
}

function headersIn(text: string): Readonly<Record<string, string>> {
  const pairs = text.split('\n').flatMap((line) => {
    const [, name, value] = /^\s*([\w-]+)\s*:\s*(.*?)\s*$/.exec(line) ?? []
    return name === undefined || value === undefined ? [] : [[name.toLowerCase(), value] as const]
  })
  return Object.fromEntries(pairs)
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
