import { createSecureContext } from 'node:tls'
import { Command, InvalidArgumentError, Option } from 'commander'
import { readDurationMs } from '../../config/values.ts'
import { stated } from '../../core/stated.ts'
import { printable } from '../../core/text.ts'
import { systemClock } from '../../runtime/clock.ts'
import { keepHeapSmall } from '../../runtime/small-heap.ts'
import type { PrometheusAddress } from '../../transport/prometheus-api.ts'
import { EXIT, type Environment } from '../environment.ts'
import { readOptionFiles } from '../option-files.ts'
import { failOnOption, withShowOptions, type FailOnOptions, type ShowOptions } from '../options.ts'
import { settingsOf, withSettings } from '../settings.ts'
import { show } from '../show.ts'

// what Prometheus scrapes by default is renewed every 15 to 60 seconds
const INTERVAL_MS = 15_000

interface FleetOptions extends ShowOptions, FailOnOptions {
  readonly prometheus: URL
  readonly interval: number
  readonly selector: string
  readonly tokenFile?: string
  readonly headerFile?: string
  readonly caFile?: string
  readonly certFile?: string
  readonly keyFile?: string
}

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
      const address = await addressOf(options)
      if (typeof address === 'string') command.error(`error: ${address}`, { exitCode: EXIT.usage })
      const { interval, selector, failOn } = options
      const { onWarning } = loaded.settings
      keepHeapSmall()
      const { prometheusSource } = await import('../../sources/prometheus/prometheus.ts')
      const source = prometheusSource({ clock: systemClock(), intervalMs: interval, address, selector })
      await show(environment, { source, options, loaded, failOn, onWarning })
    })
}

/** The address with its secrets, or one sentence on a file that can't be used. */
async function addressOf(options: FleetOptions): Promise<PrometheusAddress | string> {
  const { prometheus: url, tokenFile, headerFile, caFile, certFile, keyFile } = options
  if ((certFile === undefined) !== (keyFile === undefined))
    return '--cert-file and --key-file belong together'
  const texts = await readOptionFiles({
    '--token-file': tokenFile,
    '--header-file': headerFile,
    '--ca-file': caFile,
    '--cert-file': certFile,
    '--key-file': keyFile,
  })
  if (typeof texts === 'string') return texts
  const headers = headersIn(texts['--header-file'] ?? '')
  if (typeof headers === 'string') return headers
  const token = texts['--token-file']
  const tls = stated({ ca: texts['--ca-file'], certificate: texts['--cert-file'], key: texts['--key-file'] })
  const wrong = problemWith(tls)
  if (wrong !== undefined) return wrong
  return {
    url,
    tls,
    headers: { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
  }
}

/** Found before the first question, and not said again with each of them. */
function problemWith({ ca, certificate, key }: PrometheusAddress['tls']): string | undefined {
  try {
    createSecureContext({ ca, cert: certificate, key })
    return undefined
  } catch (error) {
    const because = printable(error instanceof Error ? error.message : String(error))
    return `--ca-file, --cert-file and --key-file are to be certificates and a key in PEM: ${because}`
  }
}

/** `Name: value` a line; the line itself may be a secret, and is not repeated. */
function headersIn(text: string): Readonly<Record<string, string>> | string {
  const headers: Record<string, string> = {}
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*(#|$)/.test(line)) continue
    const [, name, value] = /^\s*([\w-]+)\s*:\s*([\t\x20-\x7e\x80-\xff]*?)\s*$/.exec(line) ?? []
    if (name === undefined || value === undefined)
      return `line ${at + 1} of the file of --header-file is no header; give one a line, as in 'X-Scope-OrgID: team'`
    headers[name.toLowerCase()] = value
  }
  return headers
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
