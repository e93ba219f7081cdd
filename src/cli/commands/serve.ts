import { Command, InvalidArgumentError } from 'commander'
import { readListenAddress, type ListenAddress } from '../../config/listen-address.ts'
import { EXIT, type Environment } from '../environment.ts'
import type { ServeOptions } from '../serve/options.ts'
import { configOption, settingsOf, withSettings } from '../settings.ts'
import { withSshOptions } from '../ssh/options.ts'
import { withLiveOptions } from './live.ts'

// registered with no other exporter: https://github.com/prometheus/prometheus/wiki/Default-port-allocations
const DEFAULT_ADDRESS: ListenAddress = { kind: 'tcp', host: '127.0.0.1', port: 9749 }

const EXAMPLES = `
Examples:
  llmtop serve
  llmtop serve --listen unix:/run/llmtop.sock
  llmtop serve --watch-ssh node7 node8`

export function serveCommand(environment: Environment): Command {
  return withSshOptions(withSettings(withLiveOptions(new Command('serve')), 'intervalMs'))
    .description('export metrics for Prometheus')
    .addHelpText('after', EXAMPLES)
    .option(
      '--listen <address>',
      'host:port, [::1]:port, or unix:/path/of.sock (default: 127.0.0.1:9749)',
      parseAddress,
      DEFAULT_ADDRESS,
    )
    .option(
      '--watch-ssh <host...>',
      'export these hosts over ssh instead of this machine; -F to -i are for its ssh',
    )
    .option('--label-pid', 'tell servers of one model apart by their pids')
    .option('--label-command', 'label engines with their command lines, secrets masked')
    .option('--token-file <file>', 'ask scrapers for the bearer token that stands in this file')
    .option('--tls-cert <file>', 'certificate to serve with (PEM)')
    .option('--tls-key <file>', 'its key (PEM)')
    .option('--insecure', 'listen beyond this machine without token or TLS')
    .addOption(configOption())
    .action(async (options: ServeOptions, command: Command) => {
      const loaded = await settingsOf(environment, command)
      const { runServe } = await import('../serve/run.ts')
      const problem = await runServe(environment, loaded, options)
      if (problem !== undefined) command.error(`error: ${problem}`, { exitCode: EXIT.usage })
    })
}

function parseAddress(text: string): ListenAddress {
  const address = readListenAddress(text)
  if (address === undefined) {
    throw new InvalidArgumentError("give '127.0.0.1:9749', '[::1]:9749' or 'unix:/run/llmtop.sock'.")
  }
  return address
}
