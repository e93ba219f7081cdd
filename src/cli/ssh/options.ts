import { Option, type Command } from 'commander'
import type { SshOptions } from '../../transport/ssh/ssh-command.ts'

/** ssh's own options, as the command line gives them. */
export interface SshFlags {
  readonly F?: string
  readonly J?: string
  readonly l?: string
  readonly p?: string
  readonly o?: readonly string[]
  readonly i?: readonly string[]
  readonly acceptNewHostKeys?: boolean
}

/** Adds the options that are handed on to ssh as they are. */
export function withSshOptions(command: Command): Command {
  return command
    .addOption(new Option('-F <file>', 'ssh configuration to use'))
    .addOption(new Option('-J <host>', 'go through this host, or several with commas'))
    .addOption(new Option('-l <user>', 'log in as'))
    .addOption(new Option('-p <port>', 'port of sshd'))
    .addOption(
      new Option('-o <option>', 'any option of ssh_config(5), as often as wanted').argParser(collect),
    )
    .addOption(new Option('-i <file>', 'private key, as often as wanted').argParser(collect))
    .addOption(
      new Option('--accept-new-host-keys', 'let in hosts that were never seen; changed keys stay refused'),
    )
}

export function sshOptionsOf(flags: SshFlags): SshOptions {
  return {
    ...(flags.F === undefined ? {} : { configFile: flags.F }),
    ...(flags.J === undefined ? {} : { jump: flags.J }),
    ...(flags.l === undefined ? {} : { login: flags.l }),
    ...(flags.p === undefined ? {} : { port: flags.p }),
    options: flags.o ?? [],
    identities: flags.i ?? [],
    acceptNewHostKeys: flags.acceptNewHostKeys === true,
  }
}

function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value]
}
