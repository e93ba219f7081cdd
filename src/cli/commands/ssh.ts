import { readFileSync } from 'node:fs'
import { Command, Option } from 'commander'
import type { HostGroups } from '../../config/value-types.ts'
import { printable } from '../../core/text.ts'
import { EXIT, type Environment } from '../environment.ts'
import {
  failOnOption,
  recordOption,
  withShowOptions,
  type FailOnOptions,
  type RecordingOptions,
  type ShowOptions,
} from '../options.ts'
import { settingsOf, withSettings } from '../settings.ts'
import { namesInFile, readHostNames, type HostNames } from '../ssh/host-names.ts'
import { withSshOptions, type SshFlags } from '../ssh/options.ts'

interface SshRequest extends ShowOptions, FailOnOptions, RecordingOptions, SshFlags {
  readonly hosts?: string
  readonly nvidiaSmi?: string
}

const DESTINATIONS = `
Hosts are what 'ssh HOST' understands, your ~/.ssh/config included.
A range stands for several: 'gpu[01-16]', 'rack[1,3-5]n[1-8]'.

Examples:
  llmtop ssh node7
  llmtop ssh 'gpu[01-16]' --interval 5s
  llmtop ssh @lab                       a group of the configuration file
  llmtop ssh --hosts cluster.txt --json | jq -c '[.host, .link.state]'
  llmtop doctor ssh node7               what works and what does not`

export function sshCommand(environment: Environment): Command {
  return withShowOptions(
    withSettings(
      withSshOptions(new Command('ssh')),
      'intervalMs',
      'probe',
      'containerNames',
      'engineLogs',
      'onWarning',
    ),
  )
    .description('watch other machines over ssh; nothing is installed there')
    .argument('[host...]')
    .usage('[options] <host...>')
    .option('--hosts <file>', 'hosts to watch, one a line; # begins a comment')
    .addOption(recordOption())
    .addOption(failOnOption())
    .addOption(
      new Option('--nvidia-smi <path>', 'nvidia-smi on the hosts, where it is not on the PATH there'),
    )
    .addHelpText('after', DESTINATIONS)
    .action(async (words: readonly string[], request: SshRequest, command: Command) => {
      const loaded = await settingsOf(environment, command)
      const { onWarning, groups } = loaded.settings
      const named = hostsOf(words, request.hosts, groups)
      if (named.kind === 'problem') command.error(`error: ${named.problem}`, { exitCode: EXIT.usage })
      const { nvidiaSmi } = request
      if (nvidiaSmi !== undefined && /[\n\0]/.test(nvidiaSmi))
        command.error('error: the path of nvidia-smi can have no line break', { exitCode: EXIT.usage })
      const { watchedHosts } = await import('../ssh/watched-hosts.ts')
      const source = await watchedHosts(environment, loaded.settings, named.hosts, request, nvidiaSmi)
      const { failOn, record } = request
      const { show } = await import('../show.ts')
      await show(environment, { source, options: request, loaded, failOn, record, onWarning })
    })
}

function hostsOf(words: readonly string[], file: string | undefined, groups: HostGroups): HostNames {
  const listed = file === undefined ? [] : readNames(file)
  if (listed === undefined)
    return {
      kind: 'problem',
      problem: `'${printable(file ?? '')}' can't be read; --hosts takes a file with a host a line`,
    }
  const names = readHostNames([...words, ...listed], groups)
  if (names.kind === 'hosts' && names.hosts.length === 0)
    return { kind: 'problem', problem: "no host was named; try 'llmtop ssh node7' or --hosts FILE" }
  return names
}

function readNames(file: string): readonly string[] | undefined {
  try {
    return namesInFile(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}
